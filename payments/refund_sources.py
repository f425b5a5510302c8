"""Out of what money goes back: what is left of each payment, and of the credit that paid."""

from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from orders.models import Order
from payments.due import HELD
from payments.errors import NothingToRefund, PaymentDisputed, TooMuchRefunded
from payments.models import Payment, Refund, RefundPart

#: Payments whose money can go back; of one in dispute the bank decides.
_GIVING = (
    Payment.Status.CAPTURED,
    Payment.Status.SETTLED,
    Payment.Status.PARTIALLY_REFUNDED,
)


def most(order: Any) -> int:
    """What can still go back of what was paid for ``order``, in minor units.

    No query where its ``payments`` and ``refunds__parts`` are prefetched.
    """
    promised = [
        part
        for made in order.refunds.all()
        for part in made.parts.all()
        if part.status != Refund.Status.FAILED
    ]
    giving = [payment for payment in order.payments.all() if payment.status in _GIVING]
    ids = {payment.pk for payment in giving}
    captured = sum(payment.captured_amount for payment in giving)
    gone = sum(part.amount for part in promised if part.payment_id in ids)
    waiting = sum(
        part.amount
        for part in promised
        if part.payment_id is None and part.status == Refund.Status.REQUESTED
    )
    return max(0, captured - gone) + max(0, order.credit_applied - waiting)


def is_disputed(order: Any) -> bool:
    """Whether a bank holds money of ``order``; no query where its ``payments`` are prefetched."""
    return any(payment.status == Payment.Status.DISPUTED for payment in order.payments.all())


def parts(order: Order, amount: int) -> list[tuple[Payment | None, int]]:
    """Which payments bear ``amount``, newest first; without a payment it is the order's credit."""
    left_of = of(order)
    available = sum(left for _payment, left in left_of)
    if amount > available and is_disputed(order):
        raise PaymentDisputed
    if not available or not amount:
        raise NothingToRefund
    if not 0 < amount <= available:
        raise TooMuchRefunded(amount, available)
    shares = []
    for payment, left in left_of:
        part = min(left, amount)
        amount -= part
        if part:
            shares.append((payment, part))
    return shares


def of(order: Order) -> list[tuple[Payment | None, int]]:
    """What can still go back of each payment, newest first, and of the order's credit last.

    The caller has locked the order; the payments are locked here, in key order.
    """
    rows = Payment.objects.filter(order=order, status__in=_GIVING).order_by("pk")
    payments = list(rows.select_for_update())
    promised: dict[UUID | None, int] = dict(
        RefundPart.objects.filter(refund__order=order)
        .exclude(status=Refund.Status.FAILED)
        # Credit that went back is no longer among what the order was paid with.
        .filter(Q(payment__isnull=False) | Q(status=Refund.Status.REQUESTED))
        .order_by()
        .values_list("payment")
        .annotate(amount=Sum("amount"))
    )
    sources: list[tuple[Payment | None, int]] = [
        (payment, max(0, payment.captured_amount - promised.get(payment.pk, 0)))
        for payment in reversed(payments)
    ]
    return [*sources, (None, max(0, order.credit_applied - promised.get(None, 0)))]


def beyond(order: Order, available: int) -> int:
    """What was paid beyond what the order costs; all, unless some of its money waits for parcels.

    What is only authorized goes back by not being captured.
    """
    if not order.payments.filter(HELD).exists():
        return available
    sums = order.payments.aggregate(
        captured=Sum("captured_amount"), refunded=Sum("refunded_amount")
    )
    waiting = RefundPart.objects.filter(refund__order=order, status=Refund.Status.REQUESTED)
    paid = order.credit_applied + (sums["captured"] or 0) - (sums["refunded"] or 0)
    paid -= waiting.aggregate(sum=Sum("amount"))["sum"] or 0
    return max(0, paid - order.total)
