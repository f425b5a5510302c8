"""Units that a file counts, posted to the ledger as the difference to what lies on the shelf."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from catalog.imports import columns, writing
from catalog.imports.columns import Level
from catalog.imports.errors import ChangedMeanwhile, Moved
from catalog.imports.references import ids_of
from catalog.models import ImportRow
from inventory import stock
from inventory.models import Stock

Shelf = tuple[UUID, UUID]


def move(
    rows: list[tuple[ImportRow, dict[str, Any], dict[str, Any]]],
    *,
    note: str,
    actor_id: UUID | None,
    is_exact: bool = True,
) -> None:
    """Post the way from the first to the second cells of each row as adjustments.

    With ``is_exact`` a shelf must still hold what the first cells say; without it only the
    difference is posted. Raises :class:`ChangedMeanwhile`. Locks the stock rows in key order.
    """
    locations = ids_of(
        "location",
        (
            column.part
            for _row, _was, will in rows
            for column, _v in columns.of_level(will, Level.STOCK)
        ),
    )
    wanted: dict[Shelf, tuple[ImportRow, int | None, int | None]] = {}
    for row, was, will in rows:
        for column, units in columns.of_level(will, Level.STOCK):
            if row.variant_id is not None and column.part in locations:
                shelf = (row.variant_id, locations[column.part])
                wanted[shelf] = (row, was.get(column.name), units)
    if not wanted:
        return
    held = _locked(wanted)
    changes, moved = {}, []
    for shelf, (row, before, after) in wanted.items():
        found = held.get(shelf)
        change = (after or 0) - (before or 0)
        if is_exact and (found.on_hand if found else None) != before:
            moved.append(Moved(row.pk, _("units came or went meanwhile")))
        elif found is not None and found.on_hand + change < found.reserved:
            reason = _("%d units are promised to shoppers") % found.reserved
            moved.append(Moved(row.pk, reason))
        elif change or found is None:
            changes[shelf] = change
    if moved:
        raise ChangedMeanwhile(_("Stock changed meanwhile, so nothing was written."), moved)
    _post(changes, held, note=note, actor_id=actor_id)


def _locked(wanted: dict[Shelf, Any]) -> dict[Shelf, Stock]:
    variants = {variant for variant, _location in wanted}
    locations = {location for _variant, location in wanted}
    rows = Stock.objects.filter(variant__in=variants, location__in=locations).order_by("pk")
    return {(row.variant_id, row.location_id): row for row in rows.select_for_update(no_key=True)}


def _post(
    changes: dict[Shelf, int], held: dict[Shelf, Stock], *, note: str, actor_id: UUID | None
) -> None:
    made = {
        shelf: Stock(variant_id=shelf[0], location_id=shelf[1])
        for shelf in changes
        if shelf not in held
    }
    writing.create(Stock, made.values())
    by_stock = {(held | made)[shelf].pk: change for shelf, change in changes.items() if change}
    stock.adjust_many(by_stock, note=note, actor_id=actor_id)
