"""Units that are on their way: from suppliers, and between our own locations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from inventory.models import PurchaseOrder, PurchaseOrderLine, Transfer, TransferLine


@dataclass(frozen=True)
class Arrival:
    """Units of a variant that will come to a location; no day where nobody said one."""

    variant_id: UUID
    location_id: UUID
    expected_on: date | None
    units: int


@dataclass(frozen=True)
class Incoming:
    """All units of a variant that are to come, and when the first of them."""

    units: int
    expected_on: date | None


def arrivals(variant_ids: Collection[UUID]) -> list[Arrival]:
    """Every delivery of ``variant_ids`` that is under way, soonest first. One query."""
    ordered = PurchaseOrderLine.objects.filter(
        variant__in=variant_ids,
        purchase_order__status__in=PurchaseOrder.OPEN,
        outstanding__gt=0,
    ).values_list(
        "variant_id",
        "purchase_order__location_id",
        "purchase_order__expected_on",
        "outstanding",
    )
    sent = TransferLine.objects.filter(
        variant__in=variant_ids,
        transfer__status=Transfer.Status.SENT,
        received__lt=F("quantity"),
    ).values_list(
        "variant_id",
        "transfer__destination_id",
        "transfer__expected_on",
        F("quantity") - F("received"),
    )
    rows = ordered.order_by().union(sent.order_by(), all=True)
    return sorted((Arrival(*row) for row in rows), key=lambda row: row.expected_on or date.max)


def incoming(variant_ids: Collection[UUID]) -> dict[UUID, Incoming]:
    """What is to come of each of ``variant_ids``, over all locations; nothing: not in the answer.

    One query.
    """
    found: dict[UUID, Incoming] = {}
    for arrival in arrivals(variant_ids):
        known = found.get(arrival.variant_id)
        units = arrival.units + (known.units if known else 0)
        first = known.expected_on if known else arrival.expected_on
        found[arrival.variant_id] = Incoming(units, first)
    return found


def incoming_at(variant_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Units that are to come by variant and location. One query."""
    found: dict[tuple[UUID, UUID], int] = {}
    for arrival in arrivals(variant_ids):
        place = arrival.variant_id, arrival.location_id
        found[place] = found.get(place, 0) + arrival.units
    return found
