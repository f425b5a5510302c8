"""Units that were sold before they were there: when they come, and who gets them first."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from audit import recording
from inventory import availability
from inventory.incoming import arrivals
from inventory.models import Backorder, Location, Movement, Stock
from shop.conflicts import retried
from shop.events import outbox

#: Rows that still wait.
WAITING = Q(served__lt=F("quantity"), ended_at=None)


def promised_dates(
    variant_ids: Iterable[UUID], *, units: Mapping[UUID, int] | None = None
) -> dict[UUID, date]:
    """When ``units`` more of each variant (else one) may be expected; every id is in the answer.

    The day of the delivery that has them after all whom was sold before: it goes to a location
    that ships and is not late already. Without one ``BACKORDER_DAYS`` from today, but not before
    the last delivery, which others wait for. Two queries, a third where a delivery is on its way.
    """
    wanted = list(variant_ids)
    today = timezone.localdate()
    in_time = {
        variant_id: [(day, arriving) for day, arriving in coming if day >= today]
        for variant_id, coming in deliveries(wanted).items()
    }
    before = units_waiting(in_time)
    return {
        variant_id: day_of(
            in_time.get(variant_id, ()), before[variant_id] + (units or {}).get(variant_id, 1)
        )
        for variant_id in wanted
    }


def deliveries(variant_ids: Collection[UUID]) -> defaultdict[UUID, list[tuple[date, int]]]:
    """Days and units of what comes of each variant to a location that ships, soonest first.

    Two queries.
    """
    shipping = set(Location.objects.filter(can_ship=True).values_list("pk", flat=True))
    coming: defaultdict[UUID, list[tuple[date, int]]] = defaultdict(list)
    for arrival in arrivals(variant_ids):
        if arrival.expected_on is not None and arrival.location_id in shipping:
            coming[arrival.variant_id].append((arrival.expected_on, arrival.units))
    return coming


def units_waiting(variant_ids: Collection[UUID]) -> Counter[UUID]:
    """Units of each variant that orders wait for. One query; none for no variants."""
    if not variant_ids:
        return Counter()
    rows = Backorder.objects.filter(WAITING, variant__in=variant_ids).order_by()
    counted = rows.values("variant").annotate(units=Sum(F("quantity") - F("served")))
    return Counter(dict(counted.values_list("variant", "units")))


def day_of(coming: Sequence[tuple[date, int]], units: int) -> date:
    """The day by which so many units will have come; ``coming`` are days and units, soonest first.

    Of more than that nobody knows: ``BACKORDER_DAYS`` from today, but not before the last of them.
    """
    for day, arriving in coming:
        units -= arriving
        if units <= 0:
            return day
    usual = timezone.localdate() + timedelta(days=settings.BACKORDER_DAYS)
    return max([usual, *(day for day, _units in coming[-1:])])


def promises_of(order_id: UUID, variant_ids: Iterable[UUID]) -> dict[UUID, date]:
    """When what an order was sold before it was there will leave; what has come is left out.

    The day that was promised when it was paid; before it was, and when that day is past, the day
    as of now. Up to four queries.
    """
    wanted = set(variant_ids)
    rows = {row.variant_id: row for row in Backorder.objects.filter(order=order_id)}
    today = timezone.localdate()
    kept = {
        variant_id: row.promised_on
        for variant_id, row in rows.items()
        if row.waiting and row.promised_on is not None and row.promised_on >= today
    }
    come = {variant_id for variant_id, row in rows.items() if not row.waiting}
    anew = wanted - come - kept.keys()
    # Who waits already is among those who come before.
    units = {variant_id: 0 if variant_id in rows else 1 for variant_id in anew}
    usual = promised_dates(anew, units=units) if anew else {}
    return usual | {variant_id: day for variant_id, day in kept.items() if variant_id in wanted}


def renew_promises() -> int:
    """End the pages that promise a day, which is another one now; returns how many variants."""
    empty = Stock.objects.filter(
        available__lte=0, location__can_ship=True, variant__product__inventory_policy="CONTINUE"
    )
    with transaction.atomic():
        variant_ids = set(empty.order_by().values_list("variant_id", flat=True))
        availability.changed(variant_ids)
    return len(variant_ids)


@retried
def open_for(order_id: UUID, quantities: Mapping[UUID, int], *, since: datetime) -> list[Backorder]:
    """Note that a paid order waits for ``quantities`` (units by variant); serves it if it can.

    Repeating it changes nothing. Locks the stock rows of the variants in key order.
    """
    if not quantities:
        return []
    with recording.batch():
        stocks = Stock.objects.locked(Q(variant__in=quantities.keys()))
        known = set(
            Backorder.objects.filter(order=order_id, variant__in=quantities).values_list(
                "variant_id", flat=True
            )
        )
        promised = promised_dates(quantities, units=quantities)
        made: list[Backorder] = Backorder.objects.bulk_create(
            Backorder(
                variant_id=variant_id,
                order_id=order_id,
                quantity=units,
                since=since,
                promised_on=promised[variant_id],
            )
            for variant_id, units in quantities.items()
            if variant_id not in known
        )
        _serve_and_announce(stocks)
        return made


def wait_less(order_id: UUID, quantities: Mapping[UUID, int]) -> Counter[UUID]:
    """Let an order wait for fewer units, by variant; returns those it does not wait for any more.

    What has come already stays with the order. Joins the caller's transaction; locks the rows.
    """
    rows = Backorder.objects.filter(WAITING, order=order_id, variant__in=quantities)
    found = list(rows.order_by("pk").select_for_update())
    fewer = Counter[UUID]()
    for row in found:
        units = min(row.waiting, quantities[row.variant_id])
        fewer[row.variant_id] = units
        if units == row.quantity:
            row.ended_at = timezone.now()
        else:
            row.quantity -= units
    Backorder.objects.bulk_update(found, ["quantity", "ended_at"])
    return fewer


def wait_more(order_id: UUID, quantities: Mapping[UUID, int]) -> None:
    """Let a paid order wait for more units, by variant; in the caller's transaction."""
    known = list(
        Backorder.objects.filter(order=order_id, variant__in=quantities)
        .order_by("pk")
        .select_for_update()
    )
    for row in known:
        # Of one that was given up, only what had come counts.
        row.quantity = (row.served if row.ended_at else row.quantity) + quantities[row.variant_id]
        row.ended_at = None
    Backorder.objects.bulk_update(known, ["quantity", "ended_at"])
    fresh = quantities.keys() - {row.variant_id for row in known}
    open_for(order_id, {key: quantities[key] for key in fresh}, since=timezone.now())


