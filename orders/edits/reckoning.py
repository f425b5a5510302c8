"""What an order would be with other lines. Nothing is written here.

What stays of a line keeps its price and its share of every discount, whatever the offers say
today: taking units out takes their part of the line out, to the cent. Units put in cost what the
line cost, or today's price with today's promotions; a new line costs today's. Delivery stays as it
was agreed. Codes are not tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from catalog.models import ProductVariant
from orders.edits import traces
from orders.models import CartItem, Order, OrderAddress, OrderItem
from orders.placed.addresses import newest
from orders.prices import pricing
from orders.prices.pricing import PricedLine
from orders.promotions.buyer import Buyer
from orders.promotions.trace import Step
from shop.money import tax_included, tax_on_top


@dataclass(frozen=True)
class Wanted:
    """Units of each line from now on (what is left out stays; 0 takes it out), and new variants.

    ``at_todays_price`` is for units put into a line that the order has already.
    """

    units: Mapping[UUID, int] = field(default_factory=dict)
    added: Mapping[UUID, int] = field(default_factory=dict)
    at_todays_price: bool = False


@dataclass(frozen=True)
class Part:
    """Units that come or go, with what they cost; all positive, in minor units."""

    quantity: int
    discount: int
    total: int
    tax: int
    unit_price: int
    trace: list[Step]


@dataclass(frozen=True)
class EditedLine:
    """A line as it will be: ``item`` is not stored yet. ``before`` is None for a new one.

    ``quantity`` 0 means that the line goes. ``change`` is what comes or goes.
    """

    item: OrderItem
    before: OrderItem | None
    quantity: int
    change: Part | None = None

    @property
    def units(self) -> int:
        """Units put in, negative for those taken out."""
        return self.quantity - (self.before.quantity if self.before else 0)


@dataclass(frozen=True)
class Outcome:
    """The order as it would be; amounts in minor units. ``difference`` is what it costs more."""

    order: Order
    lines: tuple[EditedLine, ...]
    subtotal: int
    discount: int
    tax: int
    included_tax: int
    total: int
    difference: int
    trace: list[Step]

    @property
    def changed(self) -> list[EditedLine]:
        return [line for line in self.lines if line.units]

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)


def outcome(order: Any, wanted: Wanted) -> Outcome:
    """What ``order`` (with its items) would be. Raises KeyError for a line of another order.

    Up to four queries, however many lines there are.
    """
    items = {item.pk: item for item in order.items.all()}
    if wanted.units.keys() - items.keys():
        raise KeyError(next(iter(wanted.units.keys() - items.keys())))
    raised = dict(wanted.units)
    by_variant = {item.variant_id: item for item in items.values()}
    fresh = {}
    for variant_id, units in wanted.added.items():
        # More of what is there already belongs to its line.
        known = by_variant.get(variant_id)
        if known is None:
            fresh[variant_id] = units
        else:
            raised[known.pk] = raised.get(known.pk, known.quantity) + units
    more = {
        items[item_id].variant_id: units - items[item_id].quantity
        for item_id, units in raised.items()
        if units > items[item_id].quantity
    }
    today = _priced(order, fresh | (more if wanted.at_todays_price else {}))
    lines = [
        _edited(order, item, raised.get(item.pk, item.quantity), today.get(item.variant_id))
        for item in items.values()
    ]
    lines += (_new(order, today[variant_id]) for variant_id in fresh)
    return _sum(order, lines)


def _edited(order: Order, item: OrderItem, quantity: int, priced: PricedLine | None) -> EditedLine:
    if quantity == item.quantity:
        return EditedLine(item, item, quantity)
    if quantity < item.quantity:
        part = _part(item, item.quantity - quantity)
        return EditedLine(_with(item, quantity, part, sign=-1), item, quantity, part)
    if priced is None:
        part = _part(item, quantity - item.quantity, order=order)
    else:
        part = _part_of(priced)
    return EditedLine(_with(item, quantity, part, sign=1), item, quantity, part)


def _part(item: OrderItem, units: int, order: Order | None = None) -> Part:
    """``units`` of a line: the share of it that goes, or with ``order`` as many again of it."""
    steps = traces.scaled(item.price_trace, units, item.quantity)
    if order is None:
        total = item.line_total * units // item.quantity
        discount = item.unit_price * units - total
        tax = item.tax * units // item.quantity
    else:
        discount = item.discount * units // item.quantity
        total = item.unit_price * units - discount
        rate = item.tax_rate_basis_points
        tax = tax_included(total, rate) if order.prices_include_tax else tax_on_top(total, rate)
    return Part(units, discount, total, tax, item.unit_price, steps)


def _part_of(priced: PricedLine) -> Part:
    return Part(
        priced.item.quantity,
        priced.discount,
        priced.line_total,
        priced.tax,
        priced.unit_price,
        priced.trace,
    )


def _with(item: OrderItem, quantity: int, part: Part, *, sign: int) -> OrderItem:
    """The line with ``part`` put in or taken out.

    A line has one unit price: the higher one, and the difference is a discount.
    """
    total = item.line_total + sign * part.total
    unit_price = max(item.unit_price, part.unit_price)
    discount = unit_price * quantity - total
    tax = item.tax + sign * part.tax
    return OrderItem(
        pk=item.pk,
        order_id=item.order_id,
        variant_id=item.variant_id,
        sku=item.sku,
        title=item.title,
        option_values=item.option_values,
        picture=item.picture,
        is_digital=item.is_digital,
        quantity=quantity,
        backordered=item.backordered,
        unit_price=unit_price,
        discount=discount,
        line_total=total,
        tax=tax,
        tax_rate_basis_points=item.tax_rate_basis_points,
        price_trace=traces.of_line(
            item,
            changed=part.trace,
            changed_unit_price=part.unit_price,
            unit_price=unit_price,
            quantity=quantity,
            discount=discount,
            tax=tax,
            sign=sign,
        ),
        created_at=item.created_at,
    )


def _new(order: Order, priced: PricedLine) -> EditedLine:
    variant = priced.item.variant
    item = OrderItem(
        order=order,
        variant=variant,
        sku=variant.sku,
        title=variant.product.title,
        option_values=variant.option_values,
        quantity=priced.item.quantity,
        unit_price=priced.unit_price,
        discount=priced.discount,
        line_total=priced.line_total,
        tax=priced.tax,
        tax_rate_basis_points=priced.tax_rate,
        price_trace=priced.trace,
    )
    return EditedLine(item, None, item.quantity, _part_of(priced))


def _priced(order: Any, units: Mapping[UUID, int]) -> dict[UUID, PricedLine]:
    """Today's price of so many units by variant, for this order's customer and place."""
    if not units:
        return {}
    rows = ProductVariant.objects.filter(pk__in=units).select_related("product__brand")
    items = [CartItem(variant=row, quantity=units[row.pk], unit_price=row.price) for row in rows]
    address = newest(order.addresses.all()).get(OrderAddress.Type.SHIPPING)
    totals = pricing.totals(
        items,
        currency=order.currency,
        country=str(address.country) if address else "",
        state=address.state if address else "",
        is_reverse_charge=order.is_reverse_charge,
        buyer=Buyer(customer_id=order.customer_id, email=order.email),
    )
    return {line.item.variant_id: line for line in totals.lines}


def _sum(order: Order, lines: list[EditedLine]) -> Outcome:
    kept = [line.item for line in lines if line.quantity]
    before = [line.before for line in lines if line.before]
    subtotal = sum(item.unit_price * item.quantity for item in kept)
    discount = sum(item.discount for item in kept)
    tax = sum(item.tax for item in kept)
    # What is left of the tax is that of delivery, which stays.
    shipping_tax = max(0, order.included_tax - sum(item.tax for item in before))
    included = tax + shipping_tax
    on_top = 0 if order.prices_include_tax else included
    total = subtotal - discount + order.shipping + on_top
    return Outcome(
        order=order,
        lines=tuple(lines),
        subtotal=subtotal,
        discount=discount,
        tax=on_top,
        included_tax=included,
        total=total,
        difference=total - order.total,
        trace=traces.of_order(order, kept, subtotal, total),
    )
