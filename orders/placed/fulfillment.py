"""Parcels: packed, sent and arrived, each with some or all pieces of an order.

The order follows them: it is FULFILLED when every piece lies in a parcel, SHIPPED when all parcels
have left, DELIVERED when all have arrived. Every act locks the order first, so that two people who
pack at once take turns; the database refuses more units than were ordered whatever happens here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from audit import recording
from catalog.reviewing import purchases
from inventory import backorders
from orders.edits import differences
from orders.errors import (
    DifferenceDue,
    NotAllowed,
    NothingToPack,
    ParcelNotAllowed,
    TooManyPacked,
    TrackingTaken,
)
from orders.models import Order, OrderEvent, OrderItem, Shipment, ShipmentItem
from orders.placed import status
from orders.placed.announcements import PRIORITY
from shop.conflicts import retried
from shop.events import outbox

Status = Order.Status
PACKED, SHIPPED = Shipment.Status.PACKED, Shipment.Status.SHIPPED
DELIVERED, CANCELED = Shipment.Status.DELIVERED, Shipment.Status.CANCELED


@dataclass(frozen=True)
class Way:
    """How a parcel travels, as far as it is known; ``notifies`` lets the customer know."""

    carrier: str = Shipment.Carrier.OTHER
    tracking_number: str = ""
    label_url: str = ""
    estimated_delivery: date | None = None
    notifies: bool = True


UNKNOWN = Way()


@retried
def pack(
    *,
    order_id: UUID,
    quantities: Mapping[UUID, int],
    key: UUID,
    way: Way = UNKNOWN,
    actor_id: UUID | None = None,
) -> Shipment:
    """Pack ``quantities`` (units by order line) into a parcel; the last one fulfills the order.

    The same ``key`` again returns the parcel that is already there. Raises :class:`NotAllowed`
    unless the order is paid, :class:`DifferenceDue` until what an edit added is paid as well, or
    what lapsed anew, :class:`NothingToPack`, :class:`TooManyPacked` for units that are packed or
    still to come, and :class:`TrackingTaken`.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        known = Shipment.objects.filter(key=key, order=order).first()
        if known is not None:
            return known
        if order.status != Status.PAID:
            raise NotAllowed(order, Status.FULFILLED)
        edit, lapsed = differences.awaited(order), differences.lapsed(order)
        if edit is not None or lapsed is not None:
            raise DifferenceDue(edit.due if edit else lapsed.lapsed_amount)
        left = unpacked(order_id)
        wanted = {item_id: units for item_id, units in quantities.items() if units > 0}
        if not wanted:
            raise NothingToPack
        here = packable(order_id)
        if any(units > here.get(item_id, 0) for item_id, units in wanted.items()):
            raise TooManyPacked(here)
        parcel = Shipment(order=order, key=key)
        _set_way(parcel, way)
        _store(parcel)
        # In key order: two parcels of one order never wait for each other in a circle.
        ShipmentItem.objects.bulk_create(
            ShipmentItem(shipment=parcel, item_id=item_id, quantity=units)
            for item_id, units in sorted(wanted.items())
        )
        note = _units_note(sum(wanted.values()), parcel)
        status.happened(order, OrderEvent.Kind.PACKED, actor_id=actor_id, note=note)
        if sum(wanted.values()) == sum(left.values()):
            status.move(order, Status.FULFILLED, actor_id=actor_id)
        return parcel


@retried
def send(*, shipment_id: UUID, way: Way | None = None, actor_id: UUID | None = None) -> Shipment:
    """The parcel left; the last one makes the order SHIPPED. Sending twice changes nothing.

    ``way`` replaces what was known when it was packed. Raises :class:`ParcelNotAllowed` for a
    parcel that was unpacked, and :class:`TrackingTaken`.
    """
    with recording.batch():
        order, parcel = _locked(shipment_id)
        if parcel.status in (SHIPPED, DELIVERED):
            return parcel
        if parcel.status != PACKED:
            raise ParcelNotAllowed(parcel, SHIPPED)
        if way is not None:
            _set_way(parcel, way)
        parcel.status = SHIPPED
        parcel.shipped_at = timezone.now()
        _store(parcel)
        waiting = order.shipments.filter(status=PACKED).exists()
        is_last = order.status == Status.FULFILLED and not waiting
        status.happened(order, OrderEvent.Kind.SENT, actor_id=actor_id, note=str(parcel))
        _announce(order, parcel, "shipped", is_last=is_last)
        if is_last:
            status.move(order, Status.SHIPPED, actor_id=actor_id)
        return parcel


@retried
def ship(
    *,
    order_id: UUID,
    quantities: Mapping[UUID, int],
    key: UUID,
    way: Way,
    actor_id: UUID | None = None,
) -> Shipment:
    """Pack and send in one step; raises as both do, and then nothing is written."""
    with recording.batch():
        parcel = pack(order_id=order_id, quantities=quantities, key=key, way=way, actor_id=actor_id)
        return send(shipment_id=parcel.pk, actor_id=actor_id)


