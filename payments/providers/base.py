"""What is said to payment providers, and what they answer. Amounts are minor units.

The calls themselves stand in :mod:`payments.providers.interface`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a provider says of one operation."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    #: The shopper must do something first: answer their bank, or pay on the provider's page.
    CHALLENGE = "CHALLENGE"


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do; pages and acts look here before they offer anything."""

    #: Cards are typed on our page and go to ``tokenize``.
    takes_cards: bool = False
    #: Cards are typed on our page into fields of the provider; a token is all that comes to us.
    has_card_fields: bool = False
    #: The shopper pays on the provider's page and comes back.
    redirects: bool = False
    #: A token may be charged again without the shopper typing anything.
    saves_cards: bool = False
    #: Cards are kept, offered and ticked on the provider's page; we list and remove them.
    keeps_on_page: bool = False
    #: It holds what is kept, and is told what is removed: the provider is :class:`Keeping`.
    holds_cards: bool = False
    #: Cards are kept for a customer that it must know first: the provider is :class:`Registering`.
    needs_customer: bool = False
    #: A card may be kept without a payment: the provider is :class:`AddsCards`.
    adds_cards: bool = False
    #: An authorization may be captured in several parts.
    captures_in_parts: bool = False
    #: What is left of an authorization can be given up: the provider is :class:`Releasing`.
    releases_rest: bool = False
    refunds_in_parts: bool = True
    #: It is a :class:`TakesEvidence`: answers to disputes go to it, else staff type them there.
    takes_evidence: bool = False
    #: It is told that we accept a dispute: the provider is an :class:`AcceptsDisputes`.
    accepts_disputes: bool = False
    #: It tells which charges it has: the provider is :class:`Listing`.
    lists_charges: bool = False
    #: What it lists can be voided by its reference there: the provider is :class:`VoidsListed`.
    voids_listed: bool = False
    #: It tells what it paid out and what it kept of it: the provider is :class:`Settling`.
    lists_settlements: bool = False
    #: It tells which payouts failed after they were told: the provider is :class:`PayoutsFail`.
    lists_failed_payouts: bool = False
    #: ``fetch`` without a reference only looks, and never asks for money again.
    finds_by_key: bool = False
    #: How long an authorization holds, in days.
    authorization_days: int = 7
    #: Currencies it takes (ISO 4217); empty: any.
    currencies: frozenset[str] = frozenset()
    #: What the payment page may load beyond our own, by directive of the content policy.
    policy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """A card as typed. Lives in memory only, on its way to the provider."""

    number: str
    expiry_month: int
    expiry_year: int
    security_code: str

    def __repr__(self) -> str:
        return "Card(hidden)"


@dataclass(frozen=True)
class Method:
    """What we may keep of a means of payment: the provider's token and what can be shown."""

    token: str
    brand: str = ""
    last4: str = ""
    bin: str = ""
    #: In so many parts the bank takes it from the shopper; the shop gets all of it at once.
    installments: int = 1
    #: The shopper wants it kept; ``customer`` is who they are to the provider, where it must know.
    keeps: bool = False
    customer: str = ""


@dataclass(frozen=True)
class Kept:
    """A means of payment that the provider holds for its customer, to be charged again.

    An account at the provider has neither last digits nor an ``expiry`` (month and year).
    """

    token: str
    customer: str
    brand: str
    last4: str = ""
    expiry: tuple[int, int] | None = None
    #: Whose it is, where the provider says so.
    holder: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the order: ``amount`` is that of all its units."""

    title: str
    sku: str
    quantity: int
    amount: int


@dataclass(frozen=True)
class Buyer:
    """Who pays, for providers that must be told. Addresses are stored ones, see OrderAddress."""

    email: str
    ip: str
    language: str
    order_number: str
    billing: Mapping[str, str]
    shipping: Mapping[str, str]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Charge:
    """What is to be paid: ``key`` is ours, the same for ever; ``amount`` of ``currency``."""

    key: str
    amount: int
    currency: str
    method_token: str
    #: Where the provider sends the shopper back to, a whole address.
    return_url: str
    #: Reads who buys what; only providers that must tell ask.
    buyer: Callable[[], Buyer]
    #: The shopper wants the means kept, and is this customer of the provider's.
    keeps: bool = False
    customer: str = ""
    #: It may be captured in several parts, as parcels leave.
    in_parts: bool = False


@dataclass(frozen=True)
class Known:
    """A payment that the provider knows: by our key and by its own ``reference``."""

    key: str
    reference: str
    amount: int
    currency: str


@dataclass(frozen=True)
class Risk:
    """What a provider's look for fraud found; ``score`` from 0 to 100 where it tells one."""

    score: int | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The provider's answer to one operation."""

    outcome: Outcome
    reference: str
    amount: int = 0
    code: str = ""
    #: Where the shopper goes on, after CHALLENGE; "" when our own page asks.
    redirect_url: str = ""
    #: What was paid with, where it is known only now.
    method: Method | None = None
    #: What may be kept of the provider's answer, without card data.
    raw: Mapping[str, Any] = field(default_factory=dict)
    #: Why it refused, in its own words.
    reason: str = ""
    risk: Risk = field(default_factory=Risk)
    #: Until when what was authorized can be captured, where the provider says so, and whether it
    #: can be in parts where not all payments of the provider can.
    expires_at: datetime | None = None
    is_divisible: bool = False
    #: What it holds from now on, where that was asked for.
    kept: Kept | None = None


@dataclass(frozen=True)
class RemoteState:
    """What the provider knows of one of our keys."""

    reference: str
    outcome: Outcome | None
    authorized: int
    captured: int
    voided: bool
    code: str = ""
    refunded: int = 0
    redirect_url: str = ""
    method: Method | None = None
    #: The shopper has done what was asked, and ``finish`` goes on.
    awaits_us: bool = False
    #: As in :class:`Answer`.
    expires_at: datetime | None = None
    is_divisible: bool = False
    kept: Kept | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    risk: Risk = field(default_factory=Risk)


@dataclass(frozen=True)
class EvidenceFile:
    """A file that speaks for us in a dispute."""

    name: str
    mime_type: str
    content: bytes
