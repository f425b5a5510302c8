"""Changing what is on the shelf, always through the ledger."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from audit import recording
from inventory import availability, backorders
from inventory.errors import AdjustedAlready, BelowReserved, NothingToAdjust
from inventory.models import Location, Movement, Stock
from shop.conflicts import retried

ADJUSTMENT = Movement.Kind.ADJUSTMENT
CORRECTION = Movement.Reason.CORRECTION


def shelves_at(location_id: UUID, variant_ids: Collection[UUID]) -> list[Stock]:
    """The shelves of the variants at a location, locked; where there is none, it is made."""
    rows = Stock.objects.filter(location=location_id, variant__in=variant_ids)
    if rows.count() < len(variant_ids):
        # One at a time, so that two deliveries of something new make one shelf.
        Location.objects.select_for_update(no_key=True).get(pk=location_id)
        known = set(rows.values_list("variant_id", flat=True))
        Stock.objects.bulk_create(
            Stock(variant_id=variant_id, location_id=location_id)
            for variant_id in sorted(set(variant_ids) - known)
        )
    return Stock.objects.locked(Q(location=location_id, variant__in=variant_ids))


def post(
    stocks: Sequence[Stock],
    changes: Mapping[UUID, int],
    *,
    kind: Movement.Kind,
    actor_id: UUID | None = None,
    unit_costs: Mapping[UUID, int] | None = None,
    **columns: Any,
) -> list[Movement]:
    """Post a change of units to each of ``stocks``, by id, as movements with the same columns.

    ``stocks`` come from ``Stock.objects.locked()`` in the caller's transaction. What arrives goes
    first to orders that wait for it. Raises :class:`BelowReserved` when fewer units would remain
    than are promised. Fixed number of statements.
    ``unit_costs`` (minor units, by stock id) say what arriving units cost, where that is known.
    """
    moved = [stock for stock in stocks if changes.get(stock.pk)]
    for stock in moved:
        if stock.on_hand + changes[stock.pk] < stock.reserved:
            raise BelowReserved(stock.on_hand, stock.reserved)
    movements: list[Movement] = Movement.objects.bulk_create(
        Movement(
            stock=stock,
            kind=kind,
            quantity_change=changes[stock.pk],
            balance_after=stock.on_hand + changes[stock.pk],
            actor_id=actor_id,
            unit_cost=(unit_costs or {}).get(stock.pk),
            **columns,
        )
        for stock in moved
    )
    free = {stock.pk: stock.available + changes[stock.pk] for stock in moved}
    for stock_id, units in backorders.serve(
        [stock for stock in moved if changes[stock.pk] > 0], free
    ).items():
        free[stock_id] -= units
    availability.products_changed(
        {stock.variant_id: stock.product_id for stock in moved},
        has_turned=any((stock.available > 0) != (free[stock.pk] > 0) for stock in moved),
    )
    return movements


@retried
def adjust(
    *,
    stock_id: UUID,
    quantity_change: int,
    note: str,
    actor_id: UUID | None = None,
    kind: Movement.Kind = ADJUSTMENT,
    reason: Movement.Reason = CORRECTION,
    order_id: UUID | None = None,
    key: UUID | None = None,
) -> Movement:
    """Post ``quantity_change`` units to one stock row; returns the movement.

    ``reason`` belongs to adjustments; other kinds say why by themselves. The same ``key`` again
    returns the movement that is there, whose id it is. Raises :class:`NothingToAdjust` for a zero
    change or an empty note, :class:`AdjustedAlready` when something else was posted under the key,
    and :class:`BelowReserved` when fewer units would remain than are promised. Locks the stock row.
    """
    if quantity_change == 0 or not note.strip():
        raise NothingToAdjust
    with recording.batch():
        stocks = Stock.objects.locked(Q(pk=stock_id))
        if not stocks:
            raise Stock.DoesNotExist
        columns: dict[str, Any] = {
            "kind": kind,
            "reason": reason if kind == ADJUSTMENT else "",
            "note": note.strip(),
            "actor_id": actor_id,
            "order_id": order_id,
        }
        if key is not None:
            if known := Movement.objects.filter(pk=key).first():
                same = {"stock_id": stock_id, "quantity_change": quantity_change, **columns}
                if any(getattr(known, name) != value for name, value in same.items()):
                    raise AdjustedAlready(known)
                return known
            columns["pk"] = key
        (movement,) = post(stocks, {stock_id: quantity_change}, **columns)
        return movement


def adjust_many(
    changes: Mapping[UUID, int],
    *,
    note: str,
    reason: Movement.Reason = CORRECTION,
    actor_id: UUID | None = None,
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
        return post(
            Stock.objects.locked(Q(pk__in=changes)),
            changes,
            kind=ADJUSTMENT,
            reason=reason,
            note=note.strip(),
            actor_id=actor_id,
        )
