"""What becomes of a placed order, by our acts and against the database."""

from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, transaction

from inventory import reservations, stock
from inventory.errors import OutOfStock
from inventory.tests.builders import counters
from orders.errors import NotAllowed
from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import filled_cart, member, paid_order, placed_order, variant_in_stock

pytestmark = pytest.mark.django_db
PATH = ["PENDING", "PAID", "FULFILLED", "SHIPPED", "DELIVERED"]
ACTS = {
    "PAID": lifecycle.mark_paid,
    "FULFILLED": lifecycle.mark_fulfilled,
    "SHIPPED": lifecycle.mark_shipped,
    "DELIVERED": lifecycle.mark_delivered,
    "CANCELED": lambda order_id: lifecycle.cancel(order_id, reason="Changed my mind"),
}
LEGAL = {*pairwise(PATH)} | {(status, "CANCELED") for status in ("PENDING", "PAID", "FULFILLED")}
ILLEGAL = [
    (old, new)
    for old in [*PATH, "CANCELED"]
    for new in [*PATH, "CANCELED"]
    if old != new and (old, new) not in LEGAL
]


def order_that_is(status):
    order = placed_order()
    if status == "CANCELED":
        return lifecycle.cancel(order.pk, reason="Changed my mind")
    for step in PATH[1 : PATH.index(status) + 1]:
        order = ACTS[step](order.pk)
    return order


def row(order):
    return Order.objects.values("status", "version", "paid_at", "canceled_at").get(pk=order.pk)


def test_order_goes_its_way_and_every_step_is_recorded():
    order = order_that_is("DELIVERED")
    steps = order.status_changes.values_list("from_status", "to_status")
    assert list(steps) == [*zip(["", *PATH], PATH, strict=False)]
    times = [order.placed_at, order.paid_at, order.fulfilled_at, order.shipped_at]
    assert [*times, order.delivered_at] == sorted([*times, order.delivered_at])


def test_step_tells_who_took_it():
    order, packer = paid_order(), member(is_staff=True)
    lifecycle.mark_fulfilled(order.pk, actor_id=packer.pk)
    assert order.status_changes.last().actor == packer


@pytest.mark.parametrize("status", ["PAID", "FULFILLED", "SHIPPED", "DELIVERED", "CANCELED"])
def test_step_taken_twice_changes_nothing(status):
    order = order_that_is(status)
    before = row(order)
    ACTS[status](order.pk)
    assert row(order) == before
    assert order.status_changes.filter(to_status=status).count() == 1


@pytest.mark.parametrize(
    ("status", "act"),
    [
        ("PENDING", "FULFILLED"),
        ("PENDING", "SHIPPED"),
        ("PAID", "SHIPPED"),
        ("PAID", "CANCELED"),
        ("PAID", "DELIVERED"),
        ("SHIPPED", "FULFILLED"),
        ("DELIVERED", "CANCELED"),
        ("CANCELED", "PAID"),
        ("CANCELED", "FULFILLED"),
    ],
)
def test_act_out_of_turn_is_refused_and_nothing_written(status, act):
    order = order_that_is(status)
    before, steps = row(order), order.status_changes.count()
    with pytest.raises(NotAllowed) as refused, transaction.atomic():
        ACTS[act](order.pk)
    assert (refused.value.order, refused.value.wanted) == (order, act)
    assert (row(order), order.status_changes.count()) == (before, steps)


@pytest.mark.parametrize(("old", "new"), ILLEGAL)
def test_database_allows_no_other_move(old, new):
    order = order_that_is(old)
    with (
        pytest.raises(DatabaseError, match="Invalid transition"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE orders_order SET status = %s WHERE id = %s", [new, order.pk])
    assert row(order)["status"] == old


def test_paid_order_has_sold_its_units():
    shirt = variant_in_stock(units=5)
    paid_order((shirt, 2))
    assert counters(shirt.stocks.get()) == (3, 0)


def test_back_ordered_units_are_not_taken_from_the_shelf():
    shirt = variant_in_stock(units=2, policy="CONTINUE")
    paid_order((shirt, 5))
    assert counters(shirt.stocks.get()) == (0, 0)


def test_order_whose_hold_was_given_away_is_paid_from_what_is_left():
    shirt = variant_in_stock(units=5)
    order = placed_order((shirt, 2))
    reservations.release_order(order.pk)
    lifecycle.mark_paid(order.pk)
    assert counters(shirt.stocks.get()) == (3, 0)


def test_order_whose_units_are_gone_is_not_paid_and_nothing_written():
    shirt, socks = variant_in_stock(units=2), variant_in_stock(units=5)
    order = placed_order((shirt, 2), (socks, 1))
    reservations.release_order(order.pk)
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=-1, note="Moths")
    with pytest.raises(OutOfStock), transaction.atomic():
        lifecycle.mark_paid(order.pk)
    assert row(order)["status"] == "PENDING"
    assert counters(shirt.stocks.get()) == (1, 0)
    assert counters(socks.stocks.get()) == (5, 0)


def test_canceled_order_gives_back_units_and_cart():
    shirt = variant_in_stock(units=5)
    order = placed_order((shirt, 2))
    cart = order.cart
    lifecycle.cancel(order.pk, reason="Changed my mind")
    cart.refresh_from_db()
    assert counters(shirt.stocks.get()) == (5, 0)
    assert cart.is_open
    assert order.status_changes.last().reason == "Changed my mind"


def test_canceled_order_leaves_the_carts_of_others_alone():
    other = filled_cart(user=member())
    order = placed_order(user=member())
    lifecycle.cancel(order.pk, reason="Changed my mind")
    assert other.items.count() == 1
