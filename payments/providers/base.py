"""The interface of a payment provider.

A provider knows nothing of orders and writes none of our tables. Every call that moves money
takes an idempotency key: the same key again does nothing new and gives the same answer. Calls
are never made inside a database transaction; they raise
:class:`~payments.errors.ProviderAway` when the outcome is unknown. Amounts are minor units.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Outcome(StrEnum):
    """What a provider says of one operation."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    #: The shopper must do something first: answer their bank, or pay on the provider's page.
    CHALLENGE = "CHALLENGE"


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do; pages and acts look here before they offer anything."""

    #: Cards are typed on our page and go to :meth:`Provider.tokenize`.
    takes_cards: bool = False
    #: Cards are typed on our page into fields of the provider; a token is all that comes to us.
    has_card_fields: bool = False
    #: The shopper pays on the provider's page and comes back.
    redirects: bool = False
    #: A token may be charged again without the shopper typing anything.
    saves_cards: bool = False
    #: An authorization may be captured in several parts.
    captures_in_parts: bool = False
    #: What is left of an authorization can be given up: the provider is :class:`Releasing`.
    releases_rest: bool = False
    refunds_in_parts: bool = True
    #: It is a :class:`TakesEvidence`: answers to disputes go to it, else staff type them there.
    takes_evidence: bool = False
    #: :meth:`Provider.fetch` without a reference only looks, and never asks for money again.
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


@dataclass(frozen=True)
class Known:
    """A payment that the provider knows: by our key and by its own ``reference``."""

    key: str
    reference: str
    amount: int
    currency: str


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
    #: Until when what was authorized can be captured, where the provider says so.
    expires_at: datetime | None = None


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
    #: The shopper has done what was asked, and :meth:`Provider.finish` goes on.
    awaits_us: bool = False


class NoticeKind(StrEnum):
    """What a notice is about; what is none of our business is OTHER."""

    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    DISPUTE = "DISPUTE"
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
    #: What may be kept of it, without card data.
    raw: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """What each provider module implements."""

    name: str
    can: Capabilities

    def tokenize(self, card: Card) -> Method:
        """Exchange a card for a token; raises :class:`~payments.errors.CardRefused`."""

    def authorize(self, charge: Charge) -> Answer:
        """Ask for the amount; CHALLENGE means the shopper must do something first."""

    def finish(self, charge: Charge, *, reference: str, answer: Mapping[str, str]) -> Answer:
        """What became of a CHALLENGE; ``answer`` is what the shopper brought back.

        Called again it gives the same answer. What it brings is a hint, never a proof: providers
        with a page of their own are asked what is true.
        """

    def capture(self, payment: Known, *, key: str, amount: int, is_last: bool = True) -> Answer:
        """Take ``amount`` of what was authorized; after the last part the rest is released."""

    def void(self, payment: Known, *, key: str) -> Answer:
        """Give back all that was authorized, or captured."""

    def refund(self, payment: Known, *, key: str, amount: int) -> Answer:
        """Give back ``amount`` of what was captured, once for ``key``."""

    def fetch(self, charge: Charge, *, reference: str) -> RemoteState | None:
        """What became of the charge; ``reference`` is "" when its answer was lost.

        None when the provider never heard of it. A provider that cannot be asked by our key asks
        for the money again with the same key, and tells what that did.
        """

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """The notice in a request of the provider, once its signature and age are right.

        Raises :class:`~payments.errors.NoticeRefused`, and :class:`~payments.errors.ProviderAway`
        where the signature can only be checked by asking.
        """


@dataclass(frozen=True)
class EvidenceFile:
    """A file that speaks for us in a dispute."""

    name: str
    mime_type: str
    content: bytes


class TakesEvidence(Protocol):
    """What a provider implements besides, where ``can.takes_evidence``."""

    def submit_evidence(self, reference: str, *, text: str, files: Sequence[EvidenceFile]) -> None:
        """Answer the dispute called ``reference``, once and for all.

        Raises :class:`~payments.errors.ProviderAway`; the same answer may then be sent again.
        """


class Releasing(Provider, Protocol):
    """A provider that can give up the rest of what it authorized (``releases_rest``)."""

    def release(self, payment: Known, *, key: str) -> Answer:
        """Capture no more of ``payment``; what was captured stays."""
