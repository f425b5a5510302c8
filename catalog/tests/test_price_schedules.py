"""Planned prices begin and end by themselves, once, and undo nobody's work."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.models import AuditLog
from catalog.errors import ScheduleOver, ScheduleOverlaps
from catalog.models import PriceSchedule, ProductVariant
from catalog.pricing import prices
from catalog.pricing import schedules as price_schedules
from catalog.tests.factories import ProductFactory, variant
from tests.back_office import staff

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)


def plan(product, *, start=0, end=2, **facts):
    """A schedule that starts and ends so many days from now."""
    facts.setdefault("percent_off", 20)
    return price_schedules.plan(
        product=product,
        starts_at=NOW + start * DAY,
        ends_at=None if end is None else NOW + end * DAY,
        by=facts.pop("by", None),
        **facts,
    )


def prices_of(product):
    return sorted(product.variants.values_list("price", flat=True))


def status_of(schedule):
    schedule.refresh_from_db()
    return schedule.status


def test_a_price_begins_and_ends_at_its_time():
    product = ProductFactory(sizes=("s",), price=5000)
    schedule = plan(product, start=1, end=2)
    assert price_schedules.begin_due(NOW) == 0
    assert price_schedules.begin_due(NOW + DAY) == 1
    assert (prices_of(product), status_of(schedule)) == ([4000], "RUNNING")
    assert price_schedules.end_due(NOW + DAY) == 0
    assert price_schedules.end_due(NOW + 2 * DAY) == 1
    assert (prices_of(product), status_of(schedule)) == ([5000], "ENDED")


def test_running_the_job_twice_changes_nothing_more():
    product = ProductFactory(sizes=("s",), price=5000)
    plan(product)
    assert [price_schedules.begin_due(NOW) for _ in range(2)] == [1, 0]
    assert prices_of(product) == [4000]
    assert [price_schedules.end_due(NOW + 2 * DAY) for _ in range(2)] == [1, 0]
    assert prices_of(product) == [5000]


def test_each_variant_gets_its_own_price_back():
    product = ProductFactory(sizes=("s",), price=5000)
    variant(product, "navy", "xl", price=6000)
    plan(product, price=4500, percent_off=None)
    price_schedules.begin_due(NOW)
    assert prices_of(product) == [4500, 4500]
    price_schedules.end_due(NOW + 2 * DAY)
    assert prices_of(product) == [5000, 6000]


def test_a_price_changed_meanwhile_stays_and_is_named():
    product = ProductFactory(sizes=("s", "m"), price=5000)
    schedule = plan(product)
    price_schedules.begin_due(NOW)
    touched = product.variants.first()
    prices.set_price([touched], price=3000, by=None)
    price_schedules.end_due(NOW + 2 * DAY)
    assert prices_of(product) == [3000, 5000]
    schedule.refresh_from_db()
    assert schedule.left_alone == [touched.sku]


def test_a_price_without_an_end_stays():
    product = ProductFactory(sizes=("s",), price=5000)
    schedule = plan(product, end=None)
    price_schedules.begin_due(NOW)
    assert (prices_of(product), status_of(schedule)) == ([4000], "ENDED")


def test_a_price_whose_time_went_by_is_missed():
    product = ProductFactory(sizes=("s",), price=5000)
    schedule = plan(product, start=-3, end=-1)
    assert price_schedules.begin_due(NOW) == 0
    assert (prices_of(product), status_of(schedule)) == ([5000], "MISSED")


def test_the_next_price_waits_until_the_one_before_has_ended():
    product = ProductFactory(sizes=("s",), price=5000)
    plan(product, start=0, end=1)
    plan(product, start=1, end=2, percent_off=50)
    price_schedules.begin_due(NOW)
    assert price_schedules.begin_due(NOW + DAY) == 0
    price_schedules.end_due(NOW + DAY)
    assert price_schedules.begin_due(NOW + DAY) == 1
    price_schedules.end_due(NOW + 2 * DAY)
    assert prices_of(product) == [5000]


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, True)])
def test_two_prices_for_one_variant_at_a_time_are_refused(first, second):
    product = ProductFactory(sizes=("s", "m"))
    one = product.variants.first()
    plan(product, start=0, end=2, variant=one if first else None)
    with pytest.raises(ScheduleOverlaps), transaction.atomic():
        plan(product, start=1, end=3, variant=one if second else None)
    assert PriceSchedule.objects.count() == 1


def test_two_variants_have_prices_of_their_own():
    product = ProductFactory(sizes=("s", "m"), price=5000)
    one, other = product.variants.all()
    plan(product, variant=one)
    plan(product, variant=other, percent_off=50)
    assert price_schedules.begin_due(NOW) == 2
    assert prices_of(product) == [2500, 4000]


def test_a_lasting_price_does_not_block_what_comes_after_it():
    product = ProductFactory()
    plan(product, start=1, end=None)
    plan(product, start=2, end=3)
    with pytest.raises(ScheduleOverlaps), transaction.atomic():
        plan(product, start=0, end=2)


def test_a_canceled_plan_never_begins_and_leaves_its_time_free():
    product = ProductFactory(sizes=("s",), price=5000)
    schedule = price_schedules.cancel(plan(product), by=None)
    assert price_schedules.begin_due(NOW) == 0
    assert (prices_of(product), schedule.status) == ([5000], "CANCELED")
    plan(product)


def test_canceling_a_price_in_force_puts_the_old_one_back():
    product = ProductFactory(sizes=("s",), price=5000)
    schedule = plan(product)
    price_schedules.begin_due(NOW)
    price_schedules.cancel(schedule, by=None)
    assert (prices_of(product), status_of(schedule)) == ([5000], "CANCELED")
    with pytest.raises(ScheduleOver):
        price_schedules.cancel(schedule, by=None)


def test_a_price_at_the_recommended_price_leaves_that_variant_alone():
    product = ProductFactory(sizes=("s",), price=5000)
    barred = variant(product, "navy", "xl", price=5000, compare_at_price=5500)
    schedule = plan(product, price=6000, percent_off=None)
    price_schedules.begin_due(NOW)
    schedule.refresh_from_db()
    assert prices_of(product) == [5000, 6000]
    assert schedule.left_alone == [barred.sku]


def test_a_crash_in_the_middle_changes_nothing_and_the_next_run_finishes(monkeypatch):
    product = ProductFactory(sizes=("s",), price=5000)
    schedule = plan(product)

    def crash(*_arguments, **_more):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(PriceSchedule, "save", crash)
        with pytest.raises(ZeroDivisionError):
            price_schedules.begin_due(NOW)
    assert (prices_of(product), status_of(schedule)) == ([5000], "PLANNED")
    assert price_schedules.begin_due(NOW) == 1


def test_a_reduction_by_plan_is_announced_by_the_rule_and_named_after_its_planner():
    product, person = ProductFactory(sizes=("s",), price=5000), staff()
    plan(product, by=person)
    price_schedules.begin_due(NOW)
    row = product.variants.get()
    assert (row.former_price, row.lowest_prior_price) == (5000, 5000)
    entry = AuditLog.objects.filter(entity_id=row.pk, after__price=4000).get()
    assert entry.actor == person


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_schedule_that_another_worker_is_at_is_passed_over():
    product = ProductFactory(sizes=("s",), price=5000)
    schedule = plan(product)

    def work():
        try:
            return price_schedules.begin_due(NOW)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor() as pool:
        PriceSchedule.objects.select_for_update().get(pk=schedule.pk)
        assert pool.submit(work).result() == 0
    assert ProductVariant.objects.get(product=product).price == 5000
    assert price_schedules.begin_due(NOW) == 1


@pytest.mark.parametrize("amounts", [{"percent_off": None}, {"price": 4000, "percent_off": 20}])
def test_a_plan_with_neither_or_both_of_price_and_percentage_is_refused(amounts):
    product = ProductFactory(sizes=("s",), price=5000)
    with (
        pytest.raises(IntegrityError, match="price_schedule_price_or_percent"),
        transaction.atomic(),
    ):
        plan(product, **amounts)
    assert not PriceSchedule.objects.exists()
