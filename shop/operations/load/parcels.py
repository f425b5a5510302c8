"""The parcel of an order of a load: all of it in one, as far as the order has come."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from orders.models import Order, Shipment
from shop.operations.load import tables
from shop.operations.load.copying import NULL, Lines, row
from shop.operations.load.keys import own_key

Status = Order.Status
#: How far its parcel is when an order is this far.
_PARCEL = {
    Status.FULFILLED: Shipment.Status.PACKED,
    Status.SHIPPED: Shipment.Status.SHIPPED,
    Status.DELIVERED: Shipment.Status.DELIVERED,
}


def add(
    lines: Lines,
    *,
    seed: int,
    number: int,
    order: str,
    times: Mapping[Order.Status, datetime],
    status: Order.Status,
    arrives: date,
    pieces: Sequence[tuple[str, int]],
) -> None:
    """Add the rows of the parcel with ``pieces``, lines of the order and their units."""
    if status not in _PARCEL:
        return
    key = own_key(tables.PARCELS, seed, number)
    packed_at, sent_at = times[Status.FULFILLED], times.get(Status.SHIPPED)
    tracking = f"JD03{seed:02d}{number:012d}" if sent_at else ""
    lines[tables.PARCELS.name].append(
        row(
            key, packed_at, packed_at, order, key, _PARCEL[status], Shipment.Carrier.DHL, tracking,
            arrives, sent_at or NULL, times.get(Status.DELIVERED, NULL),
        )
    )  # fmt: skip
    for place, (item, units) in enumerate(pieces):
        inside = own_key(tables.IN_PARCELS, seed, number, place)
        lines[tables.IN_PARCELS.name].append(row(inside, packed_at, packed_at, key, item, units))
