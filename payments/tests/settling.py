"""Lines of settlements, as providers tell them, and what is found because of them."""

from django.utils import timezone

from payments import settlements
from payments.models import ReconciliationFinding
from payments.providers.listed import Settled, SettledKind


def line(of, amount=None, *, reference="line-1", kind="CHARGE", fee=76, **more):
    facts = {"currency": "EUR", "at": timezone.now(), "key": str(of.pk), "payout": "po_1"}
    amount = of.captured_amount if amount is None else amount
    return Settled(reference, SettledKind(kind), amount, fee, **facts | more)


def take(payment, *lines):
    report = settlements.take(payment.provider, lines)
    payment.refresh_from_db()
    return report


def differing():
    return ReconciliationFinding.objects.filter(kind="SETTLED_DIFFERS", status="OPEN")
