"""What a piece can be exchanged for: another size or color of the same product."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog.models import ProductVariant
from inventory import availability
from orders import lines
from orders.errors import ExchangeRefused
from orders.models import Order, OrderItem


@dataclass(frozen=True)
class Choice:
    """A variant with the ``units`` on the shelf; ``is_dearer`` ones are shown and not to be had.

    Where the variant costs less, ``saved`` of each ``price`` (minor units) goes back.
    """

    variant: ProductVariant
    units: int
    is_dearer: bool
    saved: int = 0
    price: int = 1

    def difference(self, paid: int) -> int:
        """What goes back of ``paid``, in minor units, rounded down."""
        return paid * self.saved // self.price


def choices(order: Order, items: Iterable[Any]) -> dict[UUID, list[Choice]]:
    """What each of ``items``, read with their variants, can be exchanged for. Two queries.

    Every published variant of the product but the piece itself, in the order of the shop.
    """
    sold = list(items)
    products = {item.variant.product_id for item in sold}
    rows = list(
        ProductVariant.objects.filter(
            product__in=products, product__status="ACTIVE", product__deleted_at=None
        ).order_by("position", "sku")
    )
    units = availability.available(row.pk for row in rows)
    return {
        item.pk: [
            _choice(order, item, row, units[row.pk])
            for row in rows
            if row.product_id == item.variant.product_id and row.pk != item.variant_id
        ]
        for item in sold
    }


def chosen(order: Order, wanted: Mapping[Any, UUID]) -> dict[UUID, Choice]:
    """The choice of each item in ``wanted``: variant ids by item. Raises :class:`ExchangeRefused`.

    Whether there are units is not looked at: who holds them finds out.
    """
    found = choices(order, wanted)
    made = {}
    for item, variant_id in wanted.items():
        choice = next((one for one in found[item.pk] if one.variant.pk == variant_id), None)
        if choice is None or choice.is_dearer:
            raise ExchangeRefused(lines.title(item), is_dearer=choice is not None)
        made[item.pk] = choice
    return made


def _choice(order: Order, item: OrderItem, variant: ProductVariant, units: int) -> Choice:
    """An exchange is even between what was paid then and what the piece costs today.

    Prices of an order without tax in them are no catalog prices, so today's decide alone.
    """
    today = item.variant.price
    then = item.unit_price if order.prices_include_tax and item.unit_price else today
    least, most = sorted((today, then))
    saved = max(least - variant.price, 0)
    return Choice(
        variant=variant,
        units=units,
        is_dearer=variant.price > most,
        saved=saved,
        price=max(least, 1),
    )
