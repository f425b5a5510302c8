"""Orders that wait for staff, those first that must arrive first."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from orders.models import Order, OrderNote

#: The order of the queue; the index order_to_ship has it.
URGENT_FIRST = ("delivery_until", "placed_at", "id")
_STATUSES = (Order.Status.PAID, Order.Status.FULFILLED)


def to_ship() -> "QuerySet[Order]":
    """Paid orders of which something has still to leave."""
    rows: QuerySet[Order] = Order.objects.filter(status__in=_STATUSES)
    return rows


def late() -> "QuerySet[Order]":
    """Those that should be with their customers by now."""
    return to_ship().filter(delivery_until__lte=timezone.localdate())


def to_answer() -> "QuerySet[Order]":
    """Orders whose customer wrote, and nobody has written anything since.

    What the shop writes by itself, such as of a delay, has no author and answers nothing.
    """
    answers = OrderNote.objects.filter(
        order=OuterRef("order"), created_at__gt=OuterRef("created_at"), author__isnull=False
    ).exclude(kind=OrderNote.Kind.INCOMING)
    asked = OrderNote.objects.filter(~Exists(answers), kind=OrderNote.Kind.INCOMING)
    rows: QuerySet[Order] = Order.objects.filter(pk__in=asked.values("order"))
    return rows


def is_late(order: Order) -> bool:
    """Whether the order is one of :func:`late`."""
    until = order.delivery_until
    return order.status in _STATUSES and until is not None and until <= timezone.localdate()


def neighbors(order: Order) -> tuple[Order | None, Order | None]:
    """The orders before and after this one in the queue; none for one that does not wait."""
    if order.status not in _STATUSES:
        return None, None
    rows = to_ship().only("number")
    before = rows.filter(_beyond(order, "lt")).order_by(*(f"-{name}" for name in URGENT_FIRST))
    after = rows.filter(_beyond(order, "gt")).order_by(*URGENT_FIRST)
    return before.first(), after.first()


def _beyond(order: Order, way: str) -> Q:
    """Orders on one side of ``order``; who was promised no day comes last."""
    until: Any = order.delivery_until
    same = Q(delivery_until=until) & (
        Q(**{f"placed_at__{way}": order.placed_at})
        | Q(placed_at=order.placed_at, **{f"id__{way}": order.pk})
    )
    if until is None:
        return same if way == "gt" else same | Q(delivery_until__isnull=False)
    others = Q(**{f"delivery_until__{way}": until})
    return same | others | Q(delivery_until=None) if way == "gt" else same | others
