"""What is refused about second factors."""


class FactorError(Exception):
    """Something about a second factor is refused."""


class WrongCode(FactorError):
    """The code is of no authenticator app or list of this person, or was used before."""


class PasskeyRefused(FactorError):
    """What came is no answer of a known passkey to a challenge that still stands."""


class TooManyPasskeys(FactorError):
    """One person keeps at most ``most`` passkeys."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} passkeys")
        self.most = most


class LastFactor(FactorError):
    """Who works here keeps at least one second factor."""


class LastWayIn(FactorError):
    """Without a password, the last passkey is the only way to sign in."""
