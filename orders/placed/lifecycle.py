"""What becomes of a placed order. The database allows no other moves than these."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Subquery
from django.utils import timezone

from audit import recording
from inventory import backorders, reservations, returns
from orders.carts import cart as carts
from orders.errors import NotAllowed
from orders.models import Cart, Order, OrderItem, Shipment
from orders.models.carts import cart_expiry
from orders.placed import fulfillment, status
from orders.promotions import redemption
from shop import closing
from shop.conflicts import retried
from shop.models import new_id
from shop.prepared import Given, Rows

Status = Order.Status

_ITEMS: Rows[OrderItem] = Rows(
    lambda: (
        OrderItem.objects.filter(order=Given("order"))
        .select_related("order__pick_up_point")
        .annotate(seen=Subquery(Order.objects.filter(pk=Given("order")).values("version")))
        .select_for_update(of=("order",))
    )
)

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


def keep_until(order: Order, until: datetime) -> None:
    """Let the pending ``order`` wait for its money until ``until`` at the least, with its units.

    Must run in the transaction of the caller, who has locked the order.
    """
    if until > order.payment_due_at:
        order.payment_due_at = until
        order.save(update_fields=["payment_due_at"])
    reservations.extend_order(order.pk, until=order.payment_due_at)


@retried
def mark_paid(order_id: UUID) -> Order:
    """Record that the order's money is there, and turn its holds into sales.

    Paying twice changes nothing. Raises :class:`NotAllowed` for a canceled order and
    :class:`~inventory.errors.OutOfStock` when a hold that had run out was sold to someone else;
    in both cases the payment must be given back. Locks the order, then stock.
    """
    with recording.batch(is_one=True):
        order, items = _locked_with_items(order_id)
        if order.status == Status.CANCELED:
            raise NotAllowed(order, Status.PAID)
        if order.status != Status.PENDING:
            return order
        sold = reservations.commit_order(order.pk)
        missing = {
            item.variant_id: item.quantity - item.backordered - sold.get(item.variant_id, 0)
            for item in items
            if not item.is_digital
        }
        missing = {variant_id: units for variant_id, units in missing.items() if units > 0}
        if missing:
            closing.write_now()
            reservations.hold(
                owner=f"order:{order.pk}",
                quantities=missing,
                until=timezone.now() + timedelta(seconds=PAYMENT_GRACE_SECONDS),
                order_id=order.pk,
                first_at=order.pick_up_point.location_id if order.pick_up_point else None,
            )
            closing.write_now()
            reservations.commit_order(order.pk)
        return status.move(order, Status.PAID, is_last=True)


def mark_fulfilled(order_id: UUID, *, actor_id: UUID | None = None) -> Order:
    """Pack what lies in no parcel yet; an order that still waits for goods stays paid.

    Raises :class:`NotAllowed` unless the order is paid, and
    :class:`~orders.errors.NothingToPack` while all that is left has still to come.
    """
    with recording.batch():
        order = _locked(order_id, before=Status.PAID, after=Status.FULFILLED)
        if order.status == Status.PAID:
            left = fulfillment.packable(order.pk)
            fulfillment.pack(order_id=order.pk, quantities=left, key=new_id(), actor_id=actor_id)
            order.refresh_from_db()
        return order


@retried
def mark_delivered_by_mail(order_id: UUID) -> Order:
    """All that was ordered went by e-mail: there is nothing to pack. Else nothing changes."""
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == Status.PAID and not order.items.filter(is_digital=False).exists():
            for step in (Status.FULFILLED, Status.SHIPPED, Status.DELIVERED):
                order = status.move(order, step)
        return order


def mark_shipped(order_id: UUID, *, actor_id: UUID | None = None) -> Order:
    """All its parcels left. Raises :class:`NotAllowed` unless everything is packed."""
    with recording.batch():
        order = _locked(order_id, before=Status.FULFILLED, after=Status.SHIPPED)
        if order.status == Status.FULFILLED:
            for parcel in order.shipments.filter(status=Shipment.Status.PACKED):
                fulfillment.send(shipment_id=parcel.pk, actor_id=actor_id)
            order.refresh_from_db()
        if order.status == Status.FULFILLED:
            # Orders from before there were parcels.
            status.move(order, Status.SHIPPED, actor_id=actor_id)
        return order


def mark_delivered(order_id: UUID, *, actor_id: UUID | None = None) -> Order:
    """All its parcels arrived. Raises :class:`NotAllowed` unless all were sent."""
    with recording.batch():
        order = _locked(order_id, before=Status.SHIPPED, after=Status.DELIVERED)
        if order.status == Status.SHIPPED:
            for parcel in order.shipments.filter(status=Shipment.Status.SHIPPED):
                fulfillment.arrive(shipment_id=parcel.pk, actor_id=actor_id)
            order.refresh_from_db()
        if order.status == Status.SHIPPED:
            fulfillment.deliver(order, actor_id=actor_id)
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
        order = status.move(order, Status.CANCELED, actor_id=actor_id, reason=reason)
        if cart_id:
            _reopen(cart_id)
        redemption.give_back(order)
        # Carts, coupons, shelves: in the order in which a checkout locks them.
        reservations.release_order(order.pk)
        return order


@retried
def call_off(order_id: UUID, *, reason: str, actor_id: UUID | None = None) -> Order:
    """Cancel a paid order of which nothing has left: parcels are unpacked, units back for sale.

    Its money is given back by payments, who hear of it. Calling off twice changes nothing. Raises
    :class:`NotAllowed` when it is not paid, or when a parcel is on its way. Locks the order, its
    parcels, then stock.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == Status.CANCELED:
            return order
        parcels = list(order.shipments.select_for_update().order_by("pk"))
        kept = (Shipment.Status.PACKED, Shipment.Status.CANCELED)
        if order.status not in (Status.PAID, Status.FULFILLED) or any(
            parcel.status not in kept for parcel in parcels
        ):
            raise NotAllowed(order, Status.CANCELED)
        packed = order.shipments.filter(status=Shipment.Status.PACKED)
        packed.update(status=Shipment.Status.CANCELED)
        status.move(order, Status.CANCELED, actor_id=actor_id, reason=reason)
        backorders.end_for(order.pk)
        returns.take_back(order_id=order.pk, note=order.number, actor_id=actor_id)
        return order


