"""What PayPal tells by itself; PayPal is asked whether it was PayPal."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from payments.errors import NoticeRefused
from payments.providers.news import CardNews, DisputeNews, Notice, NoticeKind
from payments.providers.paypal.books import minor
from payments.providers.paypal.wire import Wire

VERIFY = "/v1/notifications/verify-webhook-signature"
#: PayPal sends a notice again for three days; older ones, and those of tomorrow, are refused.
LATEST, EARLIEST = timedelta(days=3, hours=1), timedelta(minutes=5)
#: The name in PayPal's question, and the header that carries it.
_SIGNED = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}
_PAYMENTS = ("CHECKOUT.ORDER.", "PAYMENT.AUTHORIZATION.", "PAYMENT.CAPTURE.")
_REFUNDS = ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED", "PAYMENT.REFUND.")
_DISPUTES = "CUSTOMER.DISPUTE."
#: An account that PayPal keeps no more, as its owner may have it.
_FORGOTTEN = "VAULT.PAYMENT-TOKEN.DELETED"
#: Ends of a dispute in which the money goes back; in others it stays, or PayPal pays.
_LOST = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})


def read_notice(wire: Wire, headers: Mapping[str, str], body: bytes) -> Notice:
    """See :meth:`~payments.providers.interface.Provider.read_notice`."""
    told = {name.lower(): value for name, value in headers.items()}
    signed = {name: told.get(header, "") for name, header in _SIGNED.items()}
    if not all(signed.values()) or not settings.PAYPAL_WEBHOOK_ID:
        raise NoticeRefused("not signed")
    _check_age(signed["transmission_time"])
    event = _parsed(body)
    question = json.dumps({**signed, "webhook_id": settings.PAYPAL_WEBHOOK_ID}).encode()
    # The body goes as it came: the signature is over its bytes.
    asked = wire.ask(VERIFY, question[:-1] + b', "webhook_event": ' + body + b"}")
    if asked.body.get("verification_status") != "SUCCESS":
        raise NoticeRefused("the signature is wrong")
    try:
        return _notice(event)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoticeRefused("not readable") from error


def _check_age(text: str) -> None:
    try:
        at = _time(text)
    except ValueError as error:
        raise NoticeRefused("no time") from error
    now = timezone.now()
    if not now - LATEST <= at <= now + EARLIEST:
        raise NoticeRefused("too old")


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except ValueError as error:
        raise NoticeRefused("not readable") from error
    if not isinstance(event, dict) or not event.get("id"):
        raise NoticeRefused("not readable")
    return event


def _notice(event: Mapping[str, Any]) -> Notice:
    name, resource = str(event["event_type"]), event["resource"]
    kind = _kind(name)
    found = {"event": name, "status": str(resource.get("status") or "")}
    if kind == NoticeKind.CARD:
        customer = str((resource.get("customer") or {}).get("id") or "")
        news = CardNews(token=str(resource["id"]), customer=customer, is_gone=True)
        at = _time(event["create_time"])
        return Notice(event_id=str(event["id"]), kind=kind, at=at, card=news, raw=found)
    if kind == NoticeKind.DISPUTE:
        (disputed, *_others) = resource["disputed_transactions"]
        money = resource["dispute_amount"]
        return Notice(
            event_id=str(event["id"]),
            kind=kind,
            at=_time(event["create_time"]),
            key=str(disputed.get("custom") or ""),
            dispute=_dispute(resource),
            currency=str(money["currency_code"]),
            raw=found,
        )
    money = resource.get("amount") or {}
    unit = (resource.get("purchase_units") or [{}])[0]
    return Notice(
        event_id=str(event["id"]),
        kind=kind,
        at=_time(event["create_time"]),
        key=str(resource.get("custom_id") or unit.get("custom_id") or ""),
        reference=_order_id(name, resource),
        amount=minor(money) if kind != NoticeKind.OTHER and "value" in money else None,
        currency=str(money.get("currency_code") or ""),
        raw=found,
    )


def _kind(name: str) -> NoticeKind:
    if name.startswith(_DISPUTES):
        return NoticeKind.DISPUTE
    if name == _FORGOTTEN:
        return NoticeKind.CARD
    if name.startswith(_REFUNDS):
        return NoticeKind.REFUND
    return NoticeKind.PAYMENT if name.startswith(_PAYMENTS) else NoticeKind.OTHER


def _order_id(name: str, resource: Mapping[str, Any]) -> str:
    if name.startswith("CHECKOUT.ORDER."):
        return str(resource.get("id") or resource.get("order_id") or "")
    related = (resource.get("supplementary_data") or {}).get("related_ids") or {}
    return str(related.get("order_id") or "")


def _dispute(resource: Mapping[str, Any]) -> DisputeNews:
    due = resource.get("seller_response_due_date")
    decided = str((resource.get("dispute_outcome") or {}).get("outcome_code") or "")
    outcome = ""
    if resource.get("status") == "RESOLVED":
        outcome = "LOST" if decided in _LOST else "WON"
    return DisputeNews(
        reference=str(resource["dispute_id"]),
        reason=str(resource.get("reason") or "OTHER").lower(),
        amount=minor(resource["dispute_amount"]),
        respond_by=_time(due) if due else None,
        outcome=outcome,
    )


def _time(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
