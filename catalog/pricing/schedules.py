"""Planned prices: begun and ended by a job each minute, each in a transaction of its own.

A crash leaves a schedule as it was, and the next minute tries again. No two schedules touch the
same variant at the same time (a constraint), so an end puts back what the beginning found.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from psycopg.errors import ExclusionViolation

from audit import recording
from catalog.errors import CatalogError, ScheduleOver, ScheduleOverlaps
from catalog.models import PriceSchedule, Product, ProductVariant
from catalog.models.products import ProductQuerySet
from catalog.pricing import prices
from shop.accounts.models import User
from shop.conflicts import retried

logger = structlog.get_logger(__name__)

Status = PriceSchedule.Status
#: What can still be called off or moved.
OPEN = (Status.PLANNED, Status.RUNNING)


def plan(
    *,
    product: Product,
    variant: ProductVariant | None = None,
    price: int | None = None,
    percent_off: int | None = None,
    starts_at: datetime,
    ends_at: datetime | None = None,
    by: User | None,
) -> PriceSchedule:
    """Plan a price (minor units) or a percentage off, for a product or one of its variants.

    With ``ends_at`` the old prices come back then; without, the price stays. Raises
    :class:`~catalog.errors.ScheduleOverlaps`; the database refuses a schedule that ends before
    it starts, and one with both or neither of price and percentage.
    """
    schedule = PriceSchedule(
        product=product,
        variant=variant,
        price=price,
        percent_off=percent_off,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=by,
    )
    with _alone_in_its_time(), prices.in_the_name_of(by), recording.batch():
        schedule.save()
    return schedule


def plan_each(
    products: Sequence[Product], *, by: User | None, is_trial: bool = False, **facts: Any
) -> list[Product]:
    """Plan the same for each of ``products`` in one transaction; ``facts`` are those of
    :func:`plan`. A trial writes nothing.

    Returns those that were left out, because another price is planned or in force for them.
    """
    left_out = []
    with transaction.atomic():
        for product in products:
            try:
                plan(product=product, by=by, **facts)
            except ScheduleOverlaps:
                left_out.append(product)
        transaction.set_rollback(is_trial)
    return left_out


@retried
def cancel(schedule: PriceSchedule, *, by: User | None) -> PriceSchedule:
    """Call a planned price off; one in force ends now. Raises ScheduleOver."""
    with prices.in_the_name_of(by), recording.batch():
        locked = PriceSchedule.objects.select_for_update().get(pk=schedule.pk)
        if locked.status not in OPEN:
            raise ScheduleOver
        _call_off([locked])
    return locked


@retried
def cancel_each(schedules: Sequence[PriceSchedule], *, by: User | None) -> list[PriceSchedule]:
    """Call planned prices off together; those in force end now. Returns those that were over.

    As many statements for many as for one, and a few for each different price put back.
    """
    with prices.in_the_name_of(by), recording.batch():
        locked = list(_locked(schedules))
        over = [row for row in locked if row.status not in OPEN]
        _call_off([row for row in locked if row.status in OPEN])
    return over


@retried
def move_each(
    schedules: Sequence[PriceSchedule],
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    by: User | None,
    is_trial: bool = False,
) -> dict[UUID, CatalogError]:
    """Give planned prices another time, in one transaction. A trial writes nothing.

    One in force has begun, so only its end moves; without an end its price stays. Returns those
    that were left out, with what stood in the way: ScheduleOver or ScheduleOverlaps.
    """
    left_out: dict[UUID, CatalogError] = {}
    with transaction.atomic():
        for row in _locked(schedules):
            try:
                _move(row, starts_at, ends_at, by)
            except (ScheduleOver, ScheduleOverlaps) as refused:
                left_out[row.pk] = refused
        transaction.set_rollback(is_trial)
    return left_out


def begin_due(now: datetime) -> int:
    """Put planned prices in force whose time has come; returns how many.

    Prices that are already over are marked as missed. Variants that another schedule still holds
    are waited for: it ends first.
    """
    planned = PriceSchedule.objects.filter(status=Status.PLANNED, starts_at__lte=now)
    return _each(planned.order_by("starts_at", "pk"), _begin, now)


def end_due(now: datetime) -> int:
    """Put back the prices that schedules found, where their time is over; returns how many ended.

    A price that is not what the schedule set was changed by someone: it stays.
    """
    running = PriceSchedule.objects.filter(status=Status.RUNNING, ends_at__lte=now)
    return _each(running.order_by("ends_at", "pk"), _end, now)


def with_price_ends(products: ProductQuerySet) -> ProductQuerySet:
    """Let ``products`` bring along what :func:`end_of_price` needs."""
    running = PriceSchedule.objects.filter(
        product=OuterRef("pk"), status=Status.RUNNING, ends_at__isnull=False
    )
    ends = running.order_by("ends_at").values(
        data=JSONObject(variant="variant_id", ends_at="ends_at")
    )
    return products.annotate(price_ends=ArraySubquery(ends))


def end_of_price(product: Product, variant_id: UUID) -> datetime | None:
    """When the price of a variant ends by plan; ``product`` is read :func:`with_price_ends`."""
    for row in getattr(product, "price_ends", ()):
        if row["variant"] in (None, str(variant_id)):
            return datetime.fromisoformat(row["ends_at"])
    return None


def _locked(schedules: Sequence[PriceSchedule]) -> QuerySet[PriceSchedule]:
    rows = PriceSchedule.objects.filter(pk__in=[row.pk for row in schedules])
    return rows.order_by("pk").select_for_update(of=("self",))


def _call_off(schedules: Sequence[PriceSchedule]) -> None:
    _restore([row for row in schedules if row.status == Status.RUNNING])
    for row in schedules:
        row.status = Status.CANCELED
    PriceSchedule.objects.bulk_update(schedules, ["status", "left_alone"])


def _move(
    schedule: PriceSchedule, starts_at: datetime, ends_at: datetime | None, by: User | None
) -> None:
    if schedule.status not in OPEN:
        raise ScheduleOver
    schedule.ends_at = ends_at
    if schedule.status == Status.PLANNED:
        schedule.starts_at = starts_at
    elif ends_at is None:
        schedule.status = Status.ENDED
    with _alone_in_its_time(), prices.in_the_name_of(by), recording.batch():
        schedule.save(update_fields=["starts_at", "ends_at", "status"])


@contextmanager
def _alone_in_its_time() -> Iterator[None]:
    """Turn the refusal of two schedules at the same time into ScheduleOverlaps."""
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise ScheduleOverlaps from error
        raise


def _each(
    due: QuerySet[PriceSchedule], act: Callable[[PriceSchedule, datetime], bool], now: datetime
) -> int:
    """Do ``act`` to every schedule, past those that another worker is at or that fail."""
    done = 0
    for key in list(due.values_list("pk", flat=True)):
        try:
            with recording.batch():
                free = due.filter(pk=key).select_for_update(skip_locked=True, of=("self",))
                schedule = free.first()
                done += schedule is not None and act(schedule, now)
        except (CatalogError, DatabaseError):
            # One that cannot be done must not keep the others waiting; it is tried again.
            logger.exception("a planned price failed", schedule=str(key))
    return done


def _begin(schedule: PriceSchedule, now: datetime) -> bool:
    if schedule.ends_at is not None and schedule.ends_at <= now:
        schedule.status = Status.MISSED
        schedule.save(update_fields=["status"])
        return False
    locked = prices.lock(_variants_of(schedule).values_list("pk", flat=True))
    # Seen only now: whoever was ending it held these variants until its commit.
    if _holders(schedule).exists():
        return False
    wanted = {pk: _amount(schedule, row.price) for pk, row in locked.items()}
    fitting = {pk: amount for pk, amount in wanted.items() if prices.fits(locked[pk], amount)}
    schedule.before = {str(pk): locked[pk].price for pk in fitting}
    schedule.left_alone = [row.sku for pk, row in locked.items() if pk not in fitting]
    schedule.status = Status.RUNNING if schedule.ends_at else Status.ENDED
    with prices.in_the_name_of(schedule.created_by):
        prices.write(locked, fitting)
        schedule.save(update_fields=["before", "left_alone", "status"])
    return True


def _end(schedule: PriceSchedule, now: datetime) -> bool:
    with prices.in_the_name_of(schedule.created_by):
        _restore([schedule])
        schedule.status = Status.ENDED
        schedule.save(update_fields=["status", "left_alone"])
    return True


def _restore(schedules: Sequence[PriceSchedule]) -> None:
    """Put the old prices back where the price still is what the schedule of the variant set."""
    # No two schedules hold a variant at the same time, so each has one price to go back to.
    before = {
        UUID(key): (schedule, amount)
        for schedule in schedules
        for key, amount in schedule.before.items()
    }
    locked = prices.lock(before)
    wanted = {}
    for pk, row in locked.items():
        schedule, amount = before[pk]
        if row.price == _amount(schedule, amount) and prices.fits(row, amount):
            wanted[pk] = amount
        else:
            schedule.left_alone = [*schedule.left_alone, row.sku]
    prices.write(locked, wanted)


def _amount(schedule: PriceSchedule, current: int) -> int:
    return prices.amount_of(current, schedule.price, schedule.percent_off)


def _variants_of(schedule: PriceSchedule) -> Any:
    rows = ProductVariant.objects.filter(product=schedule.product_id)
    return rows.filter(pk=schedule.variant_id) if schedule.variant_id else rows


def _holders(schedule: PriceSchedule) -> QuerySet[PriceSchedule]:
    """Schedules in force for one of the variants of ``schedule``."""
    running: QuerySet[PriceSchedule] = PriceSchedule.objects.filter(
        status=Status.RUNNING, product=schedule.product_id
    )
    if schedule.variant_id is None:
        return running
    return running.filter(Q(variant=None) | Q(variant=schedule.variant_id))
