"""Buying the same again."""

from dataclasses import dataclass

from django.http import HttpRequest

from catalog.models import ProductVariant
from orders.carts import cart as carts
from orders.carts import filling
from orders.models import Cart, Order


@dataclass(frozen=True)
class Again:
    """What came of it: the cart, units added, and the titles of what is gone or scarce."""

    cart: Cart
    added: int
    missing: list[str]
    fewer: list[str]


def buy_again(request: HttpRequest, order: Order) -> Again:
    """Put into the visitor's cart what is still sold of ``order``, as far as it is in stock."""
    items = list(order.items.all())
    quantities = {item.variant_id: item.quantity for item in items}
    known = set(ProductVariant.objects.filter(pk__in=quantities).values_list("pk", flat=True))
    cart = carts.open_for(request)
    short = filling.add_all(cart=cart, quantities=quantities)
    gone = [item for item in items if item.variant_id not in known]
    lost = sum(row.wanted - row.added for row in short) + sum(item.quantity for item in gone)
    return Again(
        cart=cart,
        added=sum(quantities.values()) - lost,
        missing=[*(item.title for item in gone), *(row.title for row in short if not row.added)],
        fewer=[row.title for row in short if row.added],
    )
