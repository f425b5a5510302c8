"""What an edit made an order dearer by, until it is paid."""

from typing import Any

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
    return None if any(row.status in _PAID for row in payments) else last


def is_being_paid(order: Any) -> bool:
    """Whether an attempt to pay the order is under way, whose amount is fixed. At most a query."""
    return any(row.status in _UNDER_WAY for row in order.payments.all())
