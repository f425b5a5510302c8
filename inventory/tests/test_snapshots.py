"""The stock of each day, its classes, and what they say."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory import categories, snapshots, stock
from inventory.models import Movement, StockSnapshot
from inventory.tests.builders import shelf, variant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def today():
    return timezone.localdate()


def sell(row, units, *, days_ago=0):
    Movement.objects.create(
        stock=row,
        kind="SALE",
        quantity_change=-units,
        created_at=timezone.now() - timedelta(days=days_ago),
    )


def snapshot(row):
    snapshots.take(today())
    return StockSnapshot.objects.get(stock=row, day=today())


def test_snapshot_tells_what_lay_there_and_what_it_cost():
    shirt = variant()
    shirt.cost = 1200
    shirt.save()
    row = shelf(shirt, 10)
    sell(row, 3)
    found = snapshot(row)
    assert (found.on_hand, found.reserved, found.value) == (7, 0, 8400)
    assert (found.units_sold, found.sold_in_window, found.last_sold_on) == (3, 3, today())
    assert found.days_of_cover == 7 * 90 // 3


def test_unknown_cost_has_no_value():
    assert snapshot(shelf(variant(), 10)).value is None


def test_shelf_without_sales_has_no_days_of_cover():
    found = snapshot(shelf(variant(), 10))
    assert (found.days_of_cover, found.last_sold_on) == (None, None)


def test_what_came_back_counts_as_not_sold():
    row = shelf(variant(), 10)
    sell(row, 3)
    stock.adjust(stock_id=row.pk, quantity_change=2, note="Returned", kind="RETURN")
    assert snapshot(row).units_sold == 1


def test_day_of_the_last_sale_is_remembered_beyond_the_window():
    row = shelf(variant(), 10)
    long_ago = today() - timedelta(days=300)
    StockSnapshot.objects.create(
        stock=row, day=today() - timedelta(days=1), on_hand=4, reserved=0, last_sold_on=long_ago
    )
    found = snapshot(row)
    assert (found.last_sold_on, found.usual_on_hand) == (long_ago, 4)


def test_first_day_finds_sales_from_before_the_window():
    row = shelf(variant(), 10)
    sell(row, 2, days_ago=200)
    found = snapshot(row)
    assert (found.last_sold_on, found.sold_in_window) == (today() - timedelta(days=200), 0)
    assert found.is_dead


def test_day_is_written_down_once_in_one_statement(django_assert_num_queries):
    for _ in range(3):
        shelf(variant(), 10)
    # Beside it: a savepoint with its end, the time-out, where the day begins, and the day before.
    with django_assert_num_queries(6):
        assert snapshots.take(today()) == 3
    assert snapshots.take(today()) == 0


def test_days_long_gone_are_forgotten(settings):
    settings.STOCK_SNAPSHOT_DAYS = 30
    row = shelf(variant(), 10)
    for days_ago in (29, 30, 31):
        snapshots.take(today() - timedelta(days=days_ago))
    assert snapshots.remove_old(today()) == 1
    assert row.snapshots.count() == 2


def test_classes_follow_the_share_of_revenue():
    best, good, rest, none = (shelf(variant(price=1000), 100) for _ in range(4))
    for row, units in ((best, 80), (good, 15), (rest, 5)):
        sell(row, units, days_ago=20)
    sell(none, 90, days_ago=100)
    assert categories.classify(timezone.now()) == 4
    for row in (best, good, rest, none):
        row.refresh_from_db()
    classes = [row.revenue_class.code for row in (best, good, rest, none)]
    assert classes == ["a", "b", "c", "c"]
    assert categories.classify(timezone.now()) == 0


def test_class_must_be_earned_again():
    row = shelf(variant(price=1000), 100)
    sell(row, 10, days_ago=20)
    categories.classify(timezone.now())
    later = timezone.now() + timedelta(days=categories.WINDOW_DAYS)
    assert categories.classify(later) == 1
    row.refresh_from_db()
    assert row.revenue_class.code == "c"


def test_new_shelves_are_classed_some_at_a_time(monkeypatch):
    monkeypatch.setattr(categories, "NEW_ROWS", 2)
    for _ in range(3):
        shelf(variant(), 10)
    assert [categories.classify(timezone.now()) for _run in range(3)] == [2, 1, 0]
