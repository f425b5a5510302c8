"""What went back of an order, in words for whoever placed it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shop.money import format_money

#: A bank shows money that came back within so many working days.
BANK_DAYS = 5


@dataclass(frozen=True)
class Given:
    """A refund, as far as it has not failed; ``amount`` in minor units, ``ways`` where it goes."""

    at: datetime
    amount: int
    currency: str
    status: str
    ways: list[str]
    arrives: str


def of_order(order: Any) -> list[Given]:
    """What goes back of ``order``, oldest first; ``refunds__parts__payment`` are prefetched."""
    return [
        _given(refund)
        for refund in order.refunds.all()
        if refund.status != "FAILED" or refund.given
    ]


def step(given: Given) -> dict[str, object]:
    """A refund as a step of ``timeline.html``."""
    return {
        "name": _("Refund"),
        "state": "done",
        "at": given.at,
        "note": f"{format_money(given.amount, given.currency)}. {given.arrives}",
    }


def ways_of(refund: Any, *, names_card: bool = False) -> list[str]:
    """Where each part goes: "Visa •••• 4242", "Store credit"; without ``names_card`` no digits."""
    parts = _parts(refund)
    names = [_way(refund, part.payment, names_card=names_card) for part in parts]
    if len(set(names)) == 1:
        return names[:1]
    return [
        f"{name}: {format_money(part.amount, refund.currency)}"
        for name, part in zip(names, parts, strict=True)
    ]


def arrival(refund: Any) -> str:
    """When the customer has it."""
    if refund.status == "REQUESTED":
        return _("We are giving it back.")
    if refund.reason == "DISPUTED":
        return _("Your bank has given it back to you.")
    if _goes_to_bank(refund, (part.payment for part in _parts(refund))):
        return _("Your bank shows it within %(days)d working days.") % {"days": BANK_DAYS}
    return _("You can spend it at once.")


def _parts(refund: Any) -> list[Any]:
    """Its parts; of a refund that failed those that went back before it did."""
    parts = refund.parts.all()
    return [part for part in parts if refund.status != "FAILED" or part.status == "SUCCEEDED"]


def _given(refund: Any) -> Given:
    parts = _parts(refund)
    told = parts[0] if refund.status == "FAILED" else refund
    return Given(
        at=refund.succeeded_at or refund.created_at,
        amount=sum(part.amount for part in parts),
        currency=refund.currency,
        status=told.get_status_display(),
        ways=ways_of(refund),
        arrives=arrival(refund),
    )


def _goes_to_bank(refund: Any, payments: Iterable[Any]) -> bool:
    return refund.to == "ORIGINAL" and any(payment is not None for payment in payments)


def _way(refund: Any, payment: Any, *, names_card: bool) -> str:
    if payment is None:
        return _("Gift card or store credit")
    if refund.to == "STORE_CREDIT":
        return _("Store credit")
    name = payment.card_brand or str(payment.get_provider_display())
    return f"{name} •••• {payment.card_last4}" if names_card and payment.card_last4 else name
