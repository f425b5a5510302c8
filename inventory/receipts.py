"""Goods-in: what a supplier delivered goes on the shelf through the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from audit import recording
from inventory import stock
from inventory.errors import NotReceivable, ReceivedAlready, TooManyReceived
from inventory.models import (
    Movement,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
)
from inventory.purchasing import landed_cost
from shop.conflicts import retried

Status = PurchaseOrder.Status


@dataclass(frozen=True)
class Delivered:
    """Units of one line: ``accepted`` go on the shelf, ``rejected`` ones do not, for a reason."""

    accepted: int = 0
    rejected: int = 0
    defect: str = ""


@retried
def receive(
    *,
    purchase_order_id: UUID,
    delivered: Mapping[UUID, Delivered],
    key: UUID,
    actor_id: UUID | None = None,
    delivery_note: str = "",
    note: str = "",
    may_exceed: bool = False,
) -> Receipt:
    """Check in a delivery by line: one receipt, one movement for each line with accepted units.

    The same units under a ``key`` that was used for this order give back its receipt and post
    nothing; others raise :class:`ReceivedAlready`. The order is
    RECEIVED once every ordered unit was accepted, until then PARTLY_RECEIVED. Each movement says
    what a unit cost, and the shelf's average cost follows. A fixed number of statements.

    Raises :class:`NotReceivable` for an order that awaits no goods and for a delivery of nothing
    or of foreign lines, :class:`TooManyReceived` above the ordered units unless ``may_exceed``.
    Locks the order, its lines, then the stock rows in key order.
    """
    with recording.batch():
        order = PurchaseOrder.objects.select_for_update(of=("self",)).get(pk=purchase_order_id)
        brought = {
            line_id: units
            for line_id, units in delivered.items()
            if units.accepted or units.rejected
        }
        if known := Receipt.objects.filter(key=key, purchase_order=order).first():
            if _units_of(known) != {
                line_id: (units.accepted, units.rejected) for line_id, units in brought.items()
            }:
                raise ReceivedAlready(known)
            return known
        lines = list(order.lines.order_by("pk").select_for_update())
        came = [line for line in lines if line.pk in brought]
        if order.status not in PurchaseOrder.OPEN or not came or len(came) < len(brought):
            raise NotReceivable(order)
        exceeding = [
            line for line in came if line.received + brought[line.pk].accepted > line.quantity
        ]
        if exceeding and not may_exceed:
            raise TooManyReceived(exceeding)
        receipt = Receipt.objects.create(
            purchase_order=order,
            key=key,
            delivery_note=delivery_note,
            note=note,
            actor_id=actor_id,
        )
        costs = {
            line.pk: landed_cost(line.cost, order.currency, order.exchange_rate) for line in came
        }
        _note_lines(receipt, came, brought, costs)
        shelved = [line for line in came if brought[line.pk].accepted]
        if shelved:
            _put_on_shelves(receipt, order, shelved, brought, costs)
        is_whole = all(line.received >= line.quantity for line in lines)
        order.status = Status.RECEIVED if is_whole else Status.PARTLY_RECEIVED
        order.ended_at = timezone.now() if is_whole else None
        order.save(update_fields=["status", "ended_at"])
    return receipt


def _units_of(receipt: Receipt) -> dict[UUID, tuple[int, int]]:
    lines = receipt.lines.values_list("line", "accepted", "rejected")
    return {line_id: (accepted, rejected) for line_id, accepted, rejected in lines}


def _note_lines(
    receipt: Receipt,
    came: Sequence[PurchaseOrderLine],
    brought: Mapping[UUID, Delivered],
    costs: Mapping[UUID, int],
) -> None:
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            line=line,
            accepted=brought[line.pk].accepted,
            rejected=brought[line.pk].rejected,
            defect=brought[line.pk].defect.strip(),
            unit_cost=costs[line.pk],
        )
        for line in came
    )
    for line in came:
        line.received += brought[line.pk].accepted
        line.rejected += brought[line.pk].rejected
    PurchaseOrderLine.objects.bulk_update(came, ["received", "rejected"])


def _put_on_shelves(
    receipt: Receipt,
    order: PurchaseOrder,
    shelved: Sequence[PurchaseOrderLine],
    brought: Mapping[UUID, Delivered],
    costs: Mapping[UUID, int],
) -> None:
    coming = {line.variant_id: line for line in shelved}
    stocks = stock.shelves_at(order.location_id, coming)
    lines = {row.pk: coming[row.variant_id].pk for row in stocks}
    stock.post(
        stocks,
        {stock_id: brought[line_id].accepted for stock_id, line_id in lines.items()},
        kind=Movement.Kind.PURCHASE,
        actor_id=receipt.actor_id,
        unit_costs={stock_id: costs[line_id] for stock_id, line_id in lines.items()},
        receipt=receipt,
        note=receipt.delivery_note,
    )
