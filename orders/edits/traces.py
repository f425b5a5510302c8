"""Why an edited order costs what it costs: the steps of its lines, grown or shrunk."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from orders.models import Order, OrderItem
from orders.promotions import trace
from orders.promotions.trace import Step


def scaled(steps: Iterable[Step], units: int, whole: int) -> list[Step]:
    """The cuts of ``units`` of a line of ``whole`` units, each rounded down."""
    return [step | {"amount": step["amount"] * units // whole} for step in _cuts(steps)]


def _cuts(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step["step"] == trace.CUT]


def of_line(
    item: OrderItem,
    *,
    changed: Iterable[Step],
    changed_unit_price: int,
    unit_price: int,
    quantity: int,
    discount: int,
    tax: int,
    sign: int,
) -> list[Step]:
    """Why the line costs this: its cuts, grown (``sign`` 1) or shrunk (-1) by ``changed``."""
    if not item.price_trace:
        return []
    cuts: dict[tuple[str, str, str], Step] = {}
    for factor, steps in ((1, item.price_trace), (sign, changed)):
        for step in _cuts(steps):
            key = (step["offer"], step["name"], step["code"])
            known = cuts.get(key, step | {"amount": 0})
            known.pop("exact", None)
            cuts[key] = known | {"amount": known["amount"] + factor * step["amount"]}
    found = [step for step in cuts.values() if step["amount"] > 0]
    rest = discount - sum(step["amount"] for step in found)
    if rest and found and changed_unit_price == item.unit_price:
        # The cents that sharing the line has rounded.
        found[-1] = found[-1] | {"amount": found[-1]["amount"] + rest}
    elif rest > 0:
        name = _("Ordered at another price")
        found.append({"step": trace.CUT, "offer": "", "name": name, "code": "", "amount": rest})
    taxes = [step | {"amount": tax} for step in item.price_trace if step["step"] == trace.TAX]
    for step in taxes:
        step.pop("exact", None)
    return [trace.price(unit_price, quantity), *found, *taxes]


def of_order(order: Order, kept: list[OrderItem], subtotal: int, total: int) -> list[Step]:
    """The order's steps with the sums of its lines; none for an order from before there were any.

    What was refused when it was placed is not told any more.
    """
    if not order.price_trace:
        return []
    cuts: dict[tuple[str, str, str], Step] = {}
    for item in kept:
        for step in _cuts(item.price_trace):
            key = (step["offer"], step["name"], step["code"])
            known = cuts.get(key, step | {"amount": 0})
            known.pop("exact", None)
            cuts[key] = known | {"amount": known["amount"] + step["amount"]}
    same = (trace.DELIVERY, trace.FREE_DELIVERY, trace.TAX)
    return [
        trace.amount_of(trace.GOODS, subtotal),
        *cuts.values(),
        *(step for step in order.price_trace if step["step"] in same),
        trace.amount_of(trace.TOTAL, total),
    ]
