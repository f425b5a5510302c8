"""Changing what is on the shelf, always through the ledger."""

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
        stock = Stock.objects.select_for_update().get(pk=stock_id)
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
        availability.changed([stock.variant_id])
        movement.refresh_from_db(fields=["balance_after"])
        return movement