@retried
def end_for(order_id: UUID) -> int:
    """The order is canceled: it waits no more. Returns how many rows ended."""
    with recording.batch():
        return int(
            Backorder.objects.filter(WAITING, order=order_id).update(ended_at=timezone.now())
        )


def late(rows: "QuerySet[Backorder]") -> "QuerySet[Backorder]":
    """Those of ``rows`` that wait longer than was promised."""
    return rows.filter(WAITING, promised_on__lt=timezone.localdate())


def waits(order: OuterRef) -> Exists:
    """Whether ``order`` waits for goods, as a column of a query of orders."""
    return Exists(Backorder.objects.filter(WAITING, order=order))


def waiting_of(order_ids: Iterable[UUID]) -> dict[UUID, Counter[UUID]]:
    """Units that orders wait for, by order and variant; orders that have all are left out."""
    found: defaultdict[UUID, Counter[UUID]] = defaultdict(Counter)
    for row in Backorder.objects.filter(WAITING, order__in=list(order_ids)):
        found[row.order_id][row.variant_id] += row.waiting
    return dict(found)


@retried
def serve_waiting(*, limit: int = 200) -> int:
    """Give what lies free to orders that wait for it; returns how many units. Safe to repeat.

    Units that became free by a hold that lapsed, or by a location that may ship again.
    """
    with recording.batch():
        free = Stock.objects.filter(available__gt=0, location__can_ship=True)
        rows = Backorder.objects.filter(WAITING, variant__in=free.values("variant"))
        variants = set(rows.order_by("since", "pk").values_list("variant_id", flat=True)[:limit])
        return _serve_and_announce(Stock.objects.locked(Q(variant__in=variants))) if variants else 0


def serve(stocks: Sequence[Stock], free: Mapping[UUID, int]) -> Counter[UUID]:
    """Sell free units to the orders that have waited longest; returns the units by stock row.

    ``stocks`` are locked, with their locations, and ``free`` says how many units of each are
    promised to nobody. The caller announces the change of the shelves.
    """
    shelves: defaultdict[UUID, list[Stock]] = defaultdict(list)
    for stock in sorted(stocks, key=lambda stock: (stock.location.priority, stock.pk)):
        if stock.location.can_ship and free[stock.pk] > 0:
            shelves[stock.variant_id].append(stock)
    if not shelves:
        return Counter()
    rows = Backorder.objects.filter(WAITING, variant__in=list(shelves))
    waiting = rows.order_by("variant", "since", "pk").select_for_update(of=("self",))
    taken = Counter[UUID]()
    sales, served = [], []
    for row in waiting:
        missing = row.waiting
        for stock in shelves[row.variant_id]:
            units = min(row.waiting, free[stock.pk] - taken[stock.pk])
            if units > 0:
                taken[stock.pk] += units
                row.served += units
                sales.append(
                    Movement(
                        stock=stock,
                        kind=Movement.Kind.SALE,
                        quantity_change=-units,
                        order_id=row.order_id,
                    )
                )
        if row.waiting < missing:
            served.append(row)
    Movement.objects.bulk_create(sales)
    Backorder.objects.bulk_update(served, ["served"])
    for row in served:
        outbox.emit(
            "backorder.served",
            row,
            payload={
                "order": str(row.order_id),
                "variant": str(row.variant_id),
                "waiting": row.waiting,
            },
            key=f"orders.order:{row.order_id}",
        )
    return taken


def _serve_and_announce(stocks: list[Stock]) -> int:
    taken = serve(stocks, {stock.pk: stock.available for stock in stocks})
    moved = [stock for stock in stocks if taken[stock.pk]]
    if moved:
        availability.products_changed(
            {stock.variant_id: stock.product_id for stock in moved},
            has_turned=any(stock.available == taken[stock.pk] for stock in moved),
        )
    return taken.total()
