"""The end of a return: goods to the shelf, and money, credit or other goods to the customer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext, override

from audit import recording
from catalog.models import Purchase
from catalog.reviewing import purchases
from inventory import taken_in
from inventory.errors import OutOfStock
from orders.errors import ExchangeRefused, ReturnNotAllowed
from orders.models import Order, Return, ReturnItem
from orders.returns import exchange_choices, exchanges, history, worth
from orders.returns.worth import Worth
from shop.conflicts import retried

Status, Outcome = Return.Status, Return.Outcome
Reason, Disposition = ReturnItem.Reason, ReturnItem.Disposition
_SIZES = {
    Reason.TOO_SMALL: Purchase.ReturnReason.TOO_SMALL,
    Reason.TOO_LARGE: Purchase.ReturnReason.TOO_LARGE,
}


@retried
def settle(*, return_id: UUID, actor_id: UUID | None = None) -> Return:
    """Give the customer what is due for the accepted units, and put them where they go.

    An exchange makes an order that is paid; when what was chosen cannot be had any more, the money
    goes back instead. Emits ``return.settled`` with what goes back by line, as units and minor
    units, which payments act on. Settling twice changes nothing. Raises :class:`ReturnNotAllowed`
    unless it was inspected. Locks the order, the return, then stock.
    """
    with recording.batch():
        order, asked = history.locked(return_id)
        if asked.status == Status.SETTLED:
            return asked
        if asked.status != Status.INSPECTED:
            raise ReturnNotAllowed(asked, Status.SETTLED)
        rows: Any = asked.items.select_related("item__variant").filter(accepted__gt=0)
        lines = list(rows)
        due = _exchange(asked, lines) if asked.outcome == Outcome.EXCHANGE else None
        if due is None:
            due = worth.of_units(order, _units(lines))
        for row in lines:
            row.amount = due.by_line.get(row.item_id, 0)
        ReturnItem.objects.bulk_update(lines, ["amount"])
        _take_in(asked, lines, actor_id)
        _tell_catalog(order, asked, lines)
        asked.goods_amount, asked.shipping_amount = due.goods, due.shipping
        to = "STORE_CREDIT" if asked.outcome == Outcome.STORE_CREDIT else "ORIGINAL"
        history.move(
            asked,
            Status.SETTLED,
            actor_id=actor_id,
            # The order that was paid, which is another one for what came in exchange.
            order=str(due.order.pk),
            lines={str(item_id): [units, cents] for item_id, (units, cents) in due.lines.items()},
            shipping=due.shipping,
            to=to,
        )
        history.write_to_customer(asked, "settled")
        return asked


def _units(lines: Sequence[Any]) -> dict[UUID, int]:
    return {row.item_id: row.accepted for row in lines}


def _exchange(asked: Return, lines: Sequence[Any]) -> Worth | None:
    """Order what was chosen; the difference that goes back, or None when it cannot be had."""
    due = _difference(asked, lines)
    units: dict[UUID, int] = {}
    for row in lines:
        units[row.exchange_variant_id] = units.get(row.exchange_variant_id, 0) + row.accepted
    try:
        asked.exchange_order = exchanges.place(asked, units=units)
    except OutOfStock:
        asked.outcome = Outcome.REFUND
        with override(asked.order.language or None):
            asked.answer = gettext("What you chose is sold out, so your money goes back.")
        return None
    return due


def _difference(asked: Return, lines: Sequence[Any]) -> Worth:
    picked = {row.item: row.exchange_variant_id for row in lines}
    try:
        choices = exchange_choices.chosen(asked.order, picked)
    except ExchangeRefused:
        # Its price rose since: what was agreed stands.
        return Worth(asked.order, {}, {})
    return worth.of_exchange(asked.order, _units(lines), choices)


def _take_in(asked: Return, lines: Sequence[Any], actor_id: UUID | None) -> None:
    goes: dict[str, dict[UUID, int]] = {Disposition.RESTOCK: {}, Disposition.WRITE_OFF: {}}
    for row in lines:
        goes[row.disposition][row.item.variant_id] = row.accepted
    taken_in.take_in(
        order_id=asked.order_id,
        restocked=goes[Disposition.RESTOCK],
        written_off=goes[Disposition.WRITE_OFF],
        note=asked.number,
        actor_id=actor_id,
    )


def _tell_catalog(order: Order, asked: Return, lines: Sequence[Any]) -> None:
    """What did not fit, and what nobody kept a piece of, speaks for no size any more."""
    kept = _kept(order, lines)
    reasons = {
        row.item.variant_id: _SIZES.get(row.reason, Purchase.ReturnReason.OTHER)
        for row in lines
        if row.reason in _SIZES or not kept[row.item_id]
    }
    purchases.record_return(
        order_number=order.number,
        reasons=reasons,
        returned_at=asked.received_at or timezone.now(),
    )


def _kept(order: Order, lines: Sequence[Any]) -> dict[UUID, int]:
    """Units of each line that the customer still has."""
    kept = {row.item_id: row.item.quantity - row.accepted for row in lines}
    before = ReturnItem.objects.filter(item__in=kept, request__status=Status.SETTLED)
    for item_id, accepted in before.values_list("item_id", "accepted"):
        kept[item_id] -= accepted or 0
    return kept
