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
from catalog.products.buy_box import StockLine
from catalog.products.choices import Choices, read_choices
from inventory import availability, reservations
from inventory.backorders import promised_dates, promises_of
from orders import lines
from orders.carts import cart as carts
from orders.models import CartItem, Checkout, Order, OrderItem, ShippingMethod
from orders.prices import pricing
from orders.prices.reasons import Reason, reasons_of, reasons_of_order
from orders.promotions import trace, words
from orders.promotions.buyer import buyer_of
from orders.promotions.discounts import Discounts
from orders.promotions.reckoning import discounts_of
from orders.promotions.trace import Step
from orders.shipping import delivery
from orders.shipping.delivery import DeliveryOption
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


@dataclass(frozen=True)
class Row:
    label: str
    amount: int | None
    note: str = ""


@dataclass(frozen=True)
class Code:
    """A code in the cart; ``note`` says why it takes nothing off, where it does not."""

    code: str
    name: str
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
    codes: list[Code] = field(default_factory=list)
    why: list[Reason] = field(default_factory=list)


def cart_lines(items: list[CartItem], *, currency: str) -> list[Line]:
    """The cart's lines at today's prices, each with what changed since it was added."""
    pictures = lines.pictures(item.variant for item in items)
    units = availability.available(item.variant_id for item in items)
    promised = _promised(items, units)
    choices = read_choices()
    return [_cart_line(item, pictures, units, promised, choices, currency) for item in items]


def order_lines(items: Iterable[OrderItem], *, currency: str) -> list[Line]:
    """The lines of one placed order as they were sold, and when what was not there will leave."""
    sold, choices = list(items), read_choices()
    coming = [item.variant_id for item in sold if item.backordered]
    promised = promises_of(sold[0].order_id, coming) if coming else {}
    return [
        Line(
            id=str(item.pk),
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


def of_cart(
    items: list[CartItem],
    *,
    currency: str,
    option: DeliveryOption | None,
    country: str = "",
    discounts: Discounts | None = None,
) -> Summary:
    """The amounts of a cart, with delivery as it would most likely be."""
    return _summary(
        items, currency=currency, option=option, shown=[], country=country, discounts=discounts
    )


def of_checkout(
    checkout: Checkout, items: list[CartItem], *, option: DeliveryOption | None = None
) -> Summary:
    """What the order would cost: with ``option``, or the chosen delivery, or the usual one."""
    address = checkout.shipping_address or {}
    address = address or {"country": settings.SHOP_COUNTRY}
    currency = checkout.cart.currency
    buyer = buyer_of(checkout.cart, checkout.email)
    discounts = discounts_of(items, currency=currency, buyer=buyer)
    goods_total = discounts.goods_total - discounts.total
    weight = delivery.weight(items)
    if option is None and checkout.shipping_method:
        option = delivery.option_of(checkout.shipping_method, goods_total, weight)
    if option is None:
        option = usual_option(
            delivery.options(address=address, goods_total=goods_total, weight_grams=weight)
        )
    method = option.method if option else None
    destination = checkout.destination(method)
    return _summary(
        items,
        currency=currency,
        option=option,
        shown=cart_lines(items, currency=currency),
        country=destination.get("country", ""),
        state=destination.get("state", ""),
        is_reverse_charge=checkout.is_reverse_charge(method),
        is_chosen=checkout.shipping_method is not None,
        discounts=discounts,
    )


def _summary(
    items: list[CartItem],
    *,
    currency: str,
    option: DeliveryOption | None,
    shown: list[Line],
    country: str = "",
    state: str = "",
    is_reverse_charge: bool = False,
    is_chosen: bool = False,
    discounts: Discounts | None = None,
) -> Summary:
    totals = pricing.totals(
        items,
        currency=currency,
        method=option.method if option else None,
        country=country,
        state=state,
        is_reverse_charge=is_reverse_charge,
        discounts=discounts,
    )
    rows = [Row(_("Subtotal"), totals.subtotal), *_discount_rows(totals.trace)]
    if option is None:
        rows.append(Row(_("Delivery"), None, _("Depends on the address")))
    else:
        name = option.method.name if is_chosen else _("Delivery, estimated")
        rows.append(_delivery_row(name, totals.shipping))
    if totals.tax:
        rows.append(Row(_("Tax"), totals.tax))
    if shown:
        # Beside the lines of checkout nothing else says that a code has lapsed.
        rows += [Row(row.code, None, row.note) for row in _codes(totals) if row.note]
    if is_reverse_charge:
        rows.append(Row(_("VAT"), None, _("Owed by you (reverse charge)")))
    return Summary(
        currency=totals.currency,
        total=totals.total,
        count=sum(item.quantity for item in items),
        rows=rows,
        vat=totals.included_tax if not (totals.tax or is_reverse_charge) else None,
        lines=shown,
        delivery_note=delivery_words(option) if option else "",
        codes=_codes(totals),
        why=reasons_of(totals),
    )


def _codes(totals: pricing.Totals) -> list[Code]:
    """The codes in the cart, those that count and those that do not."""
    counted = [taken.offer for taken in totals.offers if taken.offer.code]
    refused = [refusal for refusal in totals.refused if refusal.code]
    return [
        *(Code(offer.code, offer.name) for offer in counted),
        *(
            Code(
                row.code,
                row.name,
                words.refusal(row.reason, currency=totals.currency, missing=row.missing),
            )
            for row in refused
        ),
    ]


def _discount_rows(steps: Iterable[Step]) -> list[Row]:
    """What each promotion and code took off the goods."""
    return [
        Row(words.name_of(step), -step["amount"]) for step in steps if step["step"] == trace.CUT
    ]


def _delivery_row(name: str, amount: int) -> Row:
    return Row(name, amount or None, _("Free"))


def of_order(order: Order, items: list[OrderItem]) -> Summary:
    """The amounts of a placed order."""
    rows = [Row(_("Subtotal"), order.subtotal)]
    if order.price_trace:
        rows += _discount_rows(order.price_trace)
    elif order.discount:
        rows.append(Row(_("Discount"), -order.discount))
    rows.append(_delivery_row(order.shipping_name or _("Delivery"), order.shipping))
    if order.tax:
        rows.append(Row(_("Tax"), order.tax))
    if order.is_reverse_charge:
        rows.append(Row(_("VAT"), None, _("Owed by you (reverse charge)")))
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
        why=reasons_of_order(order, items),
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


def _promised(items: Iterable[CartItem], units: Mapping[UUID, int]) -> dict[UUID, date]:
    """When what is in the cart and not on the shelf will leave; no query where all is there."""
    coming = [
        item.variant_id
        for item in items
        if not carts.is_limited_by_stock(item.variant) and units[item.variant_id] < item.quantity
    ]
    return promised_dates(coming) if coming else {}


def _cart_line(
    item: CartItem,
    pictures: Mapping[UUID, lines.LinePicture],
    units: Mapping[UUID, int],
    promised: Mapping[UUID, date],
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
        stock=(
            StockLine("backorder", ships_on=promised[variant.pk])
            if variant.pk in promised
            else None
        ),
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
