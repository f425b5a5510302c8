"""Whatever happens in whatever order, the counters are the sums of their ledgers."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory import reservations, stock
from inventory.errors import BelowReserved, OutOfStock, TooManyHolds
from inventory.models import Reservation, Stock
from inventory.tests.builders import location, shelf, variant
from orders.tests.factories import placed_order, variant_in_stock

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "order", "commit", "release", "adjust", "expire", "wait"]),
        st.integers(0, 2),
        st.integers(1, 6),
    ),
    max_size=14,
)


def take(step, number, units, *, shirt, orders):
    """One step of the story; a refusal is part of it."""
    owner = f"cart:{number}"
    until = timezone.now() + timedelta(minutes=units)
    row = shirt.stocks.order_by("pk")[number % 2]
    order = orders[number]
    match step:
        case "hold":
            reservations.hold(owner=owner, quantities={shirt.pk: units}, until=until)
        case "order":
            reservations.hold(
                owner=owner, quantities={shirt.pk: units}, until=until, order_id=order.pk
            )
        case "commit":
            reservations.commit_order(order.pk)
        case "release":
            reservations.release_checkout(owner)
            reservations.release_order(order.pk)
        case "adjust":
            stock.adjust(stock_id=row.pk, quantity_change=units - 3 or 4, note="Counted")
        case "expire":
            reservations.expire()


@pytest.fixture
def orders(db):
    """Placed once: each story ends with all of its own taken back."""
    return [placed_order((variant_in_stock(units=1), 1)) for _ in range(3)]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_counters_are_the_sums_of_their_ledgers_after_any_story(orders, steps):
    with transaction.atomic(), time_machine.travel(timezone.now(), tick=False) as clock:
        shirt = variant()
        shelf(shirt, 5)
        shelf(shirt, 4, at="store", priority=1)
        for step, number, units in steps:
            if step == "wait":
                clock.shift(timedelta(minutes=units))
                continue
            try:
                take(step, number, units, shirt=shirt, orders=orders)
            except (OutOfStock, BelowReserved, TooManyHolds):
                continue
        assert location("store").stocks.filter(variant=shirt).exists()
        for row in Stock.objects.all():
            live = Reservation.objects.filter(stock=row, status="ACTIVE")
            assert row.on_hand == row.movements.aggregate(units=Sum("quantity_change"))["units"]
            assert row.reserved == (live.aggregate(units=Sum("quantity"))["units"] or 0)
            assert row.available == row.on_hand - row.reserved >= 0
        transaction.set_rollback(True)
