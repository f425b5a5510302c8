"""A visitor's open cart with its lines and its checkout: one statement, none while Redis knows.

For pages, and for acts that look before they lock. Nothing is decided on it alone: who changes the
cart locks it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalog import wares
from catalog.wares import Wares
from orders.models import Cart, CartItem, Checkout
from orders.models.carts import CONTENTS, owner_keys
from orders.shipping import delivery
from shop import cache, prepared
from shop.held import expect
from shop.json_rows import row_of
from shop.making import Version

#: How long Redis keeps the contents of a cart that nobody changes, in seconds.
SECONDS = 300
#: Token of the cart in the visitor's cookie, or key of the person.
Owner = str

#: What was last found in a cart, so that the next look asks for it together with the cart.
_wares_of: dict[Owner, list[Version]] = {}
_MOST_OWNERS = 5_000

_SQL = """
    SELECT json_build_object(
        'cart', to_json(cart),
        'checkout', to_json(checkout),
        'items', coalesce((
            SELECT json_agg(
                to_jsonb(item) || jsonb_build_object('product_id', variant.product_id)
                ORDER BY item.created_at, item.id
            )
            FROM orders_cartitem item
            JOIN catalog_productvariant variant ON variant.id = item.variant_id
            WHERE item.cart_id = cart.id
        ), '[]')
    )
    FROM orders_cart cart LEFT JOIN orders_checkout checkout ON checkout.cart_id = cart.id
    WHERE cart.status = 'ACTIVE' AND cart.expires_at > %s AND
"""
_OF_GUEST = "cart.user_id IS NULL AND cart.token = %s"
_OF_MEMBER = "cart.user_id = %s"


@dataclass(frozen=True)
class Contents:
    """An open cart; ``items`` come with variant, product and brand, and with their pictures."""

    cart: Cart
    checkout: Checkout | None = None
    items: list[CartItem] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Units in the cart."""
        return sum(item.quantity for item in self.items)

    @property
    def in_checkout(self) -> Checkout:
        """The checkout, for who has made sure that there is one."""
        if self.checkout is None:
            raise Checkout.DoesNotExist
        return self.checkout


def of_cart(cart: Cart) -> Contents | None:
    """The contents of ``cart``; None when it is not open any more."""
    found = of_member(cart.user_id) if cart.user_id else of_token(cart.token)
    return found if found and found.cart.pk == cart.pk else None


def of_member(user_id: UUID) -> Contents | None:
    """The contents of the member's open cart, if there is one."""
    return _read(owner_keys(user_id=user_id)[0], _OF_MEMBER, str(user_id))


def of_token(token: str) -> Contents | None:
    """The contents of the open cart of whoever has ``token`` in a cookie."""
    return _read(owner_keys(token=token)[0], _OF_GUEST, token)


def _read(key: Owner, condition: str, value: str) -> Contents | None:
    def load() -> Any:
        row = prepared.run(_SQL + condition, [timezone.now(), value]).fetchone()
        return row[0] if row else None

    expect(_wares_of.get(key, ()))
    found = cache.read_through(CONTENTS, key, load, seconds=SECONDS)
    return _built(key, found) if found else None


def _built(key: Owner, found: Mapping[str, Any]) -> Contents:
    cart = row_of(Cart, found["cart"])
    checkout = row_of(Checkout, found["checkout"]) if found["checkout"] else None
    if checkout is not None:
        checkout.cart = cart
        checkout.shipping_method = delivery.known_method(checkout.shipping_method_id)
        checkout.pick_up_point = delivery.known_point(checkout.pick_up_point_id)
    product_ids = {UUID(row["product_id"]) for row in found["items"]}
    if len(_wares_of) >= _MOST_OWNERS:
        _wares_of.clear()
    _wares_of[key] = [wares.version_of(product_id) for product_id in product_ids]
    known = wares.of_products(product_ids)
    items = [_item(cart, row, known[UUID(row["product_id"])]) for row in found["items"]]
    return Contents(cart, checkout, items)


def _item(cart: Cart, row: Mapping[str, Any], ware: Wares) -> CartItem:
    item: Any = row_of(CartItem, row)
    item.cart, item.variant = cart, ware.variants[item.variant_id]
    item.primary_pictures = ware.pictures
    return item
