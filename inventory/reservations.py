"""Holding stock for a shopper, turning holds into sales, and giving them back.

Every act locks the stock rows it touches in key order before it reads them, so that two acts
never wait for each other in a circle, and changes ``reserved`` by one conditional UPDATE that
the shelf can refuse.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum
from django.utils import timezone

from audit import recording
from inventory import availability
from inventory.errors import OutOfStock, Shortage, TooManyHolds
from inventory.models import Movement, Reservation, Stock
from shop.conflicts import retried
from shop.models import rows_written

ACTIVE = Reservation.Status.ACTIVE


@retried
def hold(
    *,
    owner: str,
    quantities: Mapping[UUID, int],
    until: datetime,
    order_id: UUID | None = None,
    may_fall_short: Collection[UUID] = (),
    first_at: UUID | None = None,
) -> dict[UUID, int]:
    """Promise ``quantities`` (units by variant) to ``owner`` until ``until``; all or nothing.

    Replaces what the owner held before in this checkout; with ``order_id`` the hold belongs to
    that order from now on. Variants in ``may_fall_short`` (back-orders) are held as far as the
    shelves go. Lines go to the first location that has them whole, and are split only when none
    has; ``first_at`` is the location that is asked first, whether or not it ships, for who
    collects there. Returns the units held by variant.

    What the owner holds already is prolonged in one statement, which locks no stock row. Raises
    :class:`OutOfStock` with every line that falls short, :class:`TooManyHolds` above
    ``RESERVATIONS_PER_PERSON``. Else locks stock rows in key order, then reservations.
    """
    now = timezone.now()
    with recording.batch():
        if _extend(owner, quantities, now=now, until=until, order_id=order_id):
            return dict(quantities)
        mine = Q(owner=owner, order=None, status=ACTIVE)
        stocks = _locked_stocks(
            Q(variant__in=quantities.keys()) & (Q(location__can_ship=True) | Q(location=first_at))
            | Q(pk__in=Reservation.objects.filter(mine).values("stock"))
        )
        live = Reservation.objects.filter(
            Q(expires_at__lte=now) | Q(owner=owner), stock__in=stocks, status=ACTIVE
        )
        known = list(live.order_by("pk").select_for_update(of=("self",)))
        own = [row for row in known if row.owner == owner and row.order_id is None]
        _refuse_too_many(known, owner=owner, quantities=quantities, now=now)
        lapsed = [row for row in known if row.expires_at <= now and row not in own]
        change = Counter[UUID]()
        for row in own + lapsed:
            change[row.stock_id] -= row.quantity
        free = {stock.pk: stock.available - change[stock.pk] for stock in stocks}
        places = _allocate(stocks, free, quantities, may_fall_short, first_at)
        for stock_id, units in places.items():
            change[stock_id] += units
        _close(own, Reservation.Status.RELEASED)
        _close(lapsed, Reservation.Status.EXPIRED)
        _shift_reserved(stocks, change)
        by_id = {stock.pk: stock for stock in stocks}
        made = Reservation.objects.bulk_create(
            Reservation(
                variant_id=by_id[stock_id].variant_id,
                stock_id=stock_id,
                quantity=units,
                owner=owner,
                order_id=order_id,
                expires_at=until,
            )
            for stock_id, units in places.items()
        )
        return dict(_held(made))


def hand_over(*, owner: str, to: str) -> int:
    """Let ``to`` hold for a checkout what ``owner`` holds; returns how many holds went over."""
    rows = Reservation.objects.filter(
        owner=owner, order=None, status=ACTIVE, expires_at__gt=timezone.now()
    )
    return int(rows.update(owner=to))


def held_for_checkout(owner: str, variant_id: UUID) -> int:
    """Units of the variant that ``owner`` holds now for a checkout."""
    rows = Reservation.objects.filter(
        owner=owner, variant=variant_id, order=None, status=ACTIVE, expires_at__gt=timezone.now()
    )
    return rows.aggregate(units=Sum("quantity"))["units"] or 0


@retried
def release_checkout(owner: str) -> None:
    """Give back what ``owner`` holds for a checkout that did not become an order."""
    _give_back(Q(owner=owner, order=None), Reservation.Status.RELEASED)


@retried
def release_order(order_id: UUID) -> None:
    """Give back everything the order holds."""
    _give_back(Q(order=order_id), Reservation.Status.RELEASED)


def extend_order(order_id: UUID, *, until: datetime) -> None:
    """Keep the order's live holds until ``until`` at least."""
    rows = Reservation.objects.filter(order=order_id, status=ACTIVE, expires_at__lt=until)
    rows.update(expires_at=until)


