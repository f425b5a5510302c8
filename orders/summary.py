"""What the components of cart, checkout and order pages show (see templates/components)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import ProductVariant
from catalog.pricing.prices import percent_below
from catalog.products.choices import Choices, read_choices
from inventory import availability, reservations
from orders import cart as carts
from orders import delivery, lines, pricing
from orders.delivery import DeliveryOption
from orders.models import CartItem, Checkout, Order, OrderItem, ShippingMethod
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
    stock: None = None
    update_url: str = ""
    remove_url: str = ""
    wishlist_url: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    amount: int | None
    note: str = ""


@dataclass(frozen=True)
class Summary:
    """Lines and amounts for ``order_summary.html``."""

    currency: str
    total: int
    count: int
    rows: list[Row]
    vat: int | None
    lines: list[Line] = field(default_factory=list)
    delivery_note: str = ""


def cart_lines(items: list[CartItem], *, currency: str) -> list[Line]:
    """The cart's lines at today's prices, each with what changed since it was added."""
    pictures = lines.pictures(item.variant for item in items)
    units = availability.available(item.variant_id for item in items)
    choices = read_choices()
    return [_cart_line(item, pictures, units, choices, currency) for item in items]


def order_lines(items: Iterable[OrderItem], *, currency: str) -> list[Line]:
    """The lines of a placed order as they were sold."""
    choices = read_choices()
    return [
        Line(
            id=str(item.pk),
            url="",
            title=item.title,
            variant=lines.choice(item.option_values, choices),
            quantity=item.quantity,
            price=LinePrice(item.line_total, currency),
            picture=Picture(default_storage.url(item.picture) if item.picture else ""),
        )
        for item in items
    ]


@dataclass(frozen=True)
class FreeDelivery:
    """How far the goods are from free delivery; minor units."""

    goal: int
    reached: int
    missing: int


def free_delivery(option: DeliveryOption | None, subtotal: int) -> FreeDelivery | None:
    """The way to free delivery, or None where delivery never becomes free."""
    goal = option.method.free_from if option else None
    if not goal:
        return None
    return FreeDelivery(goal, min(subtotal, goal), max(goal - subtotal, 0))


def usual_option(options: Iterable[DeliveryOption]) -> DeliveryOption | None:
    """The cheapest parcel, or whatever there is; fetching it oneself is nobody's surprise."""
    found = list(options)
    parcels = [row for row in found if row.method.kind == ShippingMethod.Kind.DELIVERY]
    return next(iter(parcels or found), None)


def of_cart(items: list[CartItem], *, currency: str, option: DeliveryOption | None) -> Summary:
    """The amounts of a cart, with delivery as it would most likely be."""
    return _summary(items, currency=currency, option=option, shown=[])


def of_checkout(
    checkout: Checkout, items: list[CartItem], *, option: DeliveryOption | None = None
) -> Summary:
    """What the order would cost: with ``option``, or the chosen delivery, or the usual one."""
    address = checkout.shipping_address or {}
    country = address.get("country", settings.SHOP_COUNTRY)
    goods_total = sum(item.variant.price * item.quantity for item in items)
    if option is None and checkout.shipping_method:
        option = delivery.option_of(checkout.shipping_method, goods_total)
    if option is None:
        option = usual_option(
            delivery.options(
                country=country, goods_total=goods_total, weight_grams=delivery.weight(items)
            )
        )
    currency = checkout.cart.currency
    return _summary(
        items,
        currency=currency,
        option=option,
        shown=cart_lines(items, currency=currency),
        country=country,
        state=address.get("state", ""),
        is_chosen=checkout.shipping_method is not None,
    )


def _summary(
    items: list[CartItem],
    *,
    currency: str,
    option: DeliveryOption | None,
    shown: list[Line],
    country: str = "",
    state: str = "",
    is_chosen: bool = False,
) -> Summary:
    totals = pricing.totals(
        items,
        currency=currency,
        method=option.method if option else None,
        country=country,
        state=state,
    )
    rows = [Row(_("Subtotal"), totals.subtotal)]
    if option is None:
        rows.append(Row(_("Delivery"), None, _("Depends on the address")))
    else:
        name = option.method.name if is_chosen else _("Delivery, estimated")
        rows.append(_delivery_row(name, totals.shipping))
    if totals.tax:
        rows.append(Row(_("Tax"), totals.tax))
    return Summary(
        currency=totals.currency,
        total=totals.total,
        count=sum(item.quantity for item in items),
        rows=rows,
        vat=totals.included_tax if not totals.tax else None,
        lines=shown,
        delivery_note=delivery_words(option) if option else "",
    )


def _delivery_row(name: str, amount: int) -> Row:
    return Row(name, amount or None, _("Free"))


def of_order(order: Order, items: list[OrderItem]) -> Summary:
    """The amounts of a placed order."""
    rows = [Row(_("Subtotal"), order.subtotal)]
    if order.discount:
        rows.append(Row(_("Discount"), -order.discount))
    rows.append(_delivery_row(order.shipping_name or _("Delivery"), order.shipping))
    if order.tax:
        rows.append(Row(_("Tax"), order.tax))
    return Summary(
        currency=order.currency,
        total=order.total,
        count=sum(item.quantity for item in items),
        rows=rows,
        vat=order.included_tax if order.prices_include_tax else None,
        lines=order_lines(items, currency=order.currency),
        delivery_note=", ".join(
            filter(None, [order.shipping_name, arrival(order.delivery_from, order.delivery_until)])
        ),
    )


def delivery_words(option: DeliveryOption) -> str:
    """ "Standard delivery, Wed 25 – Thu 26 Nov"."""
    days = arrival(option.arrives_from, option.arrives_until)
    return f"{option.method.name}, {days}"


def arrival(start: date | None, end: date | None) -> str:
    """ "Tue 24 – Wed 25 Nov" in the active language; empty without dates."""
    if start is None or end is None:
        return ""
    last = formats.date_format(end, "D j M")
    if start == end:
        return last
    same_month = (start.year, start.month) == (end.year, end.month)
    first = formats.date_format(start, "D j" if same_month else "D j M")
    return f"{first} – {last}"


def _cart_line(
    item: CartItem,
    pictures: Mapping[UUID, lines.LinePicture],
    units: Mapping[UUID, int],
    choices: Choices,
    currency: str,
) -> Line:
    variant, product = item.variant, item.variant.product
    picture = pictures.get(variant.pk)
    limit = settings.CART_LINE_QUANTITY_MAX
    if carts.is_limited_by_stock(variant):
        # Never below what is there: it may be held for this very shopper.
        limit = max(min(limit, units[variant.pk]), item.quantity)
    query = "&".join(f"{option}={slug}" for option, slug in variant.option_values.items())
    return Line(
        id=f"item-{item.pk}",
        url=f"{product.get_absolute_url()}?{query}",
        title=product.title,
        variant=lines.choice(variant.option_values, choices),
        quantity=item.quantity,
        price=_line_price(variant, item.quantity, currency),
        picture=Picture(default_storage.url(picture.path) if picture else "", ""),
        max=limit,
        note=_changes(item, units[variant.pk], currency),
        update_url=reverse("orders:cart_update", args=[item.pk]),
        remove_url=reverse("orders:cart_remove", args=[item.pk]),
        wishlist_url=reverse("orders:cart_keep", args=[item.pk]),
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
        units += reservations.held_for_checkout(carts.owner_of(item.cart), variant.pk)
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
