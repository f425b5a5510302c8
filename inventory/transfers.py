"""Sending units from one location to another, and taking them in there.

Each step names the version of the transfer that the person saw, so that a form sent twice, or two
people at once, move nothing twice.
"""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from audit import recording
from inventory import availability, delays, stock
from inventory.errors import EmptyTransfer, MoreThanSent, OutOfStock, Shortage, TransferNotAllowed
from inventory.models import Movement, Stock, Transfer, TransferLine
from shop.conflicts import retried
from shop.models import StaleObject

Status = Transfer.Status


@retried
def send(transfer_id: UUID, *, version: int, actor_id: UUID | None = None) -> Transfer:
    """Take the units from the source's shelves; from now on they are under way.

    Raises :class:`OutOfStock` with every line that falls short of units promised to nobody,
    :class:`EmptyTransfer`, :class:`TransferNotAllowed` and :class:`~shop.models.StaleObject`.
    Locks the transfer, then stock rows in key order.
    """
    with recording.batch():
        transfer = _locked(transfer_id, version, Status.DRAFT)
        wanted = dict(transfer.lines.values_list("variant_id", "quantity"))
        if not wanted:
            raise EmptyTransfer
        stocks = Stock.objects.locked(Q(location=transfer.source_id, variant__in=wanted))
        free = {row.variant_id: row.available for row in stocks}
        shortages = [
            Shortage(variant_id, units, free.get(variant_id, 0))
            for variant_id, units in wanted.items()
            if units > free.get(variant_id, 0)
        ]
        if shortages:
            raise OutOfStock(shortages)
        changes = {row.pk: -wanted[row.variant_id] for row in stocks}
        _post(transfer, stocks, changes, actor_id)
        transfer.status, transfer.sent_at = Status.SENT, timezone.now()
        transfer.actor_id = actor_id
        transfer.save()
        return transfer


@retried
def receive(
    transfer_id: UUID,
    *,
    version: int,
    arrived: Mapping[UUID, int],
    is_last: bool = False,
    difference: str = "",
    actor_id: UUID | None = None,
) -> Transfer:
    """Put ``arrived`` (units by line) on the destination's shelves.

    The transfer ends when all has arrived, or with ``is_last``; then ``difference`` says what
    became of the rest, and whom it would have reached is told. Raises :class:`MoreThanSent`,
    :class:`TransferNotAllowed` and :class:`~shop.models.StaleObject`. Locks the transfer, then
    stock rows in key order.
    """
    with recording.batch():
        transfer = _locked(transfer_id, version, Status.SENT)
        lines = list(transfer.lines.order_by("pk").select_for_update())
        units = {line.variant_id: arrived.get(line.pk, 0) for line in lines}
        for line in lines:
            if not 0 <= units[line.variant_id] <= line.missing:
                raise MoreThanSent(line.pk, line.missing)
            line.received += units[line.variant_id]
            if is_last and line.missing:
                line.difference_note = difference.strip()
        before = delays.expected_days(units.keys()) if is_last else {}
        _put(transfer, transfer.destination_id, units, actor_id)
        TransferLine.objects.bulk_update(lines, ["received", "difference_note"])
        if is_last or not any(line.missing for line in lines):
            transfer.status, transfer.received_at = Status.RECEIVED, timezone.now()
        transfer.save()
        if is_last:
            _tell_of_rest(units.keys(), before)
        return transfer


@retried
def cancel(transfer_id: UUID, *, version: int, actor_id: UUID | None = None) -> Transfer:
    """Give the transfer up; what has not arrived lies on the source's shelves again.

    Whom it would have reached is told, where it does not reach them from there.

    Raises :class:`TransferNotAllowed` once it was received, and :class:`~shop.models.StaleObject`.
    Locks the transfer, then stock rows in key order.
    """
    with recording.batch():
        transfer = _locked(transfer_id, version, Status.DRAFT, Status.SENT)
        units: dict[UUID, int] = {}
        before: dict[UUID, date] = {}
        if transfer.status == Status.SENT:
            lines = transfer.lines.order_by("pk").select_for_update()
            units = {line.variant_id: line.missing for line in lines}
            before = delays.expected_days(units.keys())
            _put(transfer, transfer.source_id, units, actor_id)
        transfer.status, transfer.canceled_at = Status.CANCELED, timezone.now()
        transfer.save()
        _tell_of_rest(units.keys(), before)
        return transfer


def _tell_of_rest(variant_ids: Collection[UUID], before: Mapping[UUID, date]) -> None:
    """Nothing more comes: end what pages promise, and tell whom it would have reached."""
    availability.changed(variant_ids)
    delays.tell_of_delays(before)


def _locked(transfer_id: UUID, version: int, *statuses: Transfer.Status) -> Transfer:
    transfer: Transfer = Transfer.objects.select_for_update(no_key=True).get(pk=transfer_id)
    if transfer.status not in statuses:
        raise TransferNotAllowed(transfer.number, transfer.status)
    if transfer.version != version:
        raise StaleObject(transfer)
    return transfer


def _put(
    transfer: Transfer, location_id: UUID, units: Mapping[UUID, int], actor_id: UUID | None
) -> None:
    """Post ``units`` by variant to the shelves of a location, at the cost at which they left."""
    coming = {variant_id: number for variant_id, number in units.items() if number}
    if not coming:
        return
    stocks = stock.shelves_at(location_id, coming)
    left = Movement.objects.filter(transfer=transfer, quantity_change__lt=0)
    costs = {
        variant_id: cost
        for variant_id, cost in left.values_list("stock__variant", "unit_cost")
        if cost is not None
    }
    _post(
        transfer,
        stocks,
        {row.pk: coming[row.variant_id] for row in stocks},
        actor_id,
        {row.pk: costs[row.variant_id] for row in stocks if row.variant_id in costs},
    )


def _post(
    transfer: Transfer,
    stocks: list[Stock],
    changes: Mapping[UUID, int],
    actor_id: UUID | None,
    unit_costs: Mapping[UUID, int] | None = None,
) -> None:
    stock.post(
        stocks,
        changes,
        kind=Movement.Kind.TRANSFER,
        actor_id=actor_id,
        unit_costs=unit_costs,
        transfer=transfer,
        note=transfer.note,
    )
