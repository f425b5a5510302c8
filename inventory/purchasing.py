"""Purchase orders from draft to done, and how well suppliers keep their word."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Least, TruncDate
from django.utils import timezone

from audit import recording
from inventory import availability, delays
from inventory.errors import DayPassed, NoExchangeRate, NotOrderable
from inventory.models import PurchaseOrder, PurchaseOrderLine
from shop.conflicts import retried
from shop.models import StaleObject
from shop.money import decimals_of, to_major

Status = PurchaseOrder.Status


@dataclass(frozen=True)
class Performance:
    """How a supplier did, as receipts show; None where there is nothing to judge by yet.

    ``on_time``: share of finished orders whose last goods came by the day expected at the end.
    ``fill_rate``: share of the units of finished orders that came. ``defects``: share of the
    units delivered that were rejected. ``lead_days``: days from sending to the last goods.
    """

    orders: int = 0
    on_time: float | None = None
    fill_rate: float | None = None
    defects: float | None = None
    lead_days: float | None = None


@retried
def send(
    purchase_order_id: UUID, *, version: int | None = None, actor_id: UUID | None = None
) -> PurchaseOrder:
    """The draft goes to the supplier: its lines are fixed and its units count as incoming.

    Without an expected day the supplier's lead time sets one. ``version`` is the one that a person
    looked at. Raises :class:`NotOrderable` for an order without lines or past its draft,
    :class:`StaleObject` for one that was changed since, :class:`NoExchangeRate` for one in another
    currency than the shop's at a rate of 1. Locks the order.
    """
    with recording.batch():
        order = _locked(purchase_order_id, version, since=(Status.DRAFT,))
        if not order.lines.exists():
            raise NotOrderable(order)
        if order.currency != settings.SHOP_CURRENCY and order.exchange_rate == 1:
            raise NoExchangeRate(order)
        order.status = Status.SENT
        order.sent_at = timezone.now()
        order.expected_on = order.expected_on or order.default_expected_on()
        order.ordered_by_id = actor_id
        order.save(update_fields=["status", "sent_at", "expected_on", "ordered_by"])
        tell_of_day(order)
    return order


def tell_of_day(order: PurchaseOrder) -> None:
    """End what pages promise of the order's goods: they are expected on another day.

    Runs in the transaction of the change. One query.
    """
    availability.changed(order.lines.values_list("variant_id", flat=True))


@retried
def expect(
    purchase_order_id: UUID, *, expected_on: date, version: int | None = None
) -> PurchaseOrder:
    """Expect the goods of an order under way on another day, as its supplier says now.

    Orders that were promised an earlier day are promised a later one, and their customers told.
    Raises :class:`DayPassed` for a day that is over, and refuses as :func:`send` does.
    """
    if expected_on < timezone.localdate():
        raise DayPassed(expected_on)
    with recording.batch():
        order = _locked(purchase_order_id, version, since=PurchaseOrder.OPEN)
        before = _expected(order)
        order.expected_on = expected_on
        order.save(update_fields=["expected_on"])
        tell_of_day(order)
        delays.tell_of_delays(before)
    return order


@retried
def close(purchase_order_id: UUID, *, version: int | None = None) -> PurchaseOrder:
    """Expect no more of an order that came in part; who is told, and refusals: :func:`expect`."""
    return _end(purchase_order_id, version, Status.CLOSED, since=(Status.PARTLY_RECEIVED,))


@retried
def cancel(purchase_order_id: UUID, *, version: int | None = None) -> PurchaseOrder:
    """Call off an order of which nothing came; who is told, and refusals: :func:`expect`."""
    return _end(purchase_order_id, version, Status.CANCELED, since=(Status.DRAFT, Status.SENT))


def landed_cost(cost: int, currency: str, exchange_rate: Decimal) -> int:
    """Minor units of the shop's currency for ``cost`` in those of ``currency``, half up."""
    if currency == settings.SHOP_CURRENCY and exchange_rate == 1:
        return cost
    major = to_major(cost, currency) * exchange_rate
    minor = major.scaleb(decimals_of(settings.SHOP_CURRENCY))
    return int(minor.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def total_cost(order: PurchaseOrder) -> int:
    """Cost of all ordered units in minor units of the order's currency."""
    return order.lines.aggregate(cost=Sum(F("quantity") * F("cost")))["cost"] or 0


def short_of_minimum(order: PurchaseOrder) -> int:
    """By how much the order is below what its supplier delivers at all, in minor units; else 0."""
    least = order.supplier.minimum_order
    return max(0, least - total_cost(order)) if least else 0


def late() -> "QuerySet[PurchaseOrder]":
    """Orders whose goods should have come before today."""
    rows: QuerySet[PurchaseOrder] = PurchaseOrder.objects.filter(
        status__in=PurchaseOrder.OPEN, expected_on__lt=timezone.localdate()
    )
    return rows


def performance(supplier_ids: Collection[UUID]) -> dict[UUID, Performance]:
    """How each of ``supplier_ids`` did so far. Two queries."""
    ended = Q(status__in=[Status.RECEIVED, Status.CLOSED])
    whole = Q(status=Status.RECEIVED)
    orders = (
        PurchaseOrder.objects.filter(ended, supplier__in=supplier_ids)
        .order_by()
        .values("supplier_id")
        .annotate(
            orders=Count("pk"),
            in_time=Count("pk", filter=whole & Q(expected_on__gte=TruncDate("ended_at"))),
            took=Avg(F("ended_at") - F("sent_at"), filter=whole),
        )
    )
    finished = Q(purchase_order__status__in=[Status.RECEIVED, Status.CLOSED])
    lines = (
        PurchaseOrderLine.objects.filter(purchase_order__supplier__in=supplier_ids)
        .order_by()
        .values("purchase_order__supplier_id")
        .annotate(
            ordered=Sum("quantity", filter=finished),
            came=Sum(Least("received", "quantity"), filter=finished),
            good=Sum("received"),
            bad=Sum("rejected"),
        )
    )
    by_orders = {row["supplier_id"]: row for row in orders}
    found = dict.fromkeys(supplier_ids, Performance())
    for row in lines:
        supplier_id = row["purchase_order__supplier_id"]
        times = by_orders.get(supplier_id, {"orders": 0, "in_time": 0, "took": None})
        took = times["took"]
        found[supplier_id] = Performance(
            orders=times["orders"],
            on_time=_share(times["in_time"], times["orders"]),
            fill_rate=_share(row["came"], row["ordered"]),
            defects=_share(row["bad"], row["good"] + row["bad"]),
            lead_days=None if took is None else took.total_seconds() / 86_400,
        )
    return found


def _share(part: int | None, whole: int | None) -> float | None:
    return (part or 0) / whole if whole else None


def _end(
    purchase_order_id: UUID, version: int | None, status: Status, *, since: Collection[str]
) -> PurchaseOrder:
    with recording.batch():
        order = _locked(purchase_order_id, version, since=since)
        before = _expected(order)
        order.status, order.ended_at = status, timezone.now()
        order.save(update_fields=["status", "ended_at"])
        tell_of_day(order)
        delays.tell_of_delays(before)
    return order


def _expected(order: PurchaseOrder) -> dict[UUID, date]:
    """When those are served who wait for what is on ``order``."""
    return delays.expected_days(set(order.lines.values_list("variant_id", flat=True)))


def _locked(
    purchase_order_id: UUID, version: int | None, *, since: Collection[str]
) -> PurchaseOrder:
    rows = PurchaseOrder.objects.select_related("supplier").select_for_update(of=("self",))
    order: PurchaseOrder = rows.get(pk=purchase_order_id)
    if order.status not in since:
        raise NotOrderable(order)
    if version is not None and order.version != version:
        raise StaleObject(order)
    return order
