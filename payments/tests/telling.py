"""Notices of the sandbox as it would send them, and as others would forge them."""

import json

from django.test import Client
from django.utils import timezone

from orders.placed import lifecycle
from payments import notices, refunding
from payments.models import SandboxCharge
from payments.providers import sandbox_notices
from shop.models import new_id

URL = "/webhooks/sandbox/"


def told(payment, event="payment.authorized", **changed):
    """The body of a notice about ``payment``; ``changed`` are other words of its charge."""
    charge = SandboxCharge.objects.filter(idempotency_key=str(payment.pk)).first()
    event_id = changed.pop("event_id", None) or f"event_{new_id().hex}"
    dispute = changed.pop("dispute", None)
    content = {
        "id": event_id,
        "type": event,
        "created": timezone.now().isoformat(),
        "charge": {
            "id": str(charge.pk) if charge else "",
            "key": str(payment.pk),
            "amount": payment.amount,
            "currency": payment.currency,
            **changed,
        },
    }
    if dispute:
        content["dispute"] = dispute
    return json.dumps(content).encode()


def post(body, *, headers=None, client=None):
    """Send ``body`` as the sandbox would, or with other ``headers``."""
    return (client or Client()).post(
        URL,
        body,
        content_type="application/json",
        headers=sandbox_notices.signed(body) if headers is None else headers,
    )


def receive(body):
    """Store the notice, and look into it as the job would."""
    notice = notices.receive("SANDBOX", sandbox_notices.signed(body), body)
    return notices.process(notice.pk)


def called_off(order_id):
    """The refund of a paid order that was called off; nobody was asked for it yet."""
    lifecycle.call_off(order_id, reason="Changed my mind")
    return refunding.request_rest(order_id)
