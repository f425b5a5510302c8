"""What a returned piece is worth: what was paid for it, also where it came in exchange.

The order of an exchange costs nothing; the money lies in the order that was paid. Units of an
exchange lead back, step by step, to the lines they were exchanged for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from orders.models import Order, Return, ReturnItem
from orders.placed import refundable
from orders.placed.refundable import Refundable
from orders.returns.exchange_choices import Choice

_SETTLED = Return.Status.SETTLED


@dataclass(frozen=True)
class Worth:
    """What goes back of the order that was paid: minor units by its lines, and their units.

    ``by_line`` are the same amounts by the lines that come back.
    """

    order: Order
    lines: dict[UUID, tuple[int, int]]
    by_line: dict[UUID, int]
    shipping: int = 0

    @property
    def goods(self) -> int:
        return sum(amount for _units, amount in self.lines.values())

    @property
    def total(self) -> int:
        return self.goods + self.shipping


def of_units(order: Order, units: Mapping[UUID, int]) -> Worth:
    """What ``units`` (by line of ``order``) are worth; with delivery where nothing is kept."""
    payer, parts = _payer(order, {item_id: {item_id: row} for item_id, row in units.items()})
    left = _left(payer)
    lines: dict[UUID, tuple[int, int]] = {}
    by_line: dict[UUID, int] = {}
    for item_id, sources in parts.items():
        for source_id, wanted in sources.items():
            before, amount = lines.get(source_id, (0, 0))
            whole = min(before + wanted, left.lines[source_id].units_left)
            worth = left.amount_for(source_id, whole)
            by_line[item_id] = by_line.get(item_id, 0) + worth - amount
            lines[source_id] = (whole, worth)
    keeps_nothing = all(
        line.units_left == lines.get(item_id, (0, 0))[0] for item_id, line in left.lines.items()
    )
    return Worth(payer, lines, by_line, left.shipping_left if keeps_nothing else 0)


def of_exchange(order: Order, units: Mapping[UUID, int], choices: Mapping[UUID, Choice]) -> Worth:
    """The difference that goes back where what is taken instead costs less; no unit does."""
    full = of_units(order, units)
    by_line = {item_id: choices[item_id].difference(paid) for item_id, paid in full.by_line.items()}
    payer, parts = _payer(order, {item_id: {item_id: row} for item_id, row in units.items()})
    lines: dict[UUID, tuple[int, int]] = {}
    for item_id, sources in parts.items():
        source_id = next(iter(sources))
        if by_line[item_id]:
            lines[source_id] = (0, lines.get(source_id, (0, 0))[1] + by_line[item_id])
    return Worth(payer, lines, by_line)


def _left(order: Any) -> Refundable:
    """What is left of ``order``, without what settled returns will have given back in a moment."""
    left = refundable.of_order(order)
    paid = [refund.key for refund in order.refunds.all()]
    waiting = order.returns.filter(status=_SETTLED).exclude(pk__in=paid)
    lines, shipping = dict(left.lines), left.shipping_left
    for request in waiting.prefetch_related("items"):
        shipping -= request.shipping_amount
        is_exchange = request.outcome == Return.Outcome.EXCHANGE
        for row in request.items.all():
            line = lines[row.item_id]
            units = 0 if is_exchange else row.accepted or 0
            lines[row.item_id] = replace(
                line,
                units_left=max(line.units_left - units, 0),
                amount_left=max(line.amount_left - row.amount, 0),
            )
    return replace(left, lines=lines, shipping_left=max(shipping, 0))


def _payer(
    order: Order, parts: Mapping[UUID, Mapping[UUID, int]]
) -> tuple[Order, dict[UUID, dict[UUID, int]]]:
    """The order that was paid, and units of its lines by the line that comes back."""
    gone = _gone(order)
    while (request := Return.objects.filter(exchange_order=order).first()) is not None:
        sources = _sources(order, request, gone)
        parts = {item_id: _through(sources, lines) for item_id, lines in parts.items()}
        order, gone = Order.objects.get(pk=request.order_id), {}
    return order, {item_id: dict(lines) for item_id, lines in parts.items()}


def _gone(order: Order) -> dict[UUID, int]:
    """Units of the order's lines whose return is settled already."""
    units: dict[UUID, int] = {}
    rows = ReturnItem.objects.filter(item__order=order, request__status=_SETTLED)
    for item_id, accepted in rows.values_list("item_id", "accepted"):
        units[item_id] = units.get(item_id, 0) + (accepted or 0)
    return units


def _sources(
    order: Order, request: Return, gone: Mapping[UUID, int]
) -> dict[UUID, list[list[Any]]]:
    """By line of an exchange: the lines it was exchanged for, with units that are not ``gone``."""
    rows = list(request.items.filter(accepted__gt=0))
    sources: dict[UUID, list[list[Any]]] = {}
    for item in order.items.all():
        passed = gone.get(item.pk, 0)
        for row in rows:
            if row.exchange_variant_id == item.variant_id:
                units = row.accepted or 0
                used = min(passed, units)
                passed -= used
                sources.setdefault(item.pk, []).append([row.item_id, units - used])
    return sources


def _through(sources: Mapping[UUID, list[list[Any]]], lines: Mapping[UUID, int]) -> dict[UUID, int]:
    """Units of ``lines`` as units of the lines before the exchange."""
    found: dict[UUID, int] = {}
    for item_id, wanted in lines.items():
        missing = wanted
        for source in sources.get(item_id, []):
            units = min(missing, source[1])
            source[1] -= units
            missing -= units
            if units:
                found[source[0]] = found.get(source[0], 0) + units
    return found
