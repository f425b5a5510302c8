"""What is refused about the rights of people."""


class RightsError(Exception):
    """Base of these refusals."""


class OwnRights(RightsError):
    """Nobody changes their own rights."""


class AboveOwn(RightsError):
    """``names`` of rights, as ``domain:action``, that the giver does not have."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class LastAdmin(RightsError):
    """Without this person nobody could manage people and settings any more."""
