"""What becomes of a placed order. The database allows no other moves than these."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from audit import recording
from catalog.reviewing import purchases
from inventory import reservations
from orders import announcements
from orders import cart as carts
from orders.errors import NotAllowed
from orders.models import Cart, Order, OrderStatusChange
from orders.models.carts import cart_expiry
from shop.conflicts import retried

Status = Order.Status

#: Time an attempt to pay has at the least, beyond the deadline if need be, in seconds.
PAYMENT_GRACE_SECONDS = 10 * 60


def extend_for_payment(order_id: UUID) -> Order:
    """Give an attempt to pay that starts now time to end; returns the order, locked.

    Must run in the caller's transaction. Raises :class:`NotAllowed` when the order is not
    waiting for payment any more.
    """
    order = Order.objects.select_for_update().get(pk=order_id)
    if not order.is_payable:
        raise NotAllowed(order, Status.PAID)
    grace = timedelta(seconds=PAYMENT_GRACE_SECONDS)
    latest = order.placed_at + timedelta(seconds=settings.PAYMENT_DEADLINE_SECONDS) + grace
    due = min(timezone.now() + grace, latest)
    if due > order.payment_due_at:
        order.payment_due_at = due
        order.save(update_fields=["payment_due_at"])
        reservations.extend_order(order.pk, until=due)
    return order


@retried
def mark_paid(order_id: UUID) -> Order:
    """Record that the order's money is there, and turn its holds into sales.

    Paying twice changes nothing. Raises :class:`NotAllowed` for a canceled order and
    :class:`~inventory.errors.OutOfStock` when a hold that had run out was sold to someone else;
    in both cases the payment must be given back. Locks the order, then stock.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == Status.CANCELED:
            raise NotAllowed(order, Status.PAID)
        if order.status != Status.PENDING:
            return order
        sold = reservations.commit_order(order.pk)
        items = order.items.all()
        missing = {
            item.variant_id: item.quantity - item.backordered - sold.get(item.variant_id, 0)
            for item in items
        }
        missing = {variant_id: units for variant_id, units in missing.items() if units > 0}
        if missing:
            reservations.hold(
                owner=f"order:{order.pk}",
                quantities=missing,
                until=timezone.now() + timedelta(seconds=PAYMENT_GRACE_SECONDS),
                order_id=order.pk,
            )
            reservations.commit_order(order.pk)
        return _move(order, Status.PAID, time_field="paid_at")


def mark_fulfilled(order_id: UUID, *, actor_id: UUID | None = None) -> Order:
    """The order is packed. Raises :class:`NotAllowed` unless it is paid."""
    return _step(order_id, Status.PAID, Status.FULFILLED, "fulfilled_at", actor_id)


def mark_shipped(order_id: UUID, *, actor_id: UUID | None = None) -> Order:
    """The parcel left. Raises :class:`NotAllowed` unless it is packed."""
    return _step(order_id, Status.FULFILLED, Status.SHIPPED, "shipped_at", actor_id)


def mark_delivered(order_id: UUID, *, actor_id: UUID | None = None) -> Order:
    """The parcel arrived; its pieces may be reviewed. :class:`NotAllowed` unless it was sent."""
    with recording.batch():
        order = _step(order_id, Status.SHIPPED, Status.DELIVERED, "delivered_at", actor_id)
        purchases.record_delivery(
            order_number=order.number,
            user_id=order.customer_id,
            email=order.email,
            delivered_at=order.delivered_at or timezone.now(),
            # A variant has one line at most: order_item_once_per_variant.
            quantities=dict(order.items.values_list("variant_id", "quantity")),
        )
        return order


@retried
def cancel(order_id: UUID, *, reason: str, actor_id: UUID | None = None) -> Order:
    """Cancel an order nobody paid: its stock is free, its cart is the shopper's again.

    Canceling twice changes nothing. Raises :class:`NotAllowed` for every other status.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == Status.CANCELED:
            return order
        if order.status != Status.PENDING:
            raise NotAllowed(order, Status.CANCELED)
        cart_id, order.cart = order.cart_id, None
        order = _move(
            order, Status.CANCELED, time_field="canceled_at", actor_id=actor_id, reason=reason
        )
        if cart_id:
            _reopen(cart_id)
        # Carts before shelves, in the order in which a checkout locks them.
        reservations.release_order(order.pk)
        return order


def _reopen(cart_id: UUID) -> None:
    """Let the shopper change or order the cart again; a member's newer cart takes it in."""
    cart = Cart.objects.select_for_update(of=("self",)).select_related("user").get(pk=cart_id)
    user = cart.user
    newer = user and Cart.objects.filter(user=user, status=Cart.Status.ACTIVE).exists()
    cart.status = Cart.Status.ACTIVE
    cart.expires_at = cart_expiry()
    if user and newer:
        cart.user = None
    cart.save()
    carts.forget_count(cart)
    if user and newer:
        carts.merge(guest=cart, user=user)


def _step(
    order_id: UUID, before: Status, after: Status, time_field: str, actor_id: UUID | None
) -> Order:
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == after:
            return order
        if order.status != before:
            raise NotAllowed(order, after)
        return _move(order, after, time_field=time_field, actor_id=actor_id)


def _move(
    order: Order,
    status: Status,
    *,
    time_field: str,
    actor_id: UUID | None = None,
    reason: str = "",
) -> Order:
    change = OrderStatusChange(
        order=order, from_status=order.status, to_status=status, actor_id=actor_id, reason=reason
    )
    order.status = status
    setattr(order, time_field, timezone.now())
    order.save()
    change.save()
    announcements.announce(order, status.lower())
    return order
