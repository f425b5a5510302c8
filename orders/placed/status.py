"""The status of an order, moved with its history and its event; and what else happens to it."""

from uuid import UUID

from django.utils import timezone

from orders.models import Order, OrderEvent, OrderStatusChange
from orders.placed import announcements
from shop import closing
from shop.actor import ActorType, current_actor

_TIMES = {
    Order.Status.PAID: "paid_at",
    Order.Status.FULFILLED: "fulfilled_at",
    Order.Status.SHIPPED: "shipped_at",
    Order.Status.DELIVERED: "delivered_at",
    Order.Status.CANCELED: "canceled_at",
}
_BY = {
    ActorType.STAFF: OrderEvent.By.STAFF,
    ActorType.CUSTOMER: OrderEvent.By.CUSTOMER,
    ActorType.VISITOR: OrderEvent.By.CUSTOMER,
    ActorType.SYSTEM: OrderEvent.By.SYSTEM,
}


def move(
    order: Order,
    status: Order.Status,
    *,
    actor_id: UUID | None = None,
    reason: str = "",
    is_last: bool = False,
) -> Order:
    """Move ``order``, which the caller has locked, in the caller's transaction.

    The database refuses a move that is not legal. With ``is_last`` the row is written at the end of
    the act, and nobody reads it before.
    """
    change = OrderStatusChange(
        order=order, from_status=order.status, to_status=status, actor_id=actor_id, reason=reason
    )
    order.status = status
    setattr(order, _TIMES[status], timezone.now())
    if is_last:
        closing.change(order, "status", _TIMES[status])
    else:
        order.save()
    closing.add(change)
    announcements.announce(order, status.lower())
    return order


def happened(
    order: Order, kind: OrderEvent.Kind, *, actor_id: UUID | None = None, note: str = ""
) -> OrderEvent:
    """Write down what happened to ``order``, by whoever acts now, in the caller's transaction."""
    actor = current_actor()
    event: OrderEvent = OrderEvent.objects.create(
        order=order,
        kind=kind,
        by=OrderEvent.By.STAFF if actor_id else _BY[actor.type],
        actor_id=actor_id or actor.user_id,
        note=note[:300],
    )
    return event
