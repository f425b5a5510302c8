"""What of an order may be sent back, and until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders import lines
from orders.models import Order, OrderItem, Return, Shipment

Status = Shipment.Status


class Refusal(TextChoices):
    """Why a line cannot be sent back."""

    NOT_HERE = "NOT_HERE", _("It has not arrived yet.")
    RETURNED = "RETURNED", _("It was sent back already, or its return is under way.")
    DIGITAL = "DIGITAL", _("Gift cards cannot be sent back.")
    FINAL = "FINAL", _("It was made or altered for you, which cannot be sent back.")


@dataclass(frozen=True)
class Line:
    """A line and its ``units`` that may come back; without any, ``refusal`` says why."""

    item: OrderItem
    units: int
    refusal: Refusal | None = None

    @property
    def title(self) -> str:
        return lines.title(self.item)


@dataclass(frozen=True)
class Window:
    """What may come back of an order ``until`` a day; None while nothing has arrived."""

    lines: list[Line]
    until: date | None

    @property
    def is_open(self) -> bool:
        return self.until is not None and timezone.localdate() <= self.until

    @property
    def left(self) -> dict[UUID, int]:
        """Units by line."""
        return {line.item.pk: line.units for line in self.lines if line.units}

    @property
    def has_some(self) -> bool:
        """Whether something may be sent back now."""
        return self.is_open and bool(self.left)


def readable(rows: "QuerySet[Order]") -> "QuerySet[Order]":
    """Orders with what :func:`of_order` needs; five queries more, whatever they hold."""
    return rows.prefetch_related("items__variant__product", "shipments__items", "returns__items")


def of_order(order: Any, *, is_withdrawal: bool = False) -> Window:
    """What may be returned of an order that was read by :func:`readable`.

    Who withdraws need not wait for the parcel, and has the days of the law.
    """
    there = (Status.SHIPPED, Status.DELIVERED) if is_withdrawal else (Status.DELIVERED,)
    parcels = [parcel for parcel in order.shipments.all() if parcel.status in there]
    arrived = units_in(parcels)
    returned = returned_units(order.returns.all())
    lines = [_line(item, arrived, returned) for item in order.items.all()]
    days = settings.SHOP_WITHDRAWAL_DAYS if is_withdrawal else settings.SHOP_RETURN_DAYS
    return Window(lines, last_day(order, days))


def last_day(order: Any, days: int) -> date | None:
    """The last of ``days`` after the last piece arrived; None before any has.

    As long as pieces are under way the time has not begun to run out.
    """
    parcels = order.shipments.all()
    arrivals = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
    last: datetime | None = max(arrivals, default=order.delivered_at)
    if last is None:
        return None
    if order.status != Order.Status.DELIVERED:
        last = max(last, timezone.now())
    return timezone.localdate(last) + timedelta(days=days)


def units_in(parcels: Iterable[Any]) -> dict[UUID, int]:
    """Units by line of parcels with their items."""
    units: dict[UUID, int] = {}
    for parcel in parcels:
        for row in parcel.items.all():
            units[row.item_id] = units.get(row.item_id, 0) + row.quantity
    return units


def returned_units(requests: Iterable[Any]) -> dict[UUID, int]:
    """Units by line of returns that stand, with their items."""
    units: dict[UUID, int] = {}
    for request in requests:
        if request.status not in Return.VOID:
            for row in request.items.all():
                units[row.item_id] = units.get(row.item_id, 0) + row.quantity
    return units


def _line(item: Any, arrived: Mapping[UUID, int], returned: Mapping[UUID, int]) -> Line:
    product = item.variant.product
    if item.is_digital:
        return Line(item, 0, Refusal.DIGITAL)
    if settings.FINAL_SALE_TAG in product.tags:
        return Line(item, 0, Refusal.FINAL)
    here = arrived.get(item.pk, 0)
    units = here - returned.get(item.pk, 0)
    if units > 0:
        return Line(item, units)
    return Line(item, 0, Refusal.RETURNED if here else Refusal.NOT_HERE)
