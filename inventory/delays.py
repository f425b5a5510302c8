"""Goods that come later than orders were promised: who waits for them, and is told."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from inventory.backorders import WAITING, day_of, deliveries
from inventory.models import Backorder
from shop.events import outbox


def orders_waiting(variant_ids: Collection[UUID]) -> int:
    """How many orders wait for any of the variants. One query."""
    rows = Backorder.objects.filter(WAITING, variant__in=variant_ids).order_by()
    return rows.values("order").distinct().count()


def expected_days(variant_ids: Collection[UUID]) -> dict[UUID, date]:
    """When all has come that each back-order of the variants waits for, by its id.

    What comes first goes to who has waited longest, late deliveries as well. Three queries.
    """
    rows = Backorder.objects.filter(WAITING, variant__in=variant_ids)
    coming = deliveries(variant_ids)
    units = Counter[UUID]()
    days = {}
    for row in rows.order_by("since", "pk"):
        units[row.variant_id] += row.waiting
        days[row.pk] = day_of(coming[row.variant_id], units[row.variant_id])
    return days


def tell_of_delays(before: Mapping[UUID, date]) -> int:
    """Promise a later day to whom the goods reach later than ``before``; returns how many orders.

    ``before`` is what :func:`expected_days` said; a promise that is kept all the same stays as it
    is. Emits ``backorder.delayed`` for each order, with the new day by variant. Runs in the
    transaction of the change and locks the back-orders.
    """
    if not before:
        return 0
    rows = Backorder.objects.filter(WAITING, pk__in=before).order_by("pk").select_for_update()
    waiting = list(rows)
    now = expected_days({row.variant_id for row in waiting})
    delayed: defaultdict[UUID, list[Backorder]] = defaultdict(list)
    for row in waiting:
        day = now[row.pk]
        if day > before[row.pk] and (row.promised_on is None or day > row.promised_on):
            row.promised_on = day
            delayed[row.order_id].append(row)
    Backorder.objects.bulk_update(
        [row for late in delayed.values() for row in late], ["promised_on"]
    )
    for order_id, late in sorted(delayed.items()):
        promised = {str(row.variant_id): str(row.promised_on) for row in late}
        outbox.emit(
            "backorder.delayed",
            late[0],
            payload={"order": str(order_id), "promised": promised},
            key=f"orders.order:{order_id}",
        )
    return len(delayed)
