"""What an edit made an order dearer by, until it is paid."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from orders.models import Order, OrderEdit

#: Statuses of a payment whose money is there.
_PAID = ("CAPTURED", "SETTLED", "PARTIALLY_REFUNDED", "REFUNDED", "DISPUTED")
_UNDER_WAY = ("INITIATED", "AUTHORIZED")


def awaited(order: Any) -> OrderEdit | None:
    """The edit whose ``due`` the customer has still to pay.

    The last edit counts: it took over what those before it left to pay. Nothing is awaited beside
    the payment of an order that was never paid. One query, two if there is such an edit; none
    where ``edits`` and ``payments`` are prefetched.
    """
    if order.status != Order.Status.PAID:
        return None
    edits = list(order.edits.all())
    last: OrderEdit | None = edits[-1] if edits else None
    if last is None or not last.due:
        return None
    payments = [row for row in order.payments.all() if row.edit_id == last.pk]
    return None if any(_counts(row) for row in payments) else last


def awaited_edits() -> "QuerySet[OrderEdit]":
    """The edits of all orders that :func:`awaited` would name."""
    of_order = OrderEdit.objects.filter(order=OuterRef("order")).order_by("-created_at", "-pk")
    paid = OrderEdit.objects.filter(
        Q(payments__status__in=_PAID)
        | Q(payments__status="AUTHORIZED", payments__captures_at_shipment=True),
        pk=OuterRef("pk"),
    )
    rows: QuerySet[OrderEdit] = OrderEdit.objects.filter(
        ~Exists(paid),
        pk=Subquery(of_order.values("pk")[:1]),
        order__status=Order.Status.PAID,
        due__gt=0,
    )
    return rows


def lapsed(order: Any) -> Any:
    """The payment of a paid order whose money could not be captured any more; None without one.

    Its ``lapsed_amount`` is to be paid anew. One query; none where ``payments`` are prefetched.
    """
    if order.status in (Order.Status.PENDING, Order.Status.CANCELED):
        return None
    rows = list(order.payments.all())
    replaced = {row.instead_of_id for row in rows if _counts(row)}
    return next((row for row in rows if row.lapsed_amount and row.pk not in replaced), None)


def is_being_paid(order: Any) -> bool:
    """Whether an attempt to pay the order is under way, whose amount is fixed. At most a query."""
    return any(
        row.status in _UNDER_WAY and not (order.paid_at and _counts(row))
        for row in order.payments.all()
    )


def _counts(row: Any) -> bool:
    """Whether the money is there, or kept until parcels leave."""
    return row.status in _PAID or (row.status == "AUTHORIZED" and row.captures_at_shipment)
