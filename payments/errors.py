"""What payments refuse or cannot do."""


class PaymentsError(Exception):
    """Base of every refusal of this app."""


class ProviderAway(PaymentsError):
    """The provider did not answer, or not in a way that can be understood.

    What it did is unknown: the same idempotency key must be used to ask again.
    """


class UnknownProvider(PaymentsError):
    """No provider of that name is switched on."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no provider {name}")
        self.name = name


class CardRefused(PaymentsError):
    """The card cannot be used; ``field`` and ``code`` say what is wrong with what was typed."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class NothingToPay(PaymentsError):
    """The order is paid, canceled or too late to be paid."""