@retried
def commit_order(order_id: UUID) -> dict[UUID, int]:
    """Turn the order's holds into sales in the ledger; returns the units sold by variant.

    A hold that has run out but was not taken by anyone still counts. What was taken meanwhile is
    missing from the answer.
    """
    with recording.batch():
        rows = Reservation.objects.filter(order=order_id, status=ACTIVE)
        stocks = _locked_stocks(Q(pk__in=rows.values("stock")))
        sold = list(rows.order_by("pk").select_for_update(of=("self",)))
        # First the promise goes, then the units: on the shelf there is never less than promised.
        _close(sold, Reservation.Status.COMMITTED)
        _shift_reserved(stocks, _per_stock(sold, sign=-1))
        Movement.objects.bulk_create(
            Movement(
                stock_id=row.stock_id,
                kind=Movement.Kind.SALE,
                quantity_change=-row.quantity,
                order_id=order_id,
            )
            for row in sold
        )
        return dict(_held(sold))


@retried
def expire(*, limit: int = 500) -> int:
    """Release up to ``limit`` holds that ran out; returns how many. Safe to run at any time."""
    lapsed = Reservation.objects.filter(status=ACTIVE, expires_at__lte=timezone.now())
    ids = list(lapsed.order_by("expires_at").values_list("pk", flat=True)[:limit])
    return _give_back(Q(pk__in=ids, expires_at__lte=timezone.now()), Reservation.Status.EXPIRED)


def _give_back(which: Q, status: Reservation.Status) -> int:
    with recording.batch():
        rows = Reservation.objects.filter(which, status=ACTIVE)
        stocks = _locked_stocks(Q(pk__in=rows.values("stock")))
        # What was held on other shelves since they were locked is left for another time.
        rows = rows.filter(stock__in=stocks)
        found = list(rows.order_by("pk").select_for_update(of=("self",)))
        _close(found, status)
        _shift_reserved(stocks, _per_stock(found, sign=-1))
        return len(found)


def _locked_stocks(which: Q) -> list[Stock]:
    rows = Stock.objects.of_products().filter(which).select_related("location")
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def _held(rows: Iterable[Reservation]) -> Counter[UUID]:
    units = Counter[UUID]()
    for row in rows:
        units[row.variant_id] += row.quantity
    return units


def _per_stock(rows: Iterable[Reservation], *, sign: int) -> Counter[UUID]:
    units = Counter[UUID]()
    for row in rows:
        units[row.stock_id] += sign * row.quantity
    return units


def _refuse_too_many(
    known: list[Reservation], *, owner: str, quantities: Mapping[UUID, int], now: datetime
) -> None:
    bound = Counter(
        row.variant_id
        for row in known
        if row.owner == owner and row.order_id is not None and row.expires_at > now
    )
    for variant_id in quantities:
        if bound[variant_id] >= settings.RESERVATIONS_PER_PERSON:
            raise TooManyHolds(variant_id)


