"""Thirty real connections compete for the last five units."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inventory import reservations, stock
from inventory.errors import OutOfStock
from inventory.models import Reservation, Stock
from inventory.tests.builders import counters, shelf, statuses, variant
from inventory.tests.crowd import Meeting, all_at_once, aside, until_waiting
from orders.checkouts import placing
from orders.models import Order
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from payments import processing
from payments.models import SandboxCharge
from payments.tests.cards import GOOD, method

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
BUYERS = 30
GUARD = "stock_reserved_within_on_hand"


def kinds(outcomes):
    return {
        kind.__name__: sum(type(one) is kind for one in outcomes) for kind in map(type, outcomes)
    }


def hold(owner, quantities):
    until = timezone.now() + timedelta(minutes=5)
    reservations.hold(owner=owner, quantities=quantities, until=until)
    return True


def buy(cart_id, total):
    order = placing.place_order(cart_id=cart_id, agreed_total=total)
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))


def test_last_five_units_are_held_for_five_of_thirty():
    row = shelf(variant(), 5)
    wanted = {row.variant_id: 1}
    outcomes = all_at_once([partial(hold, f"cart:{number}", wanted) for number in range(BUYERS)])
    assert kinds(outcomes) == {"bool": 5, "OutOfStock": 25}
    assert counters(row) == (5, 5)
    assert statuses() == ["ACTIVE"] * 5


def test_last_five_units_are_sold_and_paid_by_five_of_thirty():
    shirt = variant_in_stock(units=5)
    carts = [filled_cart((shirt, 1)) for _ in range(BUYERS)]
    ready = [ready_checkout(cart, holds=False) for cart in carts]
    total = shown_total(ready[0])
    outcomes = all_at_once([partial(buy, row.cart_id, total) for row in ready])
    assert kinds(outcomes) == {"Payment": 5, "OutOfStock": 25}
    assert counters(shirt.stocks.get()) == (0, 0)
    assert list(Order.objects.values_list("status", flat=True)) == ["PAID"] * 5
    assert list(SandboxCharge.objects.values_list("status", flat=True)) == ["captured"] * 5


def test_units_that_arrive_in_the_middle_are_sold_as_well():
    row = shelf(variant(), 5)
    wanted = {row.variant_id: 1}
    restock = partial(stock.adjust, stock_id=row.pk, quantity_change=4, note="Delivery")
    buyers = [partial(hold, f"cart:{number}", wanted) for number in range(BUYERS)]
    outcomes = all_at_once([*buyers[:15], restock, *buyers[15:]])
    held = sum(one is True for one in outcomes)
    assert 5 <= held <= 9
    assert kinds(outcomes) == {"bool": held, "OutOfStock": BUYERS - held, "Movement": 1}
    assert counters(row) == (9, held)


def test_carts_in_opposite_order_never_wait_in_a_circle():
    first, second = shelf(variant(), 15), shelf(variant(), 15)
    forward = {first.variant_id: 1, second.variant_id: 1}
    backward = dict(reversed(forward.items()))
    outcomes = all_at_once(
        [
            partial(hold, f"cart:{number}", backward if number % 2 else forward)
            for number in range(BUYERS)
        ]
    )
    assert kinds(outcomes) == {"bool": 15, "OutOfStock": 15}
    assert (counters(first), counters(second)) == ((15, 15), (15, 15))


def test_tabs_of_one_shopper_with_different_carts_lose_no_unit():
    first, second = shelf(variant(), 5), shelf(variant(), 5)
    with transaction.atomic():
        Stock.objects.select_for_update().get(pk=second.pk)
        waits = aside(partial(hold, "cart:one", {second.variant_id: 1}))
        until_waiting(1)
        assert aside(partial(hold, "cart:one", {first.variant_id: 2})).result(timeout=60) is True
    assert waits.result(timeout=60) is True
    for row in (first, second):
        live = Reservation.objects.filter(stock=row, status="ACTIVE")
        assert counters(row) == (5, sum(live.values_list("quantity", flat=True)))


def test_without_the_guard_the_same_crowd_oversells():
    """The control run: reading, checking and then writing is what loses the race."""
    row, six_have_read = shelf(variant(), 5), Meeting(6)

    def hold_without_guard():
        if Stock.objects.get(pk=row.pk).available < 1:
            raise OutOfStock([])
        six_have_read.wait()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE inventory_stock SET reserved = reserved + 1 WHERE id = %s", [row.pk]
            )
        return True

    definition = constraint_definition()
    run(f"ALTER TABLE inventory_stock DROP CONSTRAINT {GUARD}")
    try:
        outcomes = all_at_once([hold_without_guard] * BUYERS)
        on_hand, reserved = counters(row)
    finally:
        run("UPDATE inventory_stock SET reserved = 0")
        run(f"ALTER TABLE inventory_stock ADD CONSTRAINT {GUARD} {definition}")
    assert reserved > on_hand
    assert kinds(outcomes)["bool"] == reserved


def constraint_definition():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [GUARD]
        )
        return cursor.fetchone()[0]


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
