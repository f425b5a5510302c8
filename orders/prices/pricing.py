"""What a cart costs, step by step.

1. The price of each line, from the catalog; under reverse charge net (:mod:`orders.prices.tax`).
2. Promotions, then coupons, each on what those before it left (:mod:`orders.promotions`). They are
   reckoned at catalog prices, and so are the amounts from which they or free delivery count.
3. Delivery for the goods after their discounts, less what is given of it.
4. Tax of each line after its discount, and of delivery, each rounded half up, then summed.

What every step did is kept as a trace with the line and with the order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orders.models import CartItem, ShippingMethod
from orders.prices import tax
from orders.promotions import trace
from orders.promotions.buyer import NOBODY, Buyer
from orders.promotions.discounts import Cut, Discounts, Refused
from orders.promotions.offers import Claim, Offer, Refusal
from orders.promotions.reckoning import discounts_of
from orders.promotions.trace import Step
from orders.shipping import delivery


@dataclass(frozen=True)
class PricedLine:
    """A cart line at today's price. Amounts in minor units, rates in basis points.

    ``line_total = unit_price * quantity - discount``.
    """

    item: CartItem
    unit_price: int
    discount: int
    line_total: int
    tax: int
    tax_rate: int
    trace: list[Step]


@dataclass(frozen=True)
class Taken:
    """What an offer took off the goods, or off delivery; minor units.

    Nothing where delivery is not known yet.
    """

    offer: Offer
    amount: int


@dataclass(frozen=True)
class Redeemed:
    """A code that took something off, with the amount of it in minor units."""

    claim: Claim
    amount: int


@dataclass(frozen=True)
class Totals:
    """``total = subtotal - discount + shipping + tax``, in minor units of ``currency``.

    ``discount`` is the sum of the lines' discounts. ``tax`` comes on top of the prices,
    ``included_tax`` is contained in the total. ``goods_total`` is what the goods cost after
    discounts at catalog prices, for thresholds.
    """

    currency: str
    lines: tuple[PricedLine, ...]
    subtotal: int
    discount: int
    shipping: int
    tax: int
    included_tax: int
    total: int
    goods_total: int
    offers: tuple[Taken, ...]
    refused: tuple[Refused, ...]
    redeemed: tuple[Redeemed, ...]
    trace: list[Step]


def totals(
    items: Iterable[CartItem],
    *,
    currency: str,
    method: ShippingMethod | None = None,
    country: str = "",
    state: str = "",
    is_reverse_charge: bool = False,
    buyer: Buyer = NOBODY,
    discounts: Discounts | None = None,
) -> Totals:
    """Price ``items`` (with variant and product loaded) at today's prices.

    Without ``method`` nothing is reckoned for delivery; without ``country`` the shop's own tax
    rates apply. Give ``discounts`` where they are known already. One query for the tax rates, and
    what :func:`~orders.promotions.reckoning.discounts_of` costs.
    """
    rows = list(items)
    found = discounts or discounts_of(rows, currency=currency, buyer=buyer)
    rules = tax.rules(country, state, is_reverse_charge=is_reverse_charge)
    taken = [0] * len(found.cuts)
    lines = tuple(_line(item, found, rules, taken) for item in rows)
    subtotal = sum(line.unit_price * line.item.quantity for line in lines)
    discount = sum(line.discount for line in lines)
    goods_total = found.goods_total - found.total
    full = method.price_for(goods_total, delivery.weight(rows)) if method else 0
    full = rules.price(full)
    shipping, freed, idle = _delivery(full, found.delivery, is_known=method is not None)
    shipping_tax = rules.tax(shipping)
    included_tax = sum(line.tax for line in lines) + shipping_tax
    on_top = 0 if rules.is_inclusive else included_tax
    total = subtotal - discount + shipping + on_top
    amounts = [*zip(found.cuts, taken, strict=True), *zip(found.delivery, freed, strict=True)]
    refused = (*found.refused, *idle)
    return Totals(
        currency=currency,
        lines=lines,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        tax=on_top,
        included_tax=included_tax,
        total=total,
        goods_total=goods_total,
        offers=tuple(Taken(cut.offer, amount) for cut, amount in amounts if amount or not method),
        refused=refused,
        redeemed=tuple(
            Redeemed(cut.claim, amount) for cut, amount in amounts if cut.claim and amount
        ),
        trace=[
            trace.amount_of(trace.GOODS, subtotal),
            *_cut_steps(found.cuts, taken, trace.cut),
            *([trace.delivery(method.name, full)] if method else []),
            *_cut_steps(found.delivery, freed, trace.free_delivery),
            *map(trace.refused, refused),
            *([_tax_step(rules, shipping_tax, of=shipping)] if shipping else []),
            trace.amount_of(trace.TOTAL, total),
        ],
    )


def _line(item: CartItem, found: Discounts, rules: tax.TaxRules, taken: list[int]) -> PricedLine:
    """Price a line, and add what each offer took off it to ``taken``."""
    tax_class, key = item.variant.product.tax_class, str(item.variant_id)
    unit_price = rules.price(item.variant.price, tax_class)
    left = unit_price * item.quantity
    steps = [trace.price(unit_price, item.quantity)]
    for place, cut in enumerate(found.cuts):
        part = cut.parts.get(key, 0)
        if not part:
            continue
        # Net amounts are rounded one by one: together they may be a cent more than the line.
        net = min(rules.price(part, tax_class), left)
        left -= net
        taken[place] += net
        steps.append(trace.cut(cut.offer, net, cut.exact.get(key) if net == part else None))
    steps += map(trace.refused, found.passed_over.get(key, ()))
    due = rules.tax(left, tax_class)
    return PricedLine(
        item=item,
        unit_price=unit_price,
        discount=unit_price * item.quantity - left,
        line_total=left,
        tax=due,
        tax_rate=rules.rate(tax_class),
        trace=[*steps, _tax_step(rules, due, of=left, tax_class=tax_class)],
    )


def _delivery(
    full: int, cuts: Iterable[Cut], *, is_known: bool
) -> tuple[int, list[int], list[Refused]]:
    """What delivery costs, what each offer takes off it, and the offers it did not need."""
    left, freed, idle = full, [], []
    for cut in cuts:
        offer = cut.offer
        most = offer.maximum_discount
        amount = left if most is None else min(left, most)
        left -= amount
        freed.append(amount)
        if not amount and is_known:
            idle.append(Refused(offer.name, offer.code, offer.id, Refusal.FREE_ALREADY))
    return left, freed, idle


def _cut_steps(
    cuts: Iterable[Cut], amounts: Iterable[int], step: Callable[[Offer, int], Step]
) -> list[Step]:
    return [step(cut.offer, amount) for cut, amount in zip(cuts, amounts, strict=True) if amount]


def _tax_step(rules: tax.TaxRules, amount: int, *, of: int, tax_class: str = tax.STANDARD) -> Step:
    rate = rules.rate(tax_class)
    return trace.tax(amount, of=of, rate=rate, is_inclusive=rules.is_inclusive)
