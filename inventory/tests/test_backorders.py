"""Sold before it is there: a date for the shopper, and the first units for who waited longest."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory import backorders, stock, transfers
from inventory.models import Backorder, Movement, PurchaseOrder, Supplier, Transfer
from inventory.tests import buying
from inventory.tests.builders import counters, location, shelf, variant
from orders.tests.factories import placed_order, variant_in_stock
from shop.events.models import OutboxEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def shirt():
    return variant(policy="CONTINUE")


def waiting_order(shirt, units, *, hours_ago=0):
    """An order that waits for units of the shirt."""
    order = placed_order((variant_in_stock(units=1), 1))
    since = timezone.now() - timedelta(hours=hours_ago)
    backorders.open_for(order.pk, {shirt.pk: units}, since=since)
    return order


def arrive(row, units):
    stock.adjust(stock_id=row.pk, quantity_change=units, note="Delivery", kind="PURCHASE")


def test_who_waited_longest_gets_what_arrives_first(shirt):
    row = shelf(shirt, 0)
    late = waiting_order(shirt, 3, hours_ago=1)
    early = waiting_order(shirt, 2, hours_ago=9)
    arrive(row, 4)
    assert counters(row) == (0, 0)
    assert backorders.waiting_of([early.pk, late.pk]) == {late.pk: {shirt.pk: 1}}
    sales = Movement.objects.filter(kind="SALE", stock=row).values_list("order", "quantity_change")
    assert sorted(sales) == sorted([(early.pk, -2), (late.pk, -2)])


def test_what_nobody_waits_for_stays_on_the_shelf(shirt):
    row = shelf(shirt, 0)
    waiting_order(shirt, 2)
    arrive(row, 5)
    assert counters(row) == (3, 0)


def test_order_is_told_when_its_goods_come(shirt):
    row = shelf(shirt, 0)
    order = waiting_order(shirt, 2)
    arrive(row, 2)
    event = OutboxEvent.objects.get(type="backorder.served")
    assert event.payload == {"order": str(order.pk), "variant": str(shirt.pk), "waiting": 0}
    assert event.partition_key == f"orders.order:{order.pk}"


def test_waiting_twice_for_the_same_order_is_waiting_once(shirt):
    order = waiting_order(shirt, 2)
    backorders.open_for(order.pk, {shirt.pk: 2}, since=timezone.now())
    assert Backorder.objects.get().quantity == 2


def test_units_that_are_there_meanwhile_are_taken_at_once(shirt):
    row = shelf(shirt, 5)
    order = waiting_order(shirt, 2)
    assert counters(row) == (3, 0)
    assert backorders.waiting_of([order.pk]) == {}


def test_canceled_order_waits_no_more(shirt):
    row = shelf(shirt, 0)
    order = waiting_order(shirt, 2)
    assert backorders.end_for(order.pk) == 1
    arrive(row, 5)
    assert counters(row) == (5, 0)


def test_shelf_that_does_not_ship_serves_nobody_until_it_does(shirt):
    row = shelf(shirt, 0, at="showroom", can_ship=False)
    waiting_order(shirt, 2)
    arrive(row, 5)
    assert counters(row) == (5, 0)
    showroom = location("showroom")
    showroom.can_ship = True
    showroom.save()
    assert backorders.serve_waiting() == 2
    assert backorders.serve_waiting() == 0


def test_promised_date_is_the_usual_one_without_a_delivery(shirt, settings):
    settings.BACKORDER_DAYS = 12
    assert backorders.promised_dates([shirt.pk]) == {
        shirt.pk: timezone.localdate() + timedelta(days=12)
    }


def test_promised_date_is_that_of_the_next_delivery(shirt, django_assert_num_queries):
    shelf(shirt, 3)
    today = timezone.localdate()
    order = PurchaseOrder.objects.create(
        supplier=Supplier.objects.create(name="Mill"),
        location=location(),
        expected_on=today + timedelta(days=40),
    )
    order.lines.create(variant=shirt, quantity=5, cost=100)
    order.status, order.sent_at = "SENT", timezone.now()
    order.save()
    with django_assert_num_queries(3):
        assert backorders.promised_dates([shirt.pk])[shirt.pk] == today + timedelta(days=40)
    moving = Transfer.objects.create(
        source=location(), destination=location("store"), expected_on=today + timedelta(days=3)
    )
    moving.lines.create(variant=shirt, quantity=1)
    transfers.send(moving.pk, version=1)
    assert backorders.promised_dates([shirt.pk])[shirt.pk] == today + timedelta(days=3)


def days_ahead(days):
    return timezone.localdate() + timedelta(days=days)


def test_who_comes_later_is_promised_the_delivery_that_has_something_left(shirt, settings):
    settings.BACKORDER_DAYS = 21
    shelf(shirt, 0)
    for days in (9, 30):
        buying.sent((shirt, 4, 1500), expected_on=days_ahead(days))
    first, second, third = (waiting_order(shirt, units) for units in (3, 2, 3))
    promised = dict(Backorder.objects.values_list("order", "promised_on"))
    assert promised == {
        first.pk: days_ahead(9),
        second.pk: days_ahead(30),
        third.pk: days_ahead(30),
    }
    # All eight are spoken for; another one comes after them, and not in 21 days.
    assert backorders.promised_dates([shirt.pk]) == {shirt.pk: days_ahead(30)}


def test_promise_for_more_than_the_next_delivery_brings_is_the_one_after_it(shirt):
    shelf(shirt, 0)
    for days in (2, 5):
        buying.sent((shirt, 4, 1500), expected_on=days_ahead(days))
    promised = [
        backorders.promised_dates([shirt.pk], units={shirt.pk: units})[shirt.pk] for units in (4, 5)
    ]
    assert promised == [days_ahead(2), days_ahead(5)]
