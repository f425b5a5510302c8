"""Holds: made, replaced, extended, taken over, sold and given back."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from inventory import availability, reservations
from inventory.errors import OutOfStock, TooManyHolds
from inventory.models import Movement, Reservation, Stock
from inventory.tests.builders import counters, shelf, statuses, variant
from orders.tests.factories import placed_order

pytestmark = pytest.mark.django_db
MINUTES_5 = timedelta(minutes=5)


def hold(shirt, units, *, owner="cart:one", until=MINUTES_5, **more):
    return reservations.hold(
        owner=owner, quantities={shirt.pk: units}, until=timezone.now() + until, **more
    )


def test_hold_promises_units_to_its_owner():
    stock = shelf(shirt := variant(), 5)
    assert hold(shirt, 3) == {shirt.pk: 3}
    assert counters(stock) == (5, 3)
    assert availability.available([shirt.pk]) == {shirt.pk: 2}


def test_second_hold_of_the_same_checkout_replaces_the_first():
    stock = shelf(shirt := variant(), 5)
    hold(shirt, 3)
    hold(shirt, 4)
    assert counters(stock) == (5, 4)
    assert statuses() == ["ACTIVE", "RELEASED"]


def test_hold_follows_the_cart_to_other_variants():
    first, second = shelf(variant(), 5), shelf(variant(), 5)
    hold(first.variant, 2)
    hold(second.variant, 1)
    assert (counters(first), counters(second)) == ((5, 0), (5, 1))


def test_same_hold_again_is_extended_and_not_made_anew():
    shelf(shirt := variant(), 5)
    hold(shirt, 3)
    made = Reservation.objects.get()
    hold(shirt, 3, until=timedelta(minutes=30))
    again = Reservation.objects.get()
    assert again.pk == made.pk
    assert again.expires_at - made.expires_at > timedelta(minutes=24)


def test_holds_of_the_checkout_go_over_to_the_order():
    stock = shelf(shirt := variant(), 5)
    order = placed_order((shirt, 2))
    held = Reservation.objects.get(status="ACTIVE")
    assert (held.order_id, held.quantity) == (order.pk, 2)
    assert counters(stock) == (5, 2)


def test_short_shelf_names_every_shortage_and_writes_nothing():
    plenty, short, empty = (shelf(variant(), units) for units in (9, 2, 0))
    wanted = {row.variant_id: 3 for row in (plenty, short, empty)}
    with pytest.raises(OutOfStock) as refused:
        reservations.hold(owner="cart:one", quantities=wanted, until=timezone.now() + MINUTES_5)
    found = {row.variant_id: (row.wanted, row.available) for row in refused.value.shortages}
    assert found == {short.variant_id: (3, 2), empty.variant_id: (3, 0)}
    assert not Reservation.objects.exists()
    assert counters(plenty) == (9, 0)


def test_refused_larger_hold_keeps_the_one_there_was():
    stock = shelf(shirt := variant(), 5)
    hold(shirt, 3)
    with pytest.raises(OutOfStock):
        hold(shirt, 6)
    assert counters(stock) == (5, 3)
    assert statuses() == ["ACTIVE"]


def test_unknown_variant_is_out_of_stock():
    with pytest.raises(OutOfStock):
        reservations.hold(owner="cart:one", quantities={uuid4(): 1}, until=timezone.now())


def test_lapsed_hold_is_not_counted_by_a_reader():
    shelf(shirt := variant(), 5)
    hold(shirt, 5)
    assert availability.available([shirt.pk]) == {shirt.pk: 0}
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert availability.available([shirt.pk]) == {shirt.pk: 5}


def test_lapsed_hold_is_taken_over_before_the_job_comes():
    stock = shelf(shirt := variant(), 5)
    hold(shirt, 5, owner="cart:slow")
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        hold(shirt, 4, owner="cart:quick")
    assert counters(stock) == (5, 4)
    assert statuses(owner="cart:slow") == ["EXPIRED"]


def test_lapsed_hold_of_the_owner_is_renewed():
    stock = shelf(shirt := variant(), 5)
    hold(shirt, 5)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        hold(shirt, 5)
    assert counters(stock) == (5, 5)
    assert statuses() == ["ACTIVE", "RELEASED"]


def test_commit_posts_the_sale_to_the_ledger():
    stock = shelf(shirt := variant(), 5)
    order = placed_order((shirt, 2))
    assert reservations.commit_order(order.pk) == {shirt.pk: 2}
    assert counters(stock) == (3, 0)
    sale = Movement.objects.get(kind="SALE")
    assert (sale.quantity_change, sale.balance_after, sale.order_id) == (-2, 3, order.pk)


def test_commit_twice_sells_once():
    stock = shelf(shirt := variant(), 5)
    order = placed_order((shirt, 2))
    reservations.commit_order(order.pk)
    assert reservations.commit_order(order.pk) == {}
    assert counters(stock) == (3, 0)


def test_released_order_gives_its_units_back():
    stock = shelf(shirt := variant(), 5)
    order = placed_order((shirt, 2))
    reservations.release_order(order.pk)
    assert counters(stock) == (5, 0)
    assert statuses(order=order) == ["RELEASED"]


def test_released_checkout_leaves_the_orders_of_the_person_alone():
    stock = shelf(shirt := variant(), 5)
    order = placed_order((shirt, 2))
    owner = Reservation.objects.get(order=order).owner
    hold(shirt, 1, owner=owner)
    reservations.release_checkout(owner)
    assert counters(stock) == (5, 2)


def test_expiry_releases_lapsed_holds_only():
    stock = shelf(shirt := variant(), 9)
    hold(shirt, 3, owner="cart:slow")
    hold(shirt, 2, owner="cart:quick", until=timedelta(minutes=30))
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert reservations.expire() == 1
        assert reservations.expire() == 0
    assert counters(stock) == (9, 2)
    assert statuses(owner="cart:slow") == ["EXPIRED"]


def test_expiry_stops_at_its_limit():
    shelf(shirt := variant(), 9)
    for number in range(3):
        hold(shirt, 1, owner=f"cart:{number}", until=timedelta(seconds=-1))
    assert statuses().count("ACTIVE") == 1  # each hold took over the lapsed one before it
    assert reservations.expire(limit=1) == 1


def test_hold_of_an_order_is_extended_and_never_shortened():
    shelf(shirt := variant(), 5)
    order = placed_order((shirt, 2))
    held = Reservation.objects.get(order=order)
    reservations.extend_order(order.pk, until=held.expires_at - timedelta(minutes=1))
    assert Reservation.objects.get(order=order).expires_at == held.expires_at
    later = held.expires_at + timedelta(minutes=1)
    reservations.extend_order(order.pk, until=later)
    assert Reservation.objects.get(order=order).expires_at == later


def test_back_order_holds_what_is_there():
    stock = shelf(shirt := variant(policy="CONTINUE"), 2)
    assert hold(shirt, 5, may_fall_short=[shirt.pk]) == {shirt.pk: 2}
    assert counters(stock) == (2, 2)


def test_back_order_without_any_stock_holds_nothing():
    shelf(shirt := variant(policy="CONTINUE"), 0)
    assert hold(shirt, 5, may_fall_short=[shirt.pk]) == {}
    assert not Reservation.objects.exists()


def test_sixth_reservation_of_a_variant_by_one_person_is_refused():
    stock = shelf(shirt := variant(), 20)
    for _ in range(5):
        hold(shirt, 1, owner="user:ada", order_id=placed_order((variant_of_its_own(), 1)).pk)
    with pytest.raises(TooManyHolds) as refused:
        hold(shirt, 1, owner="user:ada")
    assert refused.value.variant_id == shirt.pk
    assert counters(stock) == (20, 5)
    assert hold(shirt, 1, owner="user:bob") == {shirt.pk: 1}


def test_lapsed_reservations_do_not_count_against_the_person():
    shelf(shirt := variant(), 20)
    for _ in range(5):
        hold(shirt, 1, owner="user:ada", order_id=placed_order((variant_of_its_own(), 1)).pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert hold(shirt, 1, owner="user:ada") == {shirt.pk: 1}


def test_database_refuses_to_reserve_more_than_there_is():
    stock = shelf(variant(), 5)
    with (
        pytest.raises(IntegrityError, match="stock_reserved_within_on_hand"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE inventory_stock SET reserved = 6 WHERE id = %s", [stock.pk])
    assert Stock.objects.get(pk=stock.pk).reserved == 0


def variant_of_its_own():
    shelf(row := variant(), 1)
    return row
