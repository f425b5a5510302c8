"""What iyzico tells by itself. It says little, and only part of it is signed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from payments.errors import NoticeRefused
from payments.providers.iyzico import wire
from payments.providers.news import Notice, NoticeKind

SIGNATURE = "x-iyz-signature-v3"
#: iyzico tries again for three quarters of an hour; what is older was kept by somebody.
LATEST = timedelta(hours=6)
#: Clocks may differ by so much.
EARLIEST = timedelta(minutes=5)
_KEPT = ("iyziEventType", "iyziReferenceCode", "status", "paymentId", "iyziPaymentId")


def read(headers: Mapping[str, str], body: bytes) -> Notice:
    """The notice in a request of iyzico; raises :class:`NoticeRefused`.

    Its id is its signature: their own reference is not signed, so a copy could carry a new one.
    """
    sent = _signature(headers)
    told = _parsed(body)
    kind, payment = str(told.get("iyziEventType", "")), _payment_id(told)
    key, status = str(told.get("paymentConversationId", "")), str(told.get("status", ""))
    # Notices of the payment page carry its token, those of plain calls have none.
    token = [str(told["token"])] if told.get("token") else []
    secret = settings.IYZICO_SECRET_KEY
    known = wire.signature_of([secret, kind, payment, *token, key, status], between="")
    if not secret or not wire.is_same(known, sent):
        raise NoticeRefused("iyzico: wrong signature")
    return Notice(
        event_id=known,
        kind=NoticeKind.REFUND if "REFUND" in kind else NoticeKind.PAYMENT,
        at=_sent_at(told),
        key=key,
        reference=payment,
        raw={name: told[name] for name in _KEPT if name in told},
    )


def _signature(headers: Mapping[str, str]) -> str:
    found = [text for name, text in headers.items() if name.lower() == SIGNATURE]
    if not found or not found[0]:
        raise NoticeRefused("iyzico: not signed")
    return found[0].strip().lower()


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoticeRefused("iyzico: not readable") from error
    if not isinstance(told, dict):
        raise NoticeRefused("iyzico: not a notice")
    return told


def _payment_id(told: Mapping[str, Any]) -> str:
    number = told.get("iyziPaymentId", told.get("paymentId"))
    return "" if number is None else str(number)


def _sent_at(told: Mapping[str, Any]) -> datetime:
    """When it was first sent; raises :class:`NoticeRefused` for what is too old."""
    try:
        at = datetime.fromtimestamp(int(told["iyziEventTime"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise NoticeRefused("iyzico: without a time") from error
    if not timezone.now() - LATEST <= at <= timezone.now() + EARLIEST:
        raise NoticeRefused("iyzico: too old")
    return at
