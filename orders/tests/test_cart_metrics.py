"""Figures of carts by the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from orders.carts import cart as carts
from orders.carts import cart_metrics
from orders.checkouts import checkout
from orders.models import Cart, CartChange, CartMetric
from orders.tests.factories import filled_cart, member, placed_order, variant_in_stock

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 10)
#: After midnight in Berlin, where UTC is still on the day before.
NIGHT = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)


def units():
    return sorted(CartChange.objects.values_list("units", flat=True))


def move():
    """Let everything have happened on the day."""
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    with connection.cursor() as cursor:
        for table in ("orders_cartchange", "orders_cart", "orders_checkout"):
            cursor.execute(f"UPDATE {table} SET created_at = %s", [at])
        cursor.execute("UPDATE orders_order SET placed_at = %s, created_at = %s", [at, at])


def test_each_change_is_noted_by_what_makes_it():
    shirt = variant_in_stock()
    cart = filled_cart((shirt, 2))
    assert units() == [2]
    carts.add(cart=cart, variant=shirt)
    carts.set_quantity(cart=cart, item_id=cart.items.get().pk, quantity=2)
    carts.set_quantity(cart=cart, item_id=cart.items.get().pk, quantity=0)
    assert units() == [-2, -1, 1, 2]


def test_new_price_and_new_owner_are_no_change():
    user = member()
    mine, guest = filled_cart(user=user), filled_cart()
    mine.items.update(unit_price=1)
    assert units() == [1, 1]
    carts.merge(guest=guest, user=user)
    assert units() == [1, 1]


def test_night_adds_up_the_day_once():
    cart = filled_cart((variant_in_stock(), 3))
    carts.set_quantity(cart=cart, item_id=cart.items.get().pk, quantity=1)
    checkout.begin(cart=cart)
    placed_order()
    move()
    for _ in range(2):
        assert cart_metrics.roll_up(NIGHT) == 1
    row = CartMetric.objects.get()
    assert (row.day, row.additions, row.units_added) == (DAY, 2, 4)
    assert (row.removals, row.units_removed) == (1, 2)
    assert (row.carts, row.checkouts, row.orders, row.ordered_carts) == (2, 2, 1, 1)
    assert row.conversion == 0.5
    assert units() == []


def test_cart_that_sells_days_later_still_counts_for_its_day():
    cart = filled_cart()
    move()
    cart_metrics.roll_up(NIGHT)
    Cart.objects.filter(pk=cart.pk).update(status="CHECKED_OUT")
    cart_metrics.roll_up(NIGHT + timedelta(days=3))
    row = CartMetric.objects.get()
    assert (row.additions, row.carts, row.ordered_carts) == (1, 1, 1)


def test_figures_are_forgotten_after_their_days(settings):
    settings.CART_METRIC_DAYS = 90
    old, kept = (CartMetric.objects.create(day=DAY - timedelta(days=n)) for n in (91, 89))
    cart_metrics.roll_up(NIGHT)
    assert list(CartMetric.objects.all()) == [kept]
    assert old != kept


def test_report_begins_with_what_today_has_so_far(django_assert_num_queries):
    CartMetric.objects.create(day=DAY - timedelta(days=1), carts=7)
    filled_cart()
    move()
    with time_machine.travel("2026-11-10T20:00:00+01:00", tick=False), django_assert_num_queries(2):
        rows = cart_metrics.report(30)
    assert [(row.day, row.carts) for row in rows] == [(DAY, 1), (DAY - timedelta(days=1), 7)]


def test_day_without_carts_has_no_conversion():
    assert CartMetric(day=DAY).conversion is None
