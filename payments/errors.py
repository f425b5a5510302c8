"""What payments refuse or cannot do."""

from typing import Any
from uuid import UUID


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


class NoticeRefused(PaymentsError):
    """What came as a provider's notice is not one: wrong signature, too old, not readable."""


class CardRefused(PaymentsError):
    """The card cannot be used; ``field`` and ``code`` say what is wrong with what was typed."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class CardGone(PaymentsError):
    """The person keeps no such card: removed, or somebody else's."""


class MeansGone(PaymentsError):
    """The order cannot be paid in this way: too dear for it, or not collected."""


class NothingToPay(PaymentsError):
    """The order is paid, canceled or too late to be paid."""


class CaptureRefused(PaymentsError):
    """Base of what may not be captured; nothing was written."""


class NothingToCapture(CaptureRefused):
    """The payment holds nothing, or nothing is owed any more."""


class TooMuchCaptured(CaptureRefused):
    """More would be taken than is held, or owed; ``most`` in minor units."""

    def __init__(self, amount: int, most: int) -> None:
        super().__init__(f"{amount} would be captured, {most} is left")
        self.amount = amount
        self.most = most


class OnlyWhole(CaptureRefused):
    """The provider captures all at once: ``amount`` in minor units."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} at once or nothing")
        self.amount = amount


class CaptureUnderWay(CaptureRefused):
    """The provider was asked for money of the payment, and has not answered."""


class RefundRefused(PaymentsError):
    """Base of what may not be given back; nothing was written."""


class NothingToRefund(RefundRefused):
    """The order has not been paid, or all of it went back."""


class TooMuchRefunded(RefundRefused):
    """More would go back than is left; ``most`` in minor units, of the order or of one line."""

    def __init__(self, amount: int, most: int) -> None:
        super().__init__(f"{amount} would go back, {most} is left")
        self.amount = amount
        self.most = most


class CreditRefused(PaymentsError):
    """A code or store credit cannot pay; whether a code exists is not told."""


class TooManyCards(PaymentsError):
    """A checkout takes at most ``limit`` gift cards."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} gift cards")
        self.limit = limit


class CreditChanged(PaymentsError):
    """Credit pays less than the shopper was shown; ``due`` is what is left, in minor units."""

    def __init__(self, due: int) -> None:
        super().__init__(f"{due} is left to pay")
        self.due = due


class CreditShort(PaymentsError):
    """There is less credit than would be taken; ``balance`` in minor units."""

    def __init__(self, balance: int) -> None:
        super().__init__(f"only {balance} left")
        self.balance = balance


class ReferenceTaken(PaymentsError):
    """Another payment was noted with this ``reference``: it may be the same money."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} is noted already")
        self.reference = reference


class DisputeDecided(PaymentsError):
    """The dispute was answered or decided meanwhile."""


class EvidenceRefused(PaymentsError):
    """The file cannot be kept as evidence; ``code`` says why: kind, size or count."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PaymentDisputed(RefundRefused):
    """The bank decides where the money of the order goes; nothing can be given back meanwhile."""


class FindingClosed(PaymentsError):
    """The finding was mended or closed meanwhile."""


class StatementRefused(PaymentsError):
    """A file is no statement that can be read; ``code`` says why, ``facts`` where."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class StatementKnown(PaymentsError):
    """The very same file is here already, as the statement ``statement_id``."""

    def __init__(self, statement_id: UUID) -> None:
        super().__init__(str(statement_id))
        self.statement_id = statement_id


class LineRefused(PaymentsError):
    """The line at ``position`` of a statement cannot be booked; ``code`` says why."""

    def __init__(self, position: int, code: str) -> None:
        super().__init__(f"line {position}: {code}")
        self.position = position
        self.code = code
