"""Putting several things into a cart at once: what a link brings, or an earlier order held."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from audit import recording
from catalog.models import ProductVariant
from inventory import availability
from orders.carts import cart as carts
from orders.models import Cart, CartItem
from shop.conflicts import retried


@dataclass(frozen=True)
class Shortfall:
    """Fewer units of a piece are in than were wanted; ``added`` may be 0."""

    title: str
    wanted: int
    added: int


@retried
def add_all(
    *, cart: Cart, quantities: Mapping[UUID, int], is_enough: bool = False
) -> list[Shortfall]:
    """Put units of variants into the cart at today's prices, as far as each can be sold.

    With ``is_enough`` what is in the cart already counts, so that a second time adds nothing.

    Returns what fell short, in the order of ``quantities``; variants that nobody knows any more
    are left out. Raises :class:`~orders.errors.CartGone`. Locks the cart; the number of statements
    does not depend on the variants, but for those that the cart has already.
    """
    rows = ProductVariant.objects.select_related("product").in_bulk(list(quantities))
    wanted = {key: units for key, units in quantities.items() if key in rows and units > 0}
    with recording.batch():
        if cart._state.adding:
            cart.save(force_insert=True)
        carts.lock(cart)
        known = {item.variant_id: item for item in cart.items.all()}
        free = availability.available(wanted)
        short, new, more = [], [], []
        for key, units in wanted.items():
            variant, item = rows[key], known.get(key)
            has = item.quantity if item else 0
            counted = has if is_enough else 0
            added = max(min(units - counted, _room(variant, free[key]) - has), 0)
            if counted + added < units:
                short.append(Shortfall(variant.product.title, units, counted + added))
            if item and added:
                item.quantity, item.unit_price = has + added, variant.price
                more.append(item)
            elif added:
                new.append(
                    CartItem(cart=cart, variant=variant, quantity=added, unit_price=variant.price)
                )
        CartItem.objects.bulk_create(new)
        for item in more:
            item.save(update_fields=["quantity", "unit_price"])
        carts.touch(cart)
    return short


def _room(variant: ProductVariant, units: int) -> int:
    """Units of the variant that one line may have; ``units`` are on the shelves."""
    if not carts.is_for_sale(variant):
        return 0
    most = settings.CART_LINE_QUANTITY_MAX
    return min(most, units) if carts.is_limited_by_stock(variant) else most
