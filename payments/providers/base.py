"""The interface of a payment provider.

A provider knows nothing of orders and writes none of our tables. Every call that moves money
takes an idempotency key: the same key again does nothing new and gives the same answer. Calls
are never made inside a database transaction; they raise
:class:`~payments.errors.ProviderAway` when the outcome is unknown.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What a provider says of one operation."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    CHALLENGE = "CHALLENGE"


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


@dataclass(frozen=True)
class Answer:
    """The provider's answer to one operation; ``amount`` in minor units."""

    outcome: Outcome
    reference: str
    amount: int = 0
    code: str = ""


@dataclass(frozen=True)
class RemoteState:
    """What the provider knows of one of our keys; amounts in minor units."""

    reference: str
    outcome: Outcome | None
    authorized: int
    captured: int
    voided: bool
    code: str = ""


class Provider(Protocol):
    """What each provider module implements."""

    name: str

    def tokenize(self, card: Card) -> Method:
        """Exchange a card for a token; raises :class:`~payments.errors.CardRefused`."""

    def authorize(self, *, key: str, method_token: str, amount: int, currency: str) -> Answer:
        """Ask for ``amount``; CHALLENGE means the shopper must answer their bank first."""

    def answer_challenge(self, *, key: str, approved: bool) -> Answer:
        """Tell how the bank's question was answered."""

    def capture(self, *, key: str, amount: int) -> Answer:
        """Take ``amount`` of what was authorized under ``key``."""

    def void(self, *, key: str) -> Answer:
        """Give back what was authorized, or captured, under ``key``."""

    def refund(self, *, key: str, payment_key: str, amount: int) -> Answer:
        """Give back ``amount`` of what was captured under ``payment_key``, once for ``key``."""

    def fetch(self, *, key: str) -> RemoteState | None:
        """What became of ``key``; None when the provider never heard of it."""
