"""What the sandbox tells by itself: signed as a real provider signs, sent by a job of the worker.

The header ``Sandbox-Signature`` reads ``t=<seconds since 1970>,v1=<hex>``: the HMAC-SHA256 of
``<t>.<body>`` with ``settings.SANDBOX_WEBHOOK_SECRET``. It is good for five minutes.
"""

import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from payments.errors import NoticeRefused
from payments.models import SandboxCharge, SandboxNotice
from payments.providers.news import DisputeNews, Notice, NoticeKind
from shop.models import new_id

#: Name of the job that sends.
TELL: Final = "payments.tell_sandbox"
HEADER: Final = "Sandbox-Signature"
#: How long a signature is good, and how far clocks may be apart, in seconds.
WINDOW_SECONDS: Final = 5 * 60
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")

Send = Callable[[Mapping[str, str], bytes], object]


def queue(
    charge: SandboxCharge,
    event: str,
    *,
    amount: int,
    seconds: tuple[int, ...],
    dispute: Mapping[str, str] | None = None,
) -> str:
    """Have ``event`` told so many ``seconds`` from now, each of them; returns the event's id."""
    now = timezone.now()
    event_id = f"event_{new_id().hex}"
    content: dict[str, Any] = {
        "id": event_id,
        "type": event,
        "created": now.isoformat(),
        "charge": {
            "id": str(charge.pk),
            "key": charge.idempotency_key,
            "amount": amount,
            "currency": charge.currency,
        },
    }
    if dispute is not None:
        content["dispute"] = dict(dispute)
    for wait in seconds:
        due_at = now + timedelta(seconds=wait)
        charge.notices.create(event_id=event_id, content=content, due_at=due_at)
        app.configure_task(TELL, schedule_at=due_at).defer(timestamp=0)
    return event_id


def send_due(send: Send) -> int:
    """Hand all that is due to ``send``, oldest first; returns how many.

    One that ``send`` does not take, raising, stays and is sent again.
    """
    due = SandboxNotice.objects.filter(sent_at=None, due_at__lte=timezone.now())
    sent = 0
    for notice in due.order_by("due_at", "pk")[:100]:
        body = json.dumps(notice.content).encode()
        send(signed(body), body)
        SandboxNotice.objects.filter(pk=notice.pk).update(sent_at=timezone.now())
        sent += 1
    return sent


def signed(body: bytes, *, at: float | None = None) -> dict[str, str]:
    """The headers of a request with ``body``, sent ``at`` seconds since 1970, or now."""
    moment = int(time.time() if at is None else at)
    return {HEADER: f"t={moment},v1={_mac(moment, body)}"}


def read(headers: Mapping[str, str], body: bytes) -> Notice:
    """The notice of a request; raises :class:`~payments.errors.NoticeRefused`."""
    match = _SIGNATURE.fullmatch(headers.get(HEADER, ""))
    if match is None or not hmac.compare_digest(match[2], _mac(int(match[1]), body)):
        raise NoticeRefused("signature")
    if abs(time.time() - int(match[1])) > WINDOW_SECONDS:
        raise NoticeRefused("too old")
    try:
        return _notice(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        raise NoticeRefused("not readable") from error


def _notice(content: Mapping[str, Any]) -> Notice:
    charge = content["charge"]
    subject = content["type"].partition(".")[0].upper()
    return Notice(
        event_id=str(content["id"]),
        kind=NoticeKind.__members__.get(subject, NoticeKind.OTHER),
        at=datetime.fromisoformat(content["created"]),
        key=str(charge["key"]),
        reference=str(charge["id"]),
        amount=int(charge["amount"]),
        currency=str(charge["currency"]),
        dispute=_news(content["dispute"]) if "dispute" in content else None,
        raw={"type": content["type"]},
    )


def _news(dispute: Mapping[str, Any]) -> DisputeNews:
    return DisputeNews(
        reference=dispute["reference"],
        reason=dispute["reason"],
        amount=int(dispute["amount"]),
        respond_by=datetime.fromisoformat(dispute["respond_by"]).astimezone(UTC),
        outcome=dispute["outcome"],
    )


def _mac(moment: int, body: bytes) -> str:
    key = settings.SANDBOX_WEBHOOK_SECRET.encode()
    return hmac.new(key, f"{moment}.".encode() + body, "sha256").hexdigest()
