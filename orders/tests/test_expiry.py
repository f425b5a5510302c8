"""What ends by itself."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from inventory.models import Stock
from inventory.tests.builders import counters
from inventory.tests.crowd import aside, until_waiting
from orders.carts import cart as carts
from orders.checkouts import placing
from orders.errors import TotalChanged
from orders.models import Cart, CartItem, Order
from orders.placed import expiry, lifecycle
from orders.tests.factories import (
    filled_cart,
    member,
    placed_order,
    ready_checkout,
    shown_total,
    variant_in_stock,
)

pytestmark = pytest.mark.django_db


def in_minutes(minutes):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def status_of(order):
    return Order.objects.get(pk=order.pk).status


def test_order_that_nobody_paid_is_canceled_after_half_an_hour():
    shirt = variant_in_stock(units=5)
    order = placed_order((shirt, 2))
    with in_minutes(29):
        assert expiry.cancel_unpaid_orders() == 0
    with in_minutes(31):
        assert expiry.cancel_unpaid_orders() == 1
        assert expiry.cancel_unpaid_orders() == 0
    assert status_of(order) == "CANCELED"
    assert counters(shirt.stocks.get()) == (5, 0)
    assert order.status_changes.last().reason == "Not paid in time"


def test_order_that_was_paid_in_time_is_kept():
    order = placed_order()
    lifecycle.mark_paid(order.pk)
    with in_minutes(31):
        assert expiry.cancel_unpaid_orders() == 0
    assert status_of(order) == "PAID"


@pytest.mark.django_db(transaction=True)
def test_order_paid_while_the_job_waits_for_it_is_kept():
    order = placed_order()
    Order.objects.update(payment_due_at=timezone.now())
    with transaction.atomic():
        lifecycle.mark_paid(order.pk)
        job = aside(expiry.cancel_unpaid_orders)
        until_waiting(1)
    assert job.result(timeout=60) == 0
    assert status_of(order) == "PAID"


def test_oldest_orders_are_canceled_first_up_to_the_limit():
    first, second = placed_order(), placed_order()
    with in_minutes(31):
        assert expiry.cancel_unpaid_orders(limit=1) == 1
    assert (status_of(first), status_of(second)) == ("CANCELED", "PENDING")


def test_cart_of_a_canceled_order_is_the_shoppers_again():
    shirt = variant_in_stock()
    ready = ready_checkout(filled_cart((shirt, 2)))
    order = placing.place_order(cart_id=ready.cart_id, agreed_total=shown_total(ready))
    with in_minutes(31):
        expiry.cancel_unpaid_orders()
        again = placing.place_order(cart_id=ready.cart_id, agreed_total=order.total)
    assert again != order
    assert counters(shirt.stocks.get()) == (10, 2)


def test_cart_of_a_canceled_order_joins_the_members_newer_one():
    shirt, socks, user = variant_in_stock(), variant_in_stock(), member()
    order = placed_order((shirt, 2), user=user)
    newer = filled_cart((socks, 1), user=user)
    lifecycle.cancel(order.pk, reason="Changed my mind")
    assert Cart.objects.get(user=user, status="ACTIVE") == newer
    kept = CartItem.objects.filter(cart=newer).values_list("variant", "quantity")
    assert dict(kept) == {shirt.pk: 2, socks.pk: 1}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_canceling_and_ordering_at_once_never_wait_in_a_circle():
    shirt, user = variant_in_stock(), member()
    order = placed_order((shirt, 1), user=user)
    ready = ready_checkout(filled_cart((shirt, 1), user=user))
    total = shown_total(ready)
    with transaction.atomic():
        Stock.objects.select_for_update().get(variant=shirt)
        canceled = aside(partial(lifecycle.cancel, order.pk, reason="Not paid in time"))
        until_waiting(1)
        placed = aside(partial(placing.place_order, cart_id=ready.cart_id, agreed_total=total))
        until_waiting(2)
    assert isinstance(canceled.result(timeout=60), Order)
    assert isinstance(placed.result(timeout=60), (Order, TotalChanged))
    assert carts.items_of(ready.cart)


def test_cart_nobody_touched_for_a_month_is_closed():
    old, order = filled_cart(), placed_order()
    with in_minutes(29 * 24 * 60):
        young = filled_cart()
    with in_minutes(31 * 24 * 60):
        assert expiry.abandon_carts() == 1
        assert expiry.abandon_carts() == 0
    found = dict(Cart.objects.values_list("pk", "status"))
    assert (found[old.pk], found[young.pk]) == ("ABANDONED", "ACTIVE")
    assert found[order.cart_id] == "CHECKED_OUT"


def test_every_forgotten_cart_is_closed_whatever_their_number():
    old = [filled_cart().pk for _ in range(3)]
    with in_minutes(31 * 24 * 60):
        assert expiry.abandon_carts(batch_size=2) == 3
    assert list(Cart.objects.filter(pk__in=old).values_list("status", flat=True)) == (
        ["ABANDONED"] * 3
    )


@pytest.mark.django_db(transaction=True)
def test_cart_that_its_member_comes_back_to_while_the_job_runs_stays_open():
    cart = filled_cart(user=member())
    Cart.objects.filter(pk=cart.pk).update(expires_at=timezone.now())
    with transaction.atomic():
        carts.touch(Cart.objects.select_for_update().get(pk=cart.pk))
        job = aside(expiry.abandon_carts)
        until_waiting(1)
    assert job.result(timeout=60) == 0
    assert Cart.objects.get(pk=cart.pk).is_open
