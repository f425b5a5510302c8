"""Counting shelves, and what becomes of the differences.

People count side by side; what several of them counted of one variant adds up. A difference is
what was counted less what was on hand at the moment of the last count, so units that are sold
while others still count, or before somebody approves, are no difference.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit import recording
from audit.models import AuditLog
from inventory import approvers, reservations, stock
from inventory.errors import (
    CountBelowReserved,
    CountConflict,
    CountedBySelf,
    NotCounting,
    NotOnSheet,
)
from inventory.models import Movement, Reservation, Stock, Stocktake, StocktakeCount
from shop.conflicts import retried

Status = Stocktake.Status
#: Differences on one page; all of them are posted, and counted in its sums.
MOST_SHOWN = 300


@dataclass(frozen=True)
class Tally:
    """What the last count of a shelf says; ``has_moved`` when units came or went during it."""

    counted: int
    expected: int
    people: int
    has_moved: bool

    @property
    def variance(self) -> int:
        """Units too many, or with a minus too few."""
        return self.counted - self.expected


@dataclass(frozen=True)
class Difference:
    """A shelf that does not hold what it should; amounts in minor units of ``currency``.

    ``value`` at cost is None where nobody knows what a unit cost.
    """

    stock: Any
    tally: Tally
    value: int | None
    currency: str


@dataclass(frozen=True)
class Differences:
    """Shelves that differ, the dearest first, as many of ``total`` as were asked for.

    ``counted`` shelves were counted; ``value`` is the sum at cost of all differences.
    """

    counted: int
    total: int
    value: int
    currency: str
    rows: list[Difference]


def sheet(stocktake: Stocktake) -> "QuerySet[Stock]":
    """The shelves that are to be counted, as one walks past them."""
    rows: QuerySet[Stock] = Stock.objects.filter(
        location=stocktake.location_id, variant__deleted_at=None
    )
    if stocktake.shelf_from:
        rows = rows.filter(shelf__gte=stocktake.shelf_from)
    if stocktake.shelf_until:
        rows = rows.filter(shelf__lte=stocktake.shelf_until)
    if category := stocktake.category:
        below = "variant__product__category_links__category__path"
        inside = Q(**{below: category.path}) | Q(**{f"{below}__startswith": f"{category.path}/"})
        rows = rows.filter(pk__in=Stock.objects.filter(inside).order_by().values("pk"))
    return rows.order_by("shelf", "variant__sku", "pk")


def to_count(stocktake: Stocktake) -> "QuerySet[Stock]":
    """What this count looks at: the sheet, and from the second count on what differed before."""
    rows = sheet(stocktake)
    if stocktake.round == 1:
        return rows
    before = tallies(stocktake, until_round=stocktake.round - 1)
    return rows.filter(pk__in=[pk for pk, tally in before.items() if tally.variance])


def counted_shelves(stocktake: Stocktake) -> int:
    """How many shelves somebody has counted in the count that goes on."""
    counts = stocktake.counts.filter(round=stocktake.round)
    return int(counts.aggregate(shelves=Count("stock", distinct=True))["shelves"])


def found_on(rows: "QuerySet[Stock]", query: str) -> "QuerySet[Stock]":
    """Those of ``rows`` that ``query`` names: a SKU or barcode exactly, else part of a word."""
    exact = rows.filter(Q(variant__sku__iexact=query) | Q(variant__barcode=query))
    if exact.exists():
        return exact
    return rows.filter(
        Q(variant__sku__icontains=query)
        | Q(variant__title__icontains=query)
        | Q(variant__product__title__icontains=query)
        | Q(shelf__iexact=query)
    )


@retried
def count(
    *, stocktake_id: UUID, stock_id: UUID, quantity: int | None, actor_id: UUID
) -> StocktakeCount | None:
    """Note how many units ``actor_id`` counted, in place of what they noted before; None: nothing.

    What is on hand now is frozen beside it. Raises :class:`NotCounting` for a stocktake that is
    not open, :class:`NotOnSheet` for a shelf that it leaves out.
    """
    stocktake: Stocktake = Stocktake.objects.select_related("category").get(pk=stocktake_id)
    if not stocktake.is_open:
        raise NotCounting(stocktake)
    shelf = sheet(stocktake).filter(pk=stock_id).first()
    if shelf is None:
        raise NotOnSheet
    mine: dict[str, Any] = {
        "stocktake_id": stocktake_id,
        "stock_id": stock_id,
        "round": stocktake.round,
        "actor_id": actor_id,
    }
    try:
        with recording.batch():
            if quantity is None:
                for row in StocktakeCount.objects.filter(**mine):
                    row.delete()
                return None
            facts: dict[str, Any] = {
                "quantity": quantity,
                "expected": shelf.on_hand,
                "counted_at": timezone.now(),
            }
            made, _is_new = StocktakeCount.objects.update_or_create(**mine, defaults=facts)
    except IntegrityError as error:
        # Someone ended the count since we looked.
        raise NotCounting(stocktake) from error
    return made


@retried
def finish(stocktake_id: UUID) -> Stocktake:
    """The count is done and waits for approval. Raises :class:`NotCounting` if nothing is counted.

    Locks the stocktake, as all steps do.
    """
    with recording.batch():
        stocktake = _locked(stocktake_id, Status.OPEN)
        if not stocktake.counts.exists():
            raise NotCounting(stocktake)
        stocktake.status, stocktake.counted_at = Status.COUNTED, timezone.now()
        stocktake.save(update_fields=["status", "counted_at"])
    return stocktake


@retried
def count_again(stocktake_id: UUID) -> Stocktake:
    """Open another count: what is counted in it stands in place of the count before."""
    with recording.batch():
        stocktake = _locked(stocktake_id, Status.COUNTED)
        stocktake.status, stocktake.counted_at = Status.OPEN, None
        stocktake.round += 1
        stocktake.save(update_fields=["status", "counted_at", "round"])
    return stocktake


@retried
def cancel(stocktake_id: UUID, *, actor_id: UUID | None = None) -> Stocktake:
    """Give the count up; nothing is posted."""
    with recording.batch():
        stocktake = _locked(stocktake_id, Status.OPEN, Status.COUNTED)
        _end(stocktake, Status.CANCELED, actor_id)
    return stocktake


@retried
def approve(stocktake_id: UUID, *, actor_id: UUID | None = None) -> list[Movement]:
    """Post every difference to the ledger and note that the counted shelves were counted.

    Raises :class:`NotCounting` unless the count waits for approval, :class:`CountedBySelf` for who
    counted while somebody else may approve, and :class:`CountBelowReserved` with every shelf where
    fewer units would remain than are promised; then nothing is posted. Where nobody else may, the
    history says that it was approved by who counted. A fixed number of statements. Locks the
    stocktake, then the stock rows in key order.
    """
    reservations.expire()
    with recording.batch():
        stocktake = _locked(stocktake_id, Status.COUNTED)
        is_own = approvers.has_counted(stocktake, actor_id)
        if is_own and approvers.others(stocktake).exists():
            raise CountedBySelf(stocktake)
        found = tallies(stocktake)
        stocks = Stock.objects.locked(Q(pk__in=found))
        changes = {stock_id: tally.variance for stock_id, tally in found.items()}
        if short := [row for row in stocks if row.available + changes[row.pk] < 0]:
            raise CountBelowReserved(_conflicts(short, changes))
        Stock.objects.filter(pk__in=found).update(last_counted_at=stocktake.counted_at)
        movements = stock.post(
            stocks,
            changes,
            kind=Movement.Kind.COUNT_VARIANCE,
            actor_id=actor_id,
            stocktake=stocktake,
            note=stocktake.note,
        )
        _end(stocktake, Status.APPROVED, actor_id)
        if is_own:
            told = {"approved_own_count": True}
            recording.record(AuditLog.Action.UPDATE, Stocktake, stocktake.pk, {}, told)
    return movements


def tallies(stocktake: Stocktake, *, until_round: int | None = None) -> dict[UUID, Tally]:
    """What the last count of each counted shelf says, by stock id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT stock_id, sum(quantity)::bigint,
                (array_agg(expected ORDER BY counted_at DESC, id DESC))[1],
                count(*), min(expected) <> max(expected)
            FROM (
                SELECT *, max(round) OVER (PARTITION BY stock_id) AS last_round
                FROM inventory_stocktakecount WHERE stocktake_id = %s AND round <= %s
            ) counts
            WHERE round = last_round
            GROUP BY stock_id
            """,
            [stocktake.pk, until_round or stocktake.round],
        )
        return {stock_id: Tally(*rest) for stock_id, *rest in cursor.fetchall()}


def differences(stocktake: Stocktake, *, most: int | None = MOST_SHOWN) -> Differences:
    """What the count found, with rows for ``most`` shelves or for all. Three queries, however much
    was counted.
    """
    found = tallies(stocktake)
    changes = {stock_id: tally.variance for stock_id, tally in found.items() if tally.variance}
    cost = Coalesce(F("average_cost"), F("variant__cost"))
    costs = dict(Stock.objects.filter(pk__in=changes).order_by().values_list("pk", cost))
    values = {
        stock_id: costs[stock_id] * units
        for stock_id, units in changes.items()
        if costs[stock_id] is not None
    }
    dearest = sorted(changes, key=lambda pk: (-abs(values.get(pk, 0)), -abs(changes[pk]), pk))
    shown = Stock.objects.select_related("variant__product").in_bulk(dearest[:most])
    currency = settings.SHOP_CURRENCY
    return Differences(
        counted=len(found),
        total=len(changes),
        value=sum(values.values()),
        currency=currency,
        rows=[Difference(shown[pk], found[pk], values.get(pk), currency) for pk in dearest[:most]],
    )


def _conflicts(short: Sequence[Stock], changes: Mapping[UUID, int]) -> list[CountConflict]:
    holders = _holders([row.pk for row in short])
    return [CountConflict(row, changes[row.pk], holders[row.pk]) for row in short]


def _holders(stock_ids: Collection[UUID]) -> defaultdict[UUID, list[str]]:
    rows = Reservation.objects.filter(stock__in=stock_ids, status=Reservation.Status.ACTIVE)
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in rows.exclude(order=None).select_related("order").order_by("created_at"):
        found[row.stock_id].append(str(row.order))
    return found


def _end(stocktake: Stocktake, status: Status, actor_id: UUID | None) -> None:
    stocktake.status, stocktake.ended_at = status, timezone.now()
    stocktake.ended_by_id = actor_id
    stocktake.save(update_fields=["status", "ended_at", "ended_by"])


def _locked(stocktake_id: UUID, *since: Status) -> Stocktake:
    stocktake: Stocktake = Stocktake.objects.select_for_update(of=("self",)).get(pk=stocktake_id)
    if stocktake.status not in since:
        raise NotCounting(stocktake)
    return stocktake
