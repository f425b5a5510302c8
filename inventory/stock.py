"""Changing what is on the shelf, always through the ledger."""

from collections.abc import Mapping
from uuid import UUID

from audit import recording
from inventory import availability
from inventory.errors import BelowReserved, NothingToAdjust
from inventory.models import Movement, Stock
from shop.conflicts import retried


@retried
def adjust(
    *,
    stock_id: UUID,
    quantity_change: int,
    note: str,
    actor_id: UUID | None = None,
    kind: Movement.Kind = Movement.Kind.ADJUSTMENT,
    order_id: UUID | None = None,
) -> Movement:
    """Post ``quantity_change`` units to one stock row with its reason; returns the movement.

    Raises :class:`NothingToAdjust` for a zero change or an empty note, and
    :class:`BelowReserved` when fewer units would remain than are promised. Locks the stock row.
    """
    if quantity_change == 0 or not note.strip():
        raise NothingToAdjust
    with recording.batch():
        stock = Stock.objects.of_products().select_for_update(of=("self",)).get(pk=stock_id)
        if stock.on_hand + quantity_change < stock.reserved:
            raise BelowReserved(stock.on_hand, stock.reserved)
        movement = Movement.objects.create(
            stock=stock,
            kind=kind,
            quantity_change=quantity_change,
            note=note.strip(),
            actor_id=actor_id,
            order_id=order_id,
        )
        left = stock.available + quantity_change
        availability.products_changed(
            {stock.variant_id: stock.product_id}, has_turned=(stock.available > 0) != (left > 0)
        )
        movement.refresh_from_db(fields=["balance_after"])
        return movement


def adjust_many(
    changes: Mapping[UUID, int], *, note: str, actor_id: UUID | None = None
) -> list[Movement]:
    """Post a change of units to each stock row, by its id, as adjustments with one reason.

    Fixed number of statements. Raises as :func:`adjust` does, and then nothing is posted. Locks
    the stock rows in key order.
    """
    if not changes:
        return []
    if 0 in changes.values() or not note.strip():
        raise NothingToAdjust
    with recording.batch():
        rows = Stock.objects.filter(pk__in=changes).order_by("pk").select_for_update(no_key=True)
        for row in rows:
            if row.on_hand + changes[row.pk] < row.reserved:
                raise BelowReserved(row.on_hand, row.reserved)
        movements: list[Movement] = Movement.objects.bulk_create(
            Movement(
                stock=row,
                kind=Movement.Kind.ADJUSTMENT,
                quantity_change=changes[row.pk],
                note=note.strip(),
                actor_id=actor_id,
            )
            for row in rows
        )
        availability.changed([row.variant_id for row in rows])
        return movements
