"""What an order still costs its customer."""

from django.db.models import F, Q, Sum

from orders.models import Order
from payments.models import Payment, Refund, RefundPart

#: Payments that keep money until parcels leave.
HELD = Q(
    captures_at_shipment=True,
    status__in=Payment.CAPTURABLE,
    authorized_amount__gt=F("captured_amount") + F("released_amount"),
)


def amount_due(order: Order) -> int:
    """What is still to be paid of ``order``, in minor units; nothing of a canceled one.

    ``total - credit_applied - captured - held + refunded``, without what went back for goods or
    goodwill while the total stayed: that is not owed again. ``held`` is what will be captured when
    parcels leave. One query, two once the order is paid.
    """
    return _due(order, counts_held=True)


def uncollected(order: Order) -> int:
    """The same with what is held, which was not captured yet."""
    return _due(order, counts_held=False)


def _due(order: Order, *, counts_held: bool) -> int:
    if order.status == Order.Status.CANCELED:
        return 0
    held = F("authorized_amount") - F("captured_amount") - F("released_amount")
    sums = order.payments.aggregate(
        captured=Sum("captured_amount"),
        refunded=Sum("refunded_amount"),
        held=Sum(held, filter=HELD),
    )
    paid = order.credit_applied + (sums["captured"] or 0) - (sums["refunded"] or 0)
    if counts_held:
        paid += sums["held"] or 0
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
