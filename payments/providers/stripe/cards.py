"""Cards that customers keep at Stripe: customers, cards kept without a payment, and forgetting."""

from collections.abc import Mapping
from typing import Any

import stripe

from payments.errors import ProviderAway
from payments.providers.base import Answer, Kept, Method, Outcome
from payments.providers.brands import shown_brand
from payments.providers.stripe.wire import REFUSALS, clear_answers, client, part

#: What our key of a customer is called in Stripe's metadata.
KEY = "person"
#: Cards are charged while their owner is there, who may be asked by the bank.
USAGE = "on_session"


def kept(method: Mapping[str, Any]) -> Kept | None:
    """A PaymentMethod that a customer holds; None for one that nobody does."""
    card, customer = part(method, "card"), method.get("customer")
    if not card or not customer:
        return None
    return Kept(
        token=str(method["id"]),
        customer=str(customer.get("id") if isinstance(customer, Mapping) else customer),
        brand=shown_brand(str(card.get("brand") or "")),
        last4=str(card.get("last4") or ""),
        expiry=expiry(card),
    )


def expiry(card: Mapping[str, Any]) -> tuple[int, int] | None:
    """Month and year; None where Stripe does not say."""
    try:
        return int(card["exp_month"]), int(card["exp_year"])
    except (KeyError, TypeError, ValueError):
        return None


def open_customer(key: str) -> str:
    """See :class:`~payments.providers.interface.Registering`.

    Stripe's search is a minute late and its keys are good for a day: each covers the other.
    """
    try:
        with clear_answers():
            rows = client().v1.customers.search({"query": f'metadata["{KEY}"]:"{key}"', "limit": 1})
            if rows.data:
                return str(rows.data[0].id)
            made = client().v1.customers.create({"metadata": {KEY: key}}, {"idempotency_key": key})
    except REFUSALS as refused:
        raise ProviderAway(f"Stripe knows no customer: {refused.code}") from None
    return str(made.id)


def forget(token: str) -> None:
    """See :class:`~payments.providers.interface.Keeping`."""
    try:
        with clear_answers():
            client().v1.payment_methods.detach(token)
    except REFUSALS:
        # Detached before, or gone with its customer; one that is still held is asked again.
        if _is_held(token):
            raise ProviderAway("Stripe does not detach the card") from None


def add(method: Method, *, key: str, return_url: str) -> Answer:
    """See :class:`~payments.providers.interface.AddsCards`."""
    asked: Any = {
        "customer": method.customer,
        "payment_method": method.token,
        "payment_method_types": ["card"],
        "usage": USAGE,
        "confirm": True,
        "return_url": return_url,
        "metadata": {"card": key},
        "expand": ["payment_method"],
    }
    try:
        with clear_answers():
            made = client().v1.setup_intents.create(asked, {"idempotency_key": key})
    except REFUSALS as refused:
        is_of_card = isinstance(refused, stripe.CardError)
        return Answer(Outcome.DECLINED, "", code="card_declined" if is_of_card else "invalid")
    return _answer(made.to_dict())


def added(reference: str) -> Answer:
    """See :class:`~payments.providers.interface.AddsCards`."""
    try:
        with clear_answers():
            found = client().v1.setup_intents.retrieve(reference, {"expand": ["payment_method"]})
    except REFUSALS:
        return Answer(Outcome.DECLINED, reference, code="invalid")
    return _answer(found.to_dict())


def _answer(data: Mapping[str, Any]) -> Answer:
    status, reference = str(data.get("status")), str(data.get("id") or "")
    if status == "succeeded":
        return Answer(Outcome.APPROVED, reference, kept=kept(part(data, "payment_method")))
    if status == "requires_action":
        url = str(part(part(data, "next_action"), "redirect_to_url").get("url") or "")
        return Answer(Outcome.CHALLENGE, reference, redirect_url=url)
    if status == "processing":
        raise ProviderAway("Stripe still looks at the card")
    return Answer(Outcome.DECLINED, reference, code="card_declined")


def _is_held(token: str) -> bool:
    try:
        with clear_answers():
            return bool(client().v1.payment_methods.retrieve(token).customer)
    except REFUSALS:
        return False
