"""When what a cart wants before it is there will leave."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from catalog.models import Product
from inventory import availability, backorders, reservations
from orders.carts import cart as carts
from orders.models import CartItem

_CONTINUE = Product.InventoryPolicy.CONTINUE


def days_of(
    items: Iterable[CartItem], *, units: Mapping[UUID, int] | None = None
) -> dict[UUID, date]:
    """The day on which each variant that is not all there leaves; what is there is left out.

    What the cart's person holds for checkout is there. ``units`` are those that may be bought,
    where they are known. No query without back-orders, else up to four.
    """
    awaited = [item for item in items if item.variant.product.inventory_policy == _CONTINUE]
    if units is None:
        units = availability.available(item.variant_id for item in awaited)
    missing = {
        item.variant_id: item.quantity - units[item.variant_id]
        for item in awaited
        if units[item.variant_id] < item.quantity
    }
    if not missing:
        return {}
    held = reservations.held_for_checkout(carts.owner_of(awaited[0].cart), missing)
    coming = {key: count - held[key] for key, count in missing.items() if count > held[key]}
    return backorders.promised_dates(coming, units=coming) if coming else {}


def leaves_on(items: Iterable[CartItem]) -> date | None:
    """The day on which all of ``items`` is there to leave; None where it is now."""
    return max(days_of(items).values(), default=None)
