"""What Stripe tells by itself: signed events about payments, refunds and disputes."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import stripe

from payments.errors import NoticeRefused
from payments.providers.brands import shown_brand
from payments.providers.news import CardNews, DisputeNews, Notice, NoticeKind
from payments.providers.stripe import cards

#: How far the time in the signature may be from ours, in seconds.
WINDOW_SECONDS = 300
_SIGNATURE = "stripe-signature"
#: What an event is about says the kind of its object.
_KINDS = {
    "payment_intent": NoticeKind.PAYMENT,
    "charge": NoticeKind.PAYMENT,
    "refund": NoticeKind.REFUND,
    "dispute": NoticeKind.DISPUTE,
}
#: News of cards that are kept, and of customers that are no more.
_CARDS = (
    "payment_method.automatically_updated",
    "payment_method.updated",
    "payment_method.detached",
)
_GONE = ("payment_method.detached", "customer.deleted")
#: An inquiry that the bank closes without taking money back ends like a dispute that is won.
_OUTCOMES = {"won": "WON", "warning_closed": "WON", "lost": "LOST"}


def read(headers: Mapping[str, str], body: bytes, *, secret: str) -> Notice:
    """The notice in ``body``; raises :class:`NoticeRefused` unless Stripe signed it just now."""
    signature = {name.lower(): text for name, text in headers.items()}.get(_SIGNATURE, "")
    _check(signature, body, secret)
    try:
        event = json.loads(body)
        about = event["data"]["object"]
        return Notice(
            event_id=str(event["id"]),
            kind=_kind(event["type"], about),
            at=datetime.fromtimestamp(int(event["created"]), UTC),
            key=str((about.get("metadata") or {}).get("payment") or ""),
            reference=_reference(about),
            amount=_amount(about),
            currency=str(about.get("currency") or "").upper(),
            dispute=_dispute(about),
            card=_card(event["type"], event["data"]),
            raw={"type": str(event["type"]), "object": str(about.get("id") or "")},
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise NoticeRefused("cannot be read") from error


def _check(signature: str, body: bytes, secret: str) -> None:
    """Stripe's library looks for forged and old ones; one from the future is as strange."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, WINDOW_SECONDS)
        signed_at = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
    except (stripe.SignatureVerificationError, ValueError, KeyError) as error:
        # Its text quotes the body.
        raise NoticeRefused(f"not signed: {type(error).__name__}") from None
    if signed_at > time.time() + WINDOW_SECONDS:
        raise NoticeRefused("signed in the future")


def _kind(name: str, about: Mapping[str, Any]) -> NoticeKind:
    if name in ("charge.refunded", "charge.refund.updated"):
        return NoticeKind.REFUND
    if name in _CARDS or name in _GONE:
        return NoticeKind.CARD
    return _KINDS.get(str(about.get("object")), NoticeKind.OTHER)


def _reference(about: Mapping[str, Any]) -> str:
    """The PaymentIntent; everything else names it."""
    if about.get("object") == "payment_intent":
        return str(about["id"])
    found = about.get("payment_intent")
    return str(found.get("id") if isinstance(found, Mapping) else found or "")


def _amount(about: Mapping[str, Any]) -> int | None:
    """All of what was to be paid; refunds and disputes are about parts of it."""
    is_whole = about.get("object") in ("payment_intent", "charge")
    return int(about["amount"]) if is_whole else None


def _dispute(about: Mapping[str, Any]) -> DisputeNews | None:
    if about.get("object") != "dispute":
        return None
    due = (about.get("evidence_details") or {}).get("due_by")
    return DisputeNews(
        reference=str(about["id"]),
        reason=str(about.get("reason") or ""),
        amount=int(about["amount"]),
        respond_by=datetime.fromtimestamp(int(due), UTC) if due else None,
        outcome=_OUTCOMES.get(str(about.get("status")), ""),
    )


def _card(name: str, data: Mapping[str, Any]) -> CardNews | None:
    if name not in _CARDS and name not in _GONE:
        return None
    about = data["object"]
    if about.get("object") == "customer":
        return CardNews(token="", customer=str(about["id"]), is_gone=True)
    # A card that was detached names its customer only among what it was before.
    customer = about.get("customer") or (data.get("previous_attributes") or {}).get("customer")
    card = about.get("card") or {}
    return CardNews(
        token=str(about["id"]),
        customer=str(customer or ""),
        brand=shown_brand(str(card.get("brand") or "")),
        last4=str(card.get("last4") or ""),
        expiry=cards.expiry(card),
        is_gone=name in _GONE,
    )
