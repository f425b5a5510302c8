"""What an order still costs its customer."""

from django.db.models import Q, Sum

from orders.models import Order
from payments.models import Refund, RefundPart


def amount_due(order: Order) -> int:
    """What is still to be paid of ``order``, in minor units; nothing of a canceled one.

    ``total - credit_applied - captured + refunded``, without what went back for goods or goodwill
    while the total stayed: that is not owed again. One query, two once the order is paid.
    """
    if order.status == Order.Status.CANCELED:
        return 0
    sums = order.payments.aggregate(
        captured=Sum("captured_amount"), refunded=Sum("refunded_amount")
    )
    paid = order.credit_applied + (sums["captured"] or 0) - (sums["refunded"] or 0)
    forgone = 0 if order.status == Order.Status.PENDING else _given_back(order)
    return max(0, order.total - forgone - paid)


def _given_back(order: Order) -> int:
    """What came back to the means it was paid by, but for edits: those lower the total."""
    done = RefundPart.objects.filter(
        Q(payment=None) | Q(refund__to=Refund.To.ORIGINAL),
        refund__order=order,
        status=Refund.Status.SUCCEEDED,
    ).exclude(refund__reason=Refund.Reason.EDITED)
    amount = done.aggregate(sum=Sum("amount"))["sum"]
    return amount or 0
