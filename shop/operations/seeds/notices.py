"""Notices of the sandbox: one that fits its payment, and one for staff to look into."""

import json
from datetime import datetime

from orders.models import Order
from payments import notices
from payments.models import Payment, ProviderNotice
from payments.providers import names, sandbox_notices

#: The demo order they are about, their events, and by how much one misses, in minor units.
_ORDER = "13"
_FITS, _MISSES, _BY = "event_demo_captured", "event_demo_mismatch", 100


def plant_notices() -> int:
    """Those that are not there yet; returns how many."""
    order = Order.objects.filter(metadata__demo=_ORDER, paid_at__isnull=False).first()
    if order is None or "SANDBOX" not in names():
        return 0
    payment = order.payments.latest("created_at")
    at = payment.captured_at or payment.created_at
    rows = ProviderNotice.objects.filter(provider="SANDBOX")
    made = 0
    if not rows.filter(event_id=_FITS).exists():
        body = _body(payment, at)
        notices.process(notices.receive("SANDBOX", sandbox_notices.signed(body), body).pk)
        made += 1
    if not rows.filter(event_id=_MISSES).exists():
        # As if it had been looked into, which would alarm whoever reads the log.
        ProviderNotice.objects.create(
            provider="SANDBOX",
            event_id=_MISSES,
            kind=ProviderNotice.Kind.PAYMENT,
            status=ProviderNotice.Status.MISMATCHED,
            code="wrong_amount",
            told_at=at,
            key=str(payment.pk),
            reference=payment.provider_reference,
            amount=payment.amount - _BY,
            currency=payment.currency,
            payload={"type": "payment.captured"},
            payment=payment,
            tries=1,
            processed_at=at,
        )
        made += 1
    return made


def _body(payment: Payment, at: datetime) -> bytes:
    content = {
        "id": _FITS,
        "type": "payment.captured",
        "created": at.isoformat(),
        "charge": {
            "id": payment.provider_reference,
            "key": str(payment.pk),
            "amount": payment.amount,
            "currency": payment.currency,
        },
    }
    return json.dumps(content).encode()