def _allocate(
    stocks: list[Stock],
    free: Mapping[UUID, int],
    quantities: Mapping[UUID, int],
    may_fall_short: Collection[UUID],
    first_at: UUID | None,
) -> dict[UUID, int]:
    """Units to take from each stock row; raises OutOfStock."""
    shelves: defaultdict[UUID, list[Stock]] = defaultdict(list)
    for stock in sorted(
        stocks,
        key=lambda stock: (stock.location_id != first_at, stock.location.priority, stock.pk),
    ):
        if stock.location.can_ship or stock.location_id == first_at:
            shelves[stock.variant_id].append(stock)
    places: dict[UUID, int] = {}
    shortages = []
    for variant_id, wanted in quantities.items():
        rows = shelves[variant_id]
        whole = [stock for stock in rows if free[stock.pk] >= wanted]
        missing = wanted
        for stock in whole[:1] or rows:
            units = min(missing, max(free[stock.pk], 0))
            if units:
                places[stock.pk] = units
                missing -= units
        if missing and variant_id not in may_fall_short:
            shortages.append(Shortage(variant_id, wanted, wanted - missing))
    if shortages:
        raise OutOfStock(shortages)
    return places


def _extend(
    owner: str,
    quantities: Mapping[UUID, int],
    *,
    now: datetime,
    until: datetime,
    order_id: UUID | None,
) -> bool:
    """Prolong what the owner holds for a checkout, if that is exactly what is wanted.

    A hold that another one wants at this moment, because it is about to run out, is waited for
    and then missing. No units move, so the shelves stay free for others.
    """
    wanted = {str(variant_id): units for variant_id, units in quantities.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH mine AS MATERIALIZED (
                SELECT id, variant_id, quantity, expires_at FROM inventory_reservation
                WHERE owner = %(owner)s AND order_id IS NULL AND status = 'ACTIVE'
                    AND expires_at > %(now)s
                ORDER BY id FOR UPDATE
            ), held AS (
                SELECT jsonb_object_agg(variant_id, units) AS units FROM (
                    SELECT variant_id, sum(quantity) AS units FROM mine GROUP BY variant_id
                ) AS per_variant
            )
            UPDATE inventory_reservation AS reservation
            SET expires_at = %(until)s, order_id = %(order_id)s
            FROM mine, held
            WHERE reservation.id = mine.id AND held.units = %(wanted)s::jsonb
            RETURNING mine.id, mine.expires_at
            """,
            {
                "owner": owner,
                "now": now,
                "until": until,
                "order_id": order_id,
                "wanted": json.dumps(wanted),
            },
        )
        prolonged = cursor.fetchall()
    after = {"expires_at": until, "order_id": order_id}
    told = [(pk, {"expires_at": ended, "order_id": None}, after) for pk, ended in prolonged]
    rows_written.send(sender=Reservation, action="update", rows=told)
    return bool(prolonged)


def _close(rows: list[Reservation], status: Reservation.Status) -> None:
    if not rows:
        return
    Reservation._base_manager.filter(pk__in=[row.pk for row in rows]).update(status=status)
    told = [(row.pk, {"status": row.status}, {"status": status}) for row in rows]
    rows_written.send(sender=Reservation, action="update", rows=told)


def _shift_reserved(stocks: list[Stock], change: Mapping[UUID, int]) -> None:
    """Change ``reserved`` by ``change`` in one statement that no shelf may refuse."""
    moved = [stock for stock in stocks if change.get(stock.pk)]
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_stock AS stock SET reserved = stock.reserved + wanted.units
            FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (id, units)
            WHERE stock.id = wanted.id AND stock.reserved + wanted.units
                BETWEEN 0 AND stock.on_hand
            """,
            [[stock.pk for stock in moved], [change[stock.pk] for stock in moved]],
        )
        if cursor.rowcount != len(moved):
            raise OutOfStock(
                [Shortage(stock.variant_id, change[stock.pk], stock.available) for stock in moved]
            )
    told = [
        (
            stock.pk,
            {"reserved": stock.reserved},
            {"reserved": stock.reserved + change[stock.pk]},
        )
        for stock in moved
    ]
    rows_written.send(sender=Stock, action="update", rows=told)
    availability.products_changed(
        {stock.variant_id: stock.product_id for stock in moved},
        has_turned=any(
            (stock.available > 0) != (stock.available > change[stock.pk]) for stock in moved
        ),
    )