def is_cancelable_by_customer(order: Order, parcels: Iterable[Shipment]) -> bool:
    """Whether whoever placed it may still cancel it: nothing is packed yet."""
    return order.status in (Status.PENDING, Status.PAID) and all(
        parcel.status == Shipment.Status.CANCELED for parcel in parcels
    )


@retried
def cancel_by_customer(order_id: UUID, *, reason: str, actor_id: UUID | None = None) -> Order:
    """What customers may do themselves: cancel before anything is packed, paid or not.

    Raises :class:`NotAllowed` afterwards. Canceling twice changes nothing.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == Status.CANCELED:
            return order
        if not is_cancelable_by_customer(order, order.shipments.all()):
            raise NotAllowed(order, Status.CANCELED)
        act = cancel if order.status == Status.PENDING else call_off
        return act(order_id, reason=reason, actor_id=actor_id)


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


def _locked_with_items(order_id: UUID) -> tuple[Order, list[OrderItem]]:
    """The order under lock and its lines, in one statement."""
    closing.write_now()
    items = _ITEMS.read(order=order_id)
    # Whoever waited for the lock has the lines from before it.
    if not items or items[0].order.version != items[0].seen:  # type: ignore[attr-defined]
        order = Order.objects.select_for_update().get(pk=order_id)
        return order, list(order.items.all())
    return items[0].order, items


def _locked(order_id: UUID, *, before: Status, after: Status) -> Order:
    """The order under lock; raises :class:`NotAllowed` unless it is ``before`` or ``after``."""
    order: Order = Order.objects.select_for_update().get(pk=order_id)
    if order.status not in (before, after):
        raise NotAllowed(order, after)
    return order
