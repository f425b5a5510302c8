"""Goods that a customer sent back: on the shelf again, or written off."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q

from audit import recording
from inventory import stock
from inventory.models import Movement, Stock


def take_in(
    *,
    order_id: UUID,
    restocked: Mapping[UUID, int],
    written_off: Mapping[UUID, int],
    note: str,
    actor_id: UUID | None = None,
) -> list[Movement]:
    """Post what came back of an order, units by variant, to a shelf it was sold from.

    What is ``written_off`` comes and goes at once, as a return and an adjustment, so that nobody
    is sold it. Joins the caller's transaction. Fixed number of statements. Locks the stock rows in
    key order.
    """
    with recording.batch():
        variants = {*restocked, *written_off}
        shelves = _shelves(order_id, variants)
        returned = [
            Movement(
                stock=shelves[variant_id],
                kind=Movement.Kind.RETURN,
                quantity_change=units,
                note=note,
                actor_id=actor_id,
                order_id=order_id,
            )
            for variant_id, units in written_off.items()
        ]
        lost = [
            Movement(
                stock=row.stock,
                kind=Movement.Kind.ADJUSTMENT,
                reason=Movement.Reason.DAMAGED,
                quantity_change=-row.quantity_change,
                note=note,
                actor_id=actor_id,
                order_id=order_id,
            )
            for row in returned
        ]
        posted: list[Movement] = Movement.objects.bulk_create([*returned, *lost])
        changes = {shelves[variant_id].pk: units for variant_id, units in restocked.items()}
        posted += stock.post(
            list(shelves.values()),
            changes,
            kind=Movement.Kind.RETURN,
            actor_id=actor_id,
            note=note,
            order_id=order_id,
        )
        return posted


def _shelves(order_id: UUID, variant_ids: set[UUID]) -> dict[UUID, Stock]:
    """A locked shelf for each variant: one that the order was served from, else the first."""
    sold_from = set(
        Movement.objects.filter(order=order_id, kind=Movement.Kind.SALE).values_list(
            "stock", flat=True
        )
    )
    rows = Stock.objects.locked(Q(variant__in=variant_ids))
    rows.sort(key=lambda row: (row.pk not in sold_from, row.location.priority, row.pk))
    shelves: dict[UUID, Stock] = {}
    for row in rows:
        shelves.setdefault(row.variant_id, row)
    return shelves
