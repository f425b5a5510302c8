"""The interface of a payment provider.

A provider knows nothing of orders and writes none of our tables. Every call that moves money
takes an idempotency key: the same key again does nothing new and gives the same answer. Calls
are never made inside a database transaction; they raise
:class:`~payments.errors.ProviderAway` when the outcome is unknown. Amounts are minor units.

What only some can do is a protocol of its own, which its flag of
:class:`~payments.providers.base.Capabilities` promises.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from payments.providers.base import (
    Answer,
    Capabilities,
    Card,
    Charge,
    EvidenceFile,
    Known,
    Method,
    RemoteState,
)
from payments.providers.listed import Listed, Settled
from payments.providers.news import Notice


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


class AcceptsDisputes(Protocol):
    """A provider that is told when we let a bank have the money (``accepts_disputes``)."""

    def accept_dispute(self, reference: str, *, note: str) -> None:
        """Say that we do not contest it; said before or decided, nothing happens.

        Raises :class:`~payments.errors.ProviderAway`.
        """


class Keeping(Protocol):
    """A provider that holds what customers keep (``holds_cards``)."""

    def forget_card(self, *, token: str, customer: str) -> None:
        """Charge it no more; forgotten before, nothing happens.

        Raises :class:`~payments.errors.ProviderAway`.
        """


class Registering(Protocol):
    """A provider that keeps cards for customers it must know first (``needs_customer``)."""

    def open_customer(self, *, key: str) -> str:
        """The customer of our ``key``, the same for ever, by the provider's name.

        Raises :class:`~payments.errors.ProviderAway`.
        """


class AddsCards(Protocol):
    """A provider that keeps cards without a payment (``adds_cards``)."""

    def add_card(self, method: Method, *, key: str, return_url: str) -> Answer:
        """Have it keep what was typed; CHALLENGE means the shopper's bank asks first."""

    def added(self, reference: str) -> Answer:
        """What became of a CHALLENGE."""


class Listing(Protocol):
    """A provider that lists its charges (``lists_charges``)."""

    def list_charges(self, since: datetime) -> Iterator[Listed]:
        """Charges that hold or took money and began ``since`` then.

        Raises :class:`~payments.errors.ProviderAway`.
        """


class VoidsListed(Protocol):
    """A provider that voids by what it lists (``voids_listed``)."""

    def find_listed(self, reference: str) -> Known | None:
        """The charge of that reference in its list; None where it holds and took nothing any more.

        One request, however long the list is. Raises :class:`~payments.errors.ProviderAway`.
        """


class Settling(Protocol):
    """A provider that lists what it settled (``lists_settlements``)."""

    def list_settlements(self, since: datetime) -> Iterator[Settled]:
        """Lines of its settlements ``since`` then; those that came before may come again.

        Raises :class:`~payments.errors.ProviderAway`.
        """


class PayoutsFail(Protocol):
    """A provider whose payouts may come back from the bank (``lists_failed_payouts``)."""

    def list_failed_payouts(self, since: datetime) -> Iterator[str]:
        """What it calls the payouts of the days ``since`` then that failed.

        Raises :class:`~payments.errors.ProviderAway`.
        """
