"""What providers list: their charges, and what they settled."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Listed:
    """A charge in a provider's own list, with our key where it carries one."""

    reference: str
    key: str
    amount: int
    currency: str
    #: What of it was taken; the rest is held.
    captured: int
    at: datetime
    #: ``reference`` is what a payment keeps of it, and not a part of one.
    is_payment: bool = True


class SettledKind(StrEnum):
    """What a line of a provider's settlement is about."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    DISPUTE = "DISPUTE"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Settled:
    """A line of a provider's settlement: what came to the shop's account, and what it cost.

    ``amount`` is what the customer paid or got back (below zero), ``fee`` what the provider kept.
    """

    #: The provider's id of the line, the same for ever.
    reference: str
    kind: SettledKind
    amount: int
    fee: int
    currency: str
    at: datetime
    #: The payment it belongs to, by our key or by the provider's reference.
    key: str = ""
    payment: str = ""
    #: The transfer to the shop's bank that it is part of, "" until there is one.
    payout: str = ""
