"""Mending a mistyped e-mail address right after the order."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit import recording
from orders.errors import EmailFixed
from orders.mailing import mails
from orders.models import Order, OrderMail, Shipment
from shop.conflicts import retried

#: How long after the order its address can be corrected, in seconds.
CORRECTABLE_SECONDS: Final = 60 * 60
_LEFT = (Shipment.Status.SHIPPED, Shipment.Status.DELIVERED)


def is_correctable(order: Order) -> bool:
    """Within the hour, and nothing has left yet. One query, none where parcels are loaded."""
    is_fresh = timezone.now() - order.placed_at < timedelta(seconds=CORRECTABLE_SECONDS)
    is_here = order.status in (Order.Status.PAID, Order.Status.FULFILLED)
    return is_fresh and is_here and not any(one.status in _LEFT for one in order.shipments.all())


@retried
def correct_email(*, order_id: UUID, email: str) -> Order:
    """Write to ``email`` from now on, and send the confirmation there.

    The same address again changes nothing. Raises :class:`EmailFixed` when it is too late. Locks
    the order.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if not is_correctable(order):
            raise EmailFixed(order)
        if order.email == email:
            return order
        order.email = email
        order.save(update_fields=["email"])
        sent = order.mails.filter(kind=OrderMail.Kind.PLACED, sent_at__isnull=False)
        if sent.exists():
            mails.send_again(order, OrderMail.Kind.PLACED, reason=f"address-{order.version}")
        return order
