"""What providers tell by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class NoticeKind(StrEnum):
    """What a notice is about; what is none of our business is OTHER."""

    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    DISPUTE = "DISPUTE"
    CARD = "CARD"
    OTHER = "OTHER"


@dataclass(frozen=True)
class DisputeNews:
    """A customer's bank takes money back, or has decided; ``outcome`` is "", WON or LOST."""

    reference: str
    reason: str
    amount: int
    respond_by: datetime | None
    outcome: str = ""


@dataclass(frozen=True)
class CardNews:
    """A bank gave out a new card for one that is kept, or the provider holds it no more.

    Without ``token`` it is about all that ``customer`` keeps.
    """

    token: str
    customer: str = ""
    brand: str = ""
    last4: str = ""
    expiry: tuple[int, int] | None = None
    is_gone: bool = False


@dataclass(frozen=True)
class Notice:
    """What a provider tells by itself, signed: it says that something changed, and of what."""

    #: The provider's id of the event; the same event may come more than once.
    event_id: str
    kind: NoticeKind
    at: datetime
    #: Our key where the notice carries it, and the provider's reference.
    key: str = ""
    reference: str = ""
    amount: int | None = None
    currency: str = ""
    dispute: DisputeNews | None = None
    card: CardNews | None = None
    #: What may be kept of it, without card data.
    raw: Mapping[str, Any] = field(default_factory=dict)
