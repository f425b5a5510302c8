"""The amounts of carts, checkouts and orders as ``order_summary.html`` shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

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
from orders.shown_lines import Line, LinePrice, cart_lines, order_lines


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
    """Lines and amounts for ``order_summary.html``; equal ones are drawn once."""

    currency: str
    total: int
    count: int
    rows: Sequence[Row]
    vat: int | None
    lines: Sequence[Line] = ()
    delivery_note: str = ""
    codes: Sequence[Code] = ()
    #: What gift cards and store credit pay of the total, and what is left after them.
    credits: Sequence[Row] = ()
    due: Row | None = None
    why: Sequence[Reason] = ()

    def __post_init__(self) -> None:
        for name in ("rows", "lines", "codes", "credits", "why"):
            object.__setattr__(self, name, tuple(getattr(self, name)))


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
    shown = cart_lines(items, currency=currency, is_changeable=False)
    coming = [line.stock.ships_on for line in shown if line.stock and line.stock.ships_on]
    leaves_on = max(coming, default=None)
    if option is None and checkout.shipping_method:
        option = delivery.option_of(
            checkout.shipping_method, goods_total, weight, leaves_on=leaves_on
        )
    if option is None:
        option = usual_option(
            delivery.options(
                address=address,
                goods_total=goods_total,
                weight_grams=weight,
                leaves_on=leaves_on,
            )
        )
    if not delivery.needs_parcel(items):
        option = None
    method = option.method if option else None
    destination = checkout.destination(method)
    return _summary(
        items,
        currency=currency,
        option=option,
        shown=shown,
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
    is_sent = delivery.needs_parcel(items) or not items
    if not is_sent:
        option = None
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
    if not is_sent:
        rows.append(Row(_("Delivery"), None, _("By e-mail, free")))
    elif option is None:
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
        lines=_net(shown, totals) if shown and is_reverse_charge else shown,
        delivery_note=delivery_words(option) if option else "",
        codes=_codes(totals),
        why=reasons_of(totals),
    )


def _net(shown: list[Line], totals: pricing.Totals) -> list[Line]:
    """The lines at what they are sold for, where that is less than the price in the catalog."""
    return [
        replace(line, price=LinePrice(sold.unit_price * sold.item.quantity, totals.currency))
        for line, sold in zip(shown, totals.lines, strict=True)
    ]


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
    lines = order_lines(order, items)
    return Summary(
        currency=order.currency,
        total=order.total,
        count=sum(item.quantity for item in items),
        rows=rows,
        vat=order.included_tax if order.prices_include_tax else None,
        lines=lines,
        delivery_note=", ".join(
            filter(None, [order.shipping_name, arrival(order.delivery_from, order.delivery_until)])
        ),
        credits=_credits(order),
        due=_paid_otherwise(order),
        why=reasons_of_order(order, items, names=[line.name for line in lines]),
    )


def _credits(order: Order) -> list[Row]:
    """What gift cards and store credit paid of the order."""
    if not order.credit_applied:
        return []
    return [Row(_("Gift cards and store credit"), -order.credit_applied)]


def _paid_otherwise(order: Order) -> Row | None:
    """What is left after gift cards and store credit, by whatever means."""
    if not order.credit_applied:
        return None
    left = max(0, order.total - order.credit_applied)
    return Row(_("Paid by other means") if order.paid_at else _("To pay"), left)


def delivery_words(option: DeliveryOption) -> str:
    """ "Standard delivery, Wed 25 – Thu 26 Nov"."""
    days = arrival(option.arrives_from, option.arrives_until)
    return f"{option.method.name}, {days}"


def arrival(start: date | None, end: date | None) -> str:
    """ "Tue 24 – Wed 25 Nov" in the active language; empty without dates."""
    if start is None or end is None:
        return ""
    return _arrival(start, end, get_language() or "")


@lru_cache(maxsize=200)
def _arrival(start: date, end: date, _language: str) -> str:
    last = formats.date_format(end, "D j M")
    if start == end:
        return last
    same_month = (start.year, start.month) == (end.year, end.month)
    first = formats.date_format(start, "D j" if same_month else "D j M")
    return f"{first} – {last}"
