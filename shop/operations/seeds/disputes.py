"""A dispute that waits for an answer, and a ledger that differs, as providers bring them about."""

from datetime import timedelta

from django.utils import timezone

from orders.models import Order
from payments import disputes, findings
from payments.models import Dispute, Payment, ReconciliationFinding, SandboxCharge
from payments.providers.news import DisputeNews
from shop.money import format_money

#: The demo order whose customer told the bank that it never came, and days left to answer.
_DISPUTED, _REFERENCE, _DAYS = "08", "dispute_demo", 5
#: The demo order of which somebody gave some back on the sandbox's side, in minor units.
_DIFFERS, _AMOUNT = "09", 500


def plant_disputes() -> int:
    """The dispute and the finding unless they are there; returns how many were made."""
    made = 0
    payment = _payment(_DISPUTED)
    if payment and not Dispute.objects.filter(provider_reference=_REFERENCE).exists():
        now = timezone.now()
        news = DisputeNews(
            reference=_REFERENCE,
            reason="product_not_received",
            amount=payment.captured_amount,
            respond_by=now + timedelta(days=_DAYS),
        )
        disputes.take_news(payment, news, now)
        made += 1
    payment = _payment(_DIFFERS)
    if payment and not ReconciliationFinding.objects.filter(payment=payment).exists():
        charges = SandboxCharge.objects.filter(idempotency_key=str(payment.pk), refunded_amount=0)
        if charges.update(refunded_amount=_AMOUNT):
            _note(payment)
            made += 1
    return made


def _payment(name: str) -> Payment | None:
    """The sandbox's payment of the demo order called ``name``."""
    order = Order.objects.filter(metadata__demo=name, paid_at__isnull=False).first()
    rows = Payment.objects.filter(order=order, provider="SANDBOX", status=Payment.Status.CAPTURED)
    return rows.first() if order else None


def _note(payment: Payment) -> None:
    """What the nightly comparison would write."""
    authorized = format_money(payment.authorized_amount, payment.currency)
    captured = format_money(payment.captured_amount, payment.currency)
    nothing = format_money(0, payment.currency)
    given = format_money(_AMOUNT, payment.currency)
    findings.note(
        payment,
        ReconciliationFinding.Kind.REFUND_UNKNOWN,
        ours=f"{payment.status} {authorized} / {captured} / {nothing}",
        theirs=f"APPROVED {authorized} / {captured} / {given}",
    )
