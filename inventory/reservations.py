"""Holding stock for a shopper, turning holds into sales, and giving them back.

Every act locks the stock rows it touches in key order before it reads them, so that two acts
never wait for each other in a circle, and changes ``reserved`` by one conditional UPDATE that
the shelf can refuse.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from audit import recording
from inventory import availability, locked
from inventory.allocation import allocate
from inventory.errors import HoldEnded, OutOfStock, Shortage, TooManyHolds
from inventory.models import Movement, Reservation, Stock
from shop import closing, prepared
from shop.conflicts import retried
from shop.models import rows_written

ACTIVE = Reservation.Status.ACTIVE
#: A hold that ends within so many seconds may end before what is done with it is committed.
_ENDING_SECONDS = 60


@retried
def hold(
    *,
    owner: str,
    quantities: Mapping[UUID, int],
    until: datetime,
    order_id: UUID | None = None,
    may_fall_short: Collection[UUID] = (),
    first_at: UUID | None = None,
    anew: bool = False,
) -> dict[UUID, int]:
    """Promise ``quantities`` (units by variant) to ``owner`` until ``until``; all or nothing.

    Replaces what the owner held before in this checkout, for no shorter time; with ``order_id`` the
    hold belongs to that order from now on. Variants in ``may_fall_short`` (back-orders) are held as
    far as the shelves go. Lines go to the first location that has them whole, and are split only
    when none has; ``first_at`` is the location that is asked first, whether or not it ships, for
    who collects there. Returns the units held by variant.

    What the owner holds already is prolonged in one statement, which locks no stock row; ``anew``
    leaves that out, for who is new or wants units from elsewhere. Raises
    :class:`OutOfStock` with every line that falls short, :class:`TooManyHolds` above
    ``RESERVATIONS_PER_PERSON``. Else locks stock rows in key order, then reservations.
    """
    now = timezone.now()
    with recording.batch():
        if not anew and _extend(owner, quantities, now=now, until=until, order_id=order_id):
            return dict(quantities)
        # So that whoever waits for the shelves waits for less.
        recording.write_now()
        stocks = locked.SHELVES.read(variants=list(quantities), first_at=first_at, owner=owner)
        known = locked.LIVE.read(stocks=[stock.pk for stock in stocks], now=now, owner=owner)
        own = [row for row in known if row.owner == owner and row.order_id is None]
        _refuse_too_many(known, owner=owner, quantities=quantities, now=now)
        lapsed = [row for row in known if row.expires_at <= now and row not in own]
        change = Counter[UUID]()
        for row in own + lapsed:
            change[row.stock_id] -= row.quantity
        free = {stock.pk: stock.available - change[stock.pk] for stock in stocks}
        places = allocate(stocks, free, quantities, may_fall_short, first_at)
        for stock_id, units in places.items():
            change[stock_id] += units
        _close(own, Reservation.Status.RELEASED)
        _close(lapsed, Reservation.Status.EXPIRED)
        _shift_reserved(stocks, change, is_last=True)
        by_id = {stock.pk: stock for stock in stocks}
        ends: defaultdict[UUID, datetime] = defaultdict(lambda: until)
        for row in own if order_id is None else ():
            ends[row.variant_id] = max(ends[row.variant_id], row.expires_at)
        made = [
            Reservation(
                variant_id=by_id[stock_id].variant_id,
                stock_id=stock_id,
                quantity=units,
                owner=owner,
                order_id=order_id,
                expires_at=ends[by_id[stock_id].variant_id],
            )
            for stock_id, units in places.items()
        ]
        closing.add(*made)
        return dict(_held(made))


def prolong(*, owner: str, quantities: Mapping[UUID, int], until: datetime) -> None:
    """Prolong exactly what ``owner`` holds for a checkout, with the last statement of an act.

    That raises :class:`HoldEnded` when anything else is held; :func:`hold` then finds out.
    """
    if not quantities:
        return
    text, values = _prolonging(owner, quantities, now=timezone.now(), until=until)
    closing.run(text, values, refusal=HoldEnded(owner))


def hand_over(*, owner: str, to: str) -> int:
    """Let ``to`` hold for a checkout what ``owner`` holds; returns how many holds went over.

    Of a variant of which ``to`` has ``RESERVATIONS_PER_PERSON`` already, nothing does.
    """
    live = Reservation.objects.filter(status=ACTIVE, expires_at__gt=timezone.now())
    most = settings.RESERVATIONS_PER_PERSON
    full = live.filter(owner=to).values("variant").annotate(holds=Count("pk"))
    rows = live.filter(owner=owner, order=None).exclude(
        variant__in=full.filter(holds__gte=most).values("variant")
    )
    return int(rows.update(owner=to))


def held_for_checkout(owner: str, variant_ids: Iterable[UUID]) -> Counter[UUID]:
    """Units of each of the variants that ``owner`` holds now for a checkout. One query."""
    rows = Reservation.objects.filter(
        owner=owner,
        variant__in=list(variant_ids),
        order=None,
        status=ACTIVE,
        expires_at__gt=timezone.now(),
    )
    held = Counter[UUID]()
    for variant_id, units in rows.order_by().values_list("variant_id", "quantity"):
        held[variant_id] += units
    return held


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
        sold = locked.OF_ORDER.read(order=order_id)
        if not sold:
            return {}
        ending = timezone.now() + timedelta(seconds=_ENDING_SECONDS)
        # First the promise goes, then the units: on the shelf there is never less than promised.
        _close(sold, Reservation.Status.COMMITTED)
        _shift_reserved(
            _shelves(sold),
            _per_stock(sold, sign=-1),
            is_last=False,
            # What goes was promised: nobody could buy it before, unless its hold had ended.
            is_shown=any(row.expires_at <= ending for row in sold),
        )
        closing.add(
            *(
                Movement(
                    stock_id=row.stock_id,
                    kind=Movement.Kind.SALE,
                    quantity_change=-row.quantity,
                    order_id=order_id,
                )
                for row in sold
            )
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
        _shift_reserved(stocks, _per_stock(found, sign=-1), is_last=False)
        return len(found)


def _locked_stocks(which: Q) -> list[Stock]:
    rows = Stock.objects.of_products().filter(which).select_related("location")
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def _shelves(rows: Iterable[Any]) -> list[Stock]:
    """The stock rows of holds that were read with them and with their products."""
    shelves: dict[UUID, Stock] = {}
    for row in rows:
        row.stock.product_id = row.product_id
        shelves[row.stock_id] = row.stock
    return list(shelves.values())


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
    text, values = _prolonging(owner, quantities, now=now, until=until, order_id=order_id)
    prolonged = prepared.run(f"{text} RETURNING mine.id, mine.expires_at", values).fetchall()
    if order_id is not None:
        # That a checkout goes on changes nothing of what is promised.
        after = {"expires_at": until, "order_id": order_id}
        told = [(pk, {"expires_at": ended, "order_id": None}, after) for pk, ended in prolonged]
        rows_written.send(sender=Reservation, action="update", rows=told)
    return bool(prolonged)


def _prolonging(
    owner: str,
    quantities: Mapping[UUID, int],
    *,
    now: datetime,
    until: datetime,
    order_id: UUID | None = None,
) -> tuple[str, list[Any]]:
    """The statement that prolongs exactly ``quantities``, or nothing."""
    wanted = {str(variant_id): units for variant_id, units in quantities.items()}
    text = """
        WITH mine AS MATERIALIZED (
            SELECT id, variant_id, quantity, expires_at FROM inventory_reservation
            WHERE owner = %s AND order_id IS NULL AND status = 'ACTIVE' AND expires_at > %s
            ORDER BY id FOR UPDATE
        ), held AS (
            SELECT jsonb_object_agg(variant_id, units) AS units FROM (
                SELECT variant_id, sum(quantity) AS units FROM mine GROUP BY variant_id
            ) AS per_variant
        )
        UPDATE inventory_reservation AS reservation SET order_id = %s, expires_at =
            CASE WHEN %s THEN greatest(mine.expires_at, %s) ELSE %s END
        FROM mine, held
        WHERE reservation.id = mine.id AND held.units = %s::jsonb
    """
    is_checkout = order_id is None
    return text, [owner, now, order_id, is_checkout, until, until, json.dumps(wanted)]


def _close(rows: list[Reservation], status: Reservation.Status) -> None:
    if not rows:
        return
    closing.run(
        "UPDATE inventory_reservation SET status = %s WHERE id = ANY(%s)",
        [status, [row.pk for row in rows]],
    )
    told = [(row.pk, {"status": row.status}, {"status": status}) for row in rows]
    rows_written.send(sender=Reservation, action="update", rows=told)


def _shift_reserved(
    stocks: list[Stock], change: Mapping[UUID, int], *, is_last: bool, is_shown: bool = True
) -> None:
    """Change ``reserved`` by ``change`` in one statement that no shelf may refuse.

    With ``is_last`` at the end of the act; not where movements follow, which post to the shelves.
    Without ``is_shown`` these leave to buy what there was.
    """
    moved = [stock for stock in stocks if change.get(stock.pk)]
    if not moved:
        return
    closing.run(
        """
        UPDATE inventory_stock AS stock SET reserved = stock.reserved + wanted.units
        FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (id, units)
        WHERE stock.id = wanted.id AND stock.reserved + wanted.units
            BETWEEN 0 AND stock.on_hand
        """,
        [[stock.pk for stock in moved], [change[stock.pk] for stock in moved]],
        rows=len(moved),
        refusal=OutOfStock(
            [Shortage(stock.variant_id, change[stock.pk], stock.available) for stock in moved]
        ),
    )
    if not is_last:
        closing.write_now()
    told = [
        (
            stock.pk,
            {"reserved": stock.reserved},
            {"reserved": stock.reserved + change[stock.pk]},
        )
        for stock in moved
    ]
    rows_written.send(sender=Stock, action="update", rows=told)
    if not is_shown:
        return
    availability.products_changed(
        {stock.variant_id: stock.product_id for stock in moved},
        has_turned=any(
            (stock.available > 0) != (stock.available > change[stock.pk]) for stock in moved
        ),
        plenty={
            stock.variant_id
            for stock in moved
            if stock.location.can_ship
            and stock.available - max(change[stock.pk], 0) >= availability.PLENTY
        },
        is_written=not is_last,
    )
