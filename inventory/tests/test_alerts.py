"""Alerts open and close with the shelf, and are told once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import alerts, reservations, stock
from inventory.models import Alert
from inventory.tests.builders import shelf, variant
from shop.events.models import OutboxEvent

pytestmark = pytest.mark.django_db


def later(minutes=10):
    return timezone.now() + timedelta(minutes=minutes)


def turn(row, units):
    stock.adjust(stock_id=row.pk, quantity_change=units, note="Turned")


def open_kinds(row):
    return sorted(row.alerts.filter(closed_at=None).values_list("kind", flat=True))


def told():
    events = OutboxEvent.objects.filter(type__startswith="stock.").order_by("created_at")
    return list(events.values_list("type", flat=True))


def test_shelf_that_falls_to_its_reorder_point_opens_one_alert():
    row = shelf(variant(), 5)
    turn(row, -1)
    assert open_kinds(row) == []
    turn(row, -1)
    turn(row, -1)
    assert open_kinds(row) == ["LOW_STOCK"]
    assert row.alerts.get().available == 3


def test_shelf_that_runs_out_closes_low_and_opens_out():
    row = shelf(variant(), 5)
    turn(row, -3)
    alerts.tell(later())
    turn(row, -2)
    assert open_kinds(row) == ["OUT_OF_STOCK"]
    low = row.alerts.get(kind="LOW_STOCK")
    assert low.closed_at >= low.opened_at


def test_shelf_that_is_filled_again_says_so_and_closes_the_rest():
    row = shelf(variant(), 5)
    turn(row, -5)
    alerts.tell(later())
    turn(row, 9)
    assert open_kinds(row) == ["BACK_IN_STOCK"]
    assert alerts.tell(timezone.now()) == 1
    assert told() == ["stock.out", "stock.back"]


def test_more_than_the_maximum_is_too_much_until_some_left():
    row = shelf(variant(), 5)
    row.maximum = 10
    row.save()
    turn(row, 6)
    assert open_kinds(row) == ["OVERSTOCK"]
    turn(row, -1)
    assert open_kinds(row) == []


def test_hold_that_lapses_is_no_news():
    row = shelf(shirt := variant(), 5)
    reservations.hold(owner="cart:one", quantities={shirt.pk: 5}, until=later(5))
    assert open_kinds(row) == ["OUT_OF_STOCK"]
    assert alerts.tell(timezone.now()) == 0
    reservations.release_checkout("cart:one")
    assert not Alert.objects.exists()
    assert told() == []


def test_alert_is_told_once():
    row = shelf(variant(), 5)
    turn(row, -3)
    assert (alerts.tell(later()), alerts.tell(later())) == (1, 0)
    event = OutboxEvent.objects.get(type="stock.low")
    assert event.payload == {
        "variant": str(row.variant_id),
        "sku": row.variant.sku,
        "location": "main",
        "available": 2,
    }


def test_new_reorder_point_opens_an_alert():
    row = shelf(variant(), 5)
    row.low_stock_threshold = 8
    row.save()
    assert open_kinds(row) == ["LOW_STOCK"]


def test_what_is_not_for_sale_needs_no_alert():
    row = shelf(shirt := variant(), 2)
    alerts.reconcile(timezone.now())
    assert open_kinds(row) == ["LOW_STOCK"]
    shirt.product.status = "ARCHIVED"
    shirt.product.save()
    assert alerts.reconcile(timezone.now()) == 1
    assert open_kinds(row) == []
    assert alerts.reconcile(timezone.now()) == 0


def test_alerts_are_brought_in_line_stretch_by_stretch():
    rows = [shelf(variant(), 2) for _ in range(3)]
    Alert.objects.all().delete()
    with CaptureQueriesContext(connection) as statements:
        assert alerts.reconcile(timezone.now(), at_once=2) == 3
    assert [open_kinds(row) for row in rows] == [["LOW_STOCK"]] * 3
    assert sum("WITH stretch" in query["sql"] for query in statements) == 3


def test_news_of_being_back_ends_after_some_days():
    row = shelf(variant(), 5)
    turn(row, -5)
    alerts.tell(later())
    turn(row, 9)
    alerts.reconcile(timezone.now() + timedelta(days=4))
    assert open_kinds(row) == []


def test_shelf_has_one_level_at_a_time():
    row = shelf(variant(), 5)
    turn(row, -3)
    with pytest.raises(IntegrityError, match="alert_one_level_at_a_time"), transaction.atomic():
        Alert.objects.create(stock=row, kind="OVERSTOCK", available=2)


def test_turning_a_shelf_costs_no_statement():
    costs = []
    for units in (50, 5):
        row = shelf(variant(), units)
        with CaptureQueriesContext(connection) as statements:
            reservations.hold(owner="cart:one", quantities={row.variant_id: 4}, until=later(5))
        costs.append(len(statements))
        assert row.alerts.count() == (1 if units == 5 else 0)
        reservations.release_checkout("cart:one")
    assert costs[0] == costs[1]
