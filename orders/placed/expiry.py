"""What ends by itself: a pending order that nobody paid, a cart that nobody touched.

A pending order expires ``PAYMENT_DEADLINE_SECONDS`` (30 minutes) after it was placed, or when a
payment that began in time has ended. ``orders.tasks`` runs this every minute.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from audit import recording
from orders.errors import NotAllowed
from orders.models import Cart, Order
from orders.placed import lifecycle


def cancel_unpaid_orders(*, limit: int = 200) -> int:
    """Cancel orders whose payment is overdue, oldest first; returns how many."""
    overdue = Order.objects.filter(
        status=Order.Status.PENDING, payment_due_at__lte=timezone.now()
    ).order_by("payment_due_at")
    canceled = 0
    for order_id in list(overdue.values_list("pk", flat=True)[:limit]):
        try:
            lifecycle.cancel(order_id, reason=_("Not paid in time"))
        except NotAllowed:
            continue  # paid a moment ago
        canceled += 1
    return canceled


def abandon_carts(*, batch_size: int = 500) -> int:
    """Close all carts nobody touched for ``CART_LIFE_DAYS``, a batch a transaction; how many.

    A cart that its member comes back to in between stays open: the write looks at it again.
    """
    forgotten = Cart.objects.filter(status=Cart.Status.ACTIVE, expires_at__lte=timezone.now())
    closed = 0
    while ids := list(forgotten.order_by("expires_at").values_list("pk", flat=True)[:batch_size]):
        with recording.batch():
            closed += forgotten.filter(pk__in=ids).update(status=Cart.Status.ABANDONED)
    return closed
