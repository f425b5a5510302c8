"""The lines of carts and orders as their components show them: prices, pictures, changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import ProductVariant
from catalog.pricing.prices import percent_below
from catalog.products.buy_box import StockLine
from catalog.products.choices import Choices, read_choices
from inventory import availability, reservations
from inventory.backorders import promises_of
from orders import lines
from orders.carts import cart as carts
from orders.models import CartItem, Order, OrderItem
from orders.shipping import promises
from shop.money import format_money


@dataclass(frozen=True)
class LinePrice:
    """A line's price for ``price.html``; minor units."""

    current: int
    currency: str
    was: int | None = None
    lowest_30_days: int | None = None
    percent_off: int | None = None
    rrp: int | None = None
    is_from: bool = False


@dataclass(frozen=True)
class Picture:
    src: str
    alt: str = ""


@dataclass(frozen=True)
class Line:
    """A line for ``cart_line.html`` and ``order_lines.html``."""

    id: str
    url: str
    title: str
    variant: str
    quantity: int
    price: LinePrice
    picture: Picture
    max: int = 0
    note: str = ""
    stock: StockLine | None = None
    update_url: str = ""
    remove_url: str = ""
    wishlist_url: str = ""
    save_url: str = ""

    @property
    def name(self) -> str:
        """What tells it from the other lines: "Merino jumper, Teal, M"."""
        return lines.in_words(self.title, self.variant)

    @property
    def shown(self) -> "Line":
        """Without what names the row of a cart: equal for all who see the same."""
        return replace(self, id="", update_url="", remove_url="", wishlist_url="", save_url="")


def cart_lines(items: list[CartItem], *, currency: str, is_changeable: bool = True) -> list[Line]:
    """The cart's lines at today's prices, each with what changed since it was added.

    Without ``is_changeable`` they are to be read: nothing names the cart's rows.
    """
    pictures = lines.pictures_of_items(items)
    units = availability.available(item.variant_id for item in items) if is_changeable else None
    promised = promises.days_of(items, units=units)
    choices = read_choices()
    lines_read = [_read_line(item, pictures, promised, choices, currency) for item in items]
    if units is None:
        return lines_read
    return [
        _cart_line(item, line, units, currency)
        for item, line in zip(items, lines_read, strict=True)
    ]


def order_lines(order: Order, items: Iterable[OrderItem]) -> list[Line]:
    """The lines of a placed order as they were sold, and when what was not there will leave."""
    sold, choices, currency = list(items), read_choices(), order.currency
    awaits = order.status != Order.Status.CANCELED
    coming = [item.variant_id for item in sold if item.backordered and awaits]
    promised = promises_of(order.pk, coming) if coming else {}
    return [
        Line(
            id="",
            url="",
            title=item.title,
            variant=lines.choice(item.option_values, choices),
            quantity=item.quantity,
            # Before discounts, as in the cart: those have rows of their own.
            price=LinePrice(item.unit_price * item.quantity, currency),
            picture=Picture(default_storage.url(item.picture) if item.picture else ""),
            stock=(
                StockLine("backorder", ships_on=promised[item.variant_id])
                if item.variant_id in promised
                else None
            ),
        )
        for item in sold
    ]


def _read_line(
    item: CartItem,
    pictures: Mapping[UUID, lines.LinePicture],
    promised: Mapping[UUID, date],
    choices: Choices,
    currency: str,
) -> Line:
    variant, product = item.variant, item.variant.product
    picture = pictures.get(variant.pk)
    query = "&".join(f"{option}={slug}" for option, slug in variant.option_values.items())
    return Line(
        id="",
        url=f"{product.get_absolute_url()}?{query}",
        title=product.title,
        variant=lines.choice(variant.option_values, choices),
        quantity=item.quantity,
        price=_line_price(variant, item.quantity, currency),
        picture=Picture(default_storage.url(picture.path) if picture else "", ""),
        stock=(
            StockLine("backorder", ships_on=promised[variant.pk])
            if variant.pk in promised
            else None
        ),
    )


def _cart_line(item: CartItem, line: Line, units: Mapping[UUID, int], currency: str) -> Line:
    variant = item.variant
    limit = settings.CART_LINE_QUANTITY_MAX
    if carts.is_limited_by_stock(variant):
        # Never below what is there: it may be held for this very shopper.
        limit = max(min(limit, units[variant.pk]), item.quantity)
    return replace(
        line,
        id=f"item-{item.pk}",
        max=limit,
        note=_changes(item, units[variant.pk], currency),
        update_url=reverse("orders:cart_update", args=[item.pk]),
        remove_url=reverse("orders:cart_remove", args=[item.pk]),
        wishlist_url=reverse("orders:cart_keep", args=[item.pk]),
        save_url=reverse("orders:cart_save", args=[item.pk]),
    )


def _line_price(variant: ProductVariant, quantity: int, currency: str) -> LinePrice:
    """The price of ``quantity`` units; where a reduction is announced, all amounts are theirs."""
    former, lowest = variant.former_price, variant.lowest_prior_price
    if former is None or lowest is None:
        return LinePrice(variant.price * quantity, currency)
    return LinePrice(
        variant.price * quantity,
        currency,
        was=former * quantity,
        lowest_30_days=lowest * quantity,
        percent_off=percent_below(variant.price, lowest) or None,
    )


def _changes(item: CartItem, units: int, currency: str) -> str:
    """What the shopper must know of a line before checkout; empty when nothing changed."""
    variant = item.variant
    if not carts.is_for_sale(variant):
        return _("No longer for sale. Please remove it.")
    if carts.is_limited_by_stock(variant) and units < item.quantity:
        # What the shopper holds in this checkout is theirs.
        units += reservations.held_for_checkout(carts.owner_of(item.cart), [variant.pk])[variant.pk]
    if carts.is_limited_by_stock(variant) and units < item.quantity:
        if units <= 0:
            return _("Sold out since you added it. Please remove it.")
        return ngettext(
            "Only %(units)d left. Please take fewer.",
            "Only %(units)d left. Please take fewer.",
            units,
        ) % {"units": units}
    if variant.price != item.unit_price:
        return _("The price changed from %(old)s to %(new)s each.") % {
            "old": format_money(item.unit_price, currency),
            "new": format_money(variant.price, currency),
        }
    return ""
