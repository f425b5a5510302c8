"""What a return will give back, before anything of it is settled."""

from typing import Any

from orders.errors import ExchangeRefused
from orders.models import Return
from orders.returns import exchange_choices, worth
from orders.returns.worth import Worth


def preview(asked: Any) -> Worth:
    """What would be given back if all that is not rejected were accepted, with units as now.

    ``asked`` has its order; its lines are read with their variants.
    """
    rows: Any = asked.items.select_related("item__variant")
    lines = [row for row in rows if row.accepted != 0]
    units = {row.item_id: row.quantity if row.accepted is None else row.accepted for row in lines}
    if asked.outcome == Return.Outcome.EXCHANGE:
        picked = {row.item: row.exchange_variant_id for row in lines if row.exchange_variant_id}
        try:
            choices = exchange_choices.chosen(asked.order, picked)
        except ExchangeRefused:
            # Dearer by now: it stays as it was agreed, an even exchange.
            return Worth(asked.order, {}, {})
        return worth.of_exchange(asked.order, units, choices)
    return worth.of_units(asked.order, units)
