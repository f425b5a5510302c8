"""Where an order goes, changed after it was placed; what was given before stays on record."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from audit import recording
from orders.errors import AddressElsewhere, AddressFixed
from orders.models import Order, OrderAddress, OrderEvent, Shipment
from orders.placed import announcements, status
from shop.conflicts import retried

SHIPPING = OrderAddress.Type.SHIPPING
_OPEN = (Order.Status.PENDING, Order.Status.PAID)


def is_changeable(order: Order, parcels: Iterable[Shipment]) -> bool:
    """Whether nothing has been packed yet."""
    return order.status in _OPEN and all(
        parcel.status == Shipment.Status.CANCELED for parcel in parcels
    )


@retried
def change(
    *,
    order_id: UUID,
    address: Mapping[str, str],
    kind: OrderAddress.Type = SHIPPING,
    actor_id: UUID | None = None,
) -> OrderAddress:
    """Give the order another address of ``kind``; the same again changes nothing.

    ``address`` has the parts of :data:`shop.accounts.forms.PARTS`. Raises :class:`AddressFixed`
    once a parcel is packed or the order has ended, and :class:`AddressElsewhere` for another
    country or region. Locks the order.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        if not is_changeable(order, order.shipments.all()):
            raise AddressFixed
        current: OrderAddress = order.addresses.filter(type=kind).latest("revision")
        changed = OrderAddress(order=order, type=kind, revision=current.revision + 1, **address)
        if (changed.country, changed.state) != (current.country, current.state):
            raise AddressElsewhere
        if _text(changed) == _text(current):
            return current
        changed.save()
        status.happened(order, OrderEvent.Kind.ADDRESS, actor_id=actor_id, note=str(kind.label))
        announcements.announce(order, "address_changed")
        return changed


def newest(addresses: Iterable[OrderAddress]) -> dict[str, OrderAddress]:
    """The address in force of each type."""
    return {row.type: row for row in sorted(addresses, key=lambda row: row.revision)}


def _text(address: OrderAddress) -> tuple[str, ...]:
    return (*address.lines, str(address.phone))
