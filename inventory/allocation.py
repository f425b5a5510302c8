"""From which shelves an order is served."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from inventory.errors import OutOfStock, Shortage
from inventory.models import Stock


def allocate(
    stocks: list[Stock],
    free: Mapping[UUID, int],
    quantities: Mapping[UUID, int],
    may_fall_short: Collection[UUID],
    first_at: UUID | None,
) -> dict[UUID, int]:
    """Units to take from each stock row; raises OutOfStock."""
    shelves: defaultdict[UUID, list[Stock]] = defaultdict(list)
    for stock in sorted(
        stocks,
        key=lambda stock: (stock.location_id != first_at, stock.location.priority, stock.pk),
    ):
        if stock.location.can_ship or stock.location_id == first_at:
            shelves[stock.variant_id].append(stock)
    places: dict[UUID, int] = {}
    shortages = []
    for variant_id, wanted in quantities.items():
        rows = shelves[variant_id]
        whole = [stock for stock in rows if free[stock.pk] >= wanted]
        missing = wanted
        for stock in whole[:1] or rows:
            units = min(missing, max(free[stock.pk], 0))
            if units:
                places[stock.pk] = units
                missing -= units
        if missing and variant_id not in may_fall_short:
            shortages.append(Shortage(variant_id, wanted, wanted - missing))
    if shortages:
        raise OutOfStock(shortages)
    return places