@retried
def arrive(*, shipment_id: UUID, actor_id: UUID | None = None) -> Shipment:
    """The parcel arrived; the last one makes the order DELIVERED, whose pieces may be reviewed.

    Arriving twice changes nothing. Raises :class:`ParcelNotAllowed` for a parcel that never left.
    """
    with recording.batch():
        order, parcel = _locked(shipment_id)
        if parcel.status == DELIVERED:
            return parcel
        if parcel.status != SHIPPED:
            raise ParcelNotAllowed(parcel, DELIVERED)
        parcel.status = DELIVERED
        parcel.delivered_at = timezone.now()
        parcel.save()
        under_way = order.shipments.filter(status__in=[PACKED, SHIPPED]).exists()
        is_last = order.status == Status.SHIPPED and not under_way
        status.happened(order, OrderEvent.Kind.ARRIVED, actor_id=actor_id, note=str(parcel))
        _announce(order, parcel, "delivered", is_last=is_last)
        if is_last:
            deliver(order, actor_id=actor_id)
        return parcel


@retried
def unpack(*, shipment_id: UUID, actor_id: UUID | None = None) -> Shipment:
    """Take back a parcel that has not left, while the order still waits for others.

    Raises :class:`ParcelNotAllowed` when it has left, or when the order is already fulfilled.
    """
    with recording.batch():
        order, parcel = _locked(shipment_id)
        if parcel.status == CANCELED:
            return parcel
        if parcel.status != PACKED or order.status != Status.PAID:
            raise ParcelNotAllowed(parcel, CANCELED)
        parcel.status = CANCELED
        parcel.save()
        status.happened(order, OrderEvent.Kind.UNPACKED, actor_id=actor_id, note=str(parcel))
        return parcel


def unpacked(order_id: UUID) -> dict[UUID, int]:
    """Units of each line that lie in no parcel yet; lines without any are left out. One query."""
    in_parcels = Sum(
        "shipment_items__quantity",
        filter=Q(shipment_items__shipment__status__in=[PACKED, SHIPPED, DELIVERED]),
    )
    goods = OrderItem.objects.filter(order=order_id, is_digital=False)
    rows = goods.annotate(packed=in_parcels)
    counts = rows.values_list("pk", "quantity", "packed")
    left = {pk: ordered - (packed or 0) for pk, ordered, packed in counts}
    return {pk: units for pk, units in left.items() if units > 0}


def packable(order_id: UUID) -> dict[UUID, int]:
    """The units of :func:`unpacked` that are here: what was sold before it came may still wait.

    Three queries.
    """
    left = unpacked(order_id)
    waiting = backorders.waiting_of([order_id]).get(order_id, Counter[UUID]())
    variants = dict(OrderItem.objects.filter(pk__in=left).values_list("pk", "variant_id"))
    here = {pk: units - waiting[variants[pk]] for pk, units in left.items()}
    return {pk: units for pk, units in here.items() if units > 0}


def deliver(order: Order, *, actor_id: UUID | None) -> Order:
    """Move a locked order to DELIVERED and tell the catalog which pieces arrived."""
    status.move(order, Status.DELIVERED, actor_id=actor_id)
    purchases.record_delivery(
        order_number=order.number,
        user_id=order.customer_id,
        email=order.email,
        delivered_at=order.delivered_at or timezone.now(),
        # A variant has one line at most: order_item_once_per_variant.
        quantities=dict(order.items.filter(is_digital=False).values_list("variant_id", "quantity")),
    )
    return order


def _locked(shipment_id: UUID) -> tuple[Order, Shipment]:
    """The order, then its parcel, both locked."""
    order = Order.objects.select_for_update().get(shipments=shipment_id)
    return order, Shipment.objects.select_for_update().get(pk=shipment_id)


def _set_way(parcel: Shipment, way: Way) -> None:
    parcel.carrier = way.carrier
    parcel.tracking_number = way.tracking_number.strip()
    parcel.label_url = way.label_url
    parcel.estimated_delivery = way.estimated_delivery
    parcel.notifies = way.notifies


def _store(parcel: Shipment) -> None:
    try:
        with transaction.atomic():
            parcel.save()
    except IntegrityError as error:
        if "shipment_tracking_number_unique" not in str(error):
            raise
        raise TrackingTaken(parcel.tracking_number) from error


def _units_note(units: int, parcel: Shipment) -> str:
    return f"{units} × {parcel}" if parcel.tracking_number else f"{units} ×"


def _announce(order: Order, parcel: Shipment, what: str, *, is_last: bool) -> None:
    """Emit ``shipment.<what>`` among the events of its order, which stay in their order."""
    outbox.emit(
        f"shipment.{what}",
        parcel,
        payload={
            "order": str(order.pk),
            "number": order.number,
            "shipment": str(parcel.pk),
            "notifies": parcel.notifies,
            "is_last": is_last,
        },
        key=f"{order._meta.label_lower}:{order.pk}",
        priority=PRIORITY,
    )
