"""A visitor signs in: the two carts become one."""

import pytest

from inventory.models import Reservation
from inventory.tests.builders import counters
from orders.carts import cart as carts
from orders.checkouts import checkout, placing
from orders.models import Cart, CartItem
from orders.tests.factories import (
    filled_cart,
    member,
    ready_checkout,
    shown_total,
    variant_in_stock,
)

pytestmark = pytest.mark.django_db


def lines(cart):
    return dict(CartItem.objects.filter(cart=cart).values_list("variant", "quantity"))


def test_cart_of_the_visitor_becomes_the_members():
    guest, user = filled_cart(), member()
    merged = carts.merge(guest=guest, user=user)
    assert (merged.pk, merged.user) == (guest.pk, user)


def test_lines_of_both_carts_are_kept():
    shirt, socks, coat = (variant_in_stock() for _ in range(3))
    user = member()
    mine = filled_cart((shirt, 1), (coat, 1), user=user)
    guest = filled_cart((shirt, 2), (socks, 3))
    assert carts.merge(guest=guest, user=user) == mine
    assert lines(mine) == {shirt.pk: 3, coat.pk: 1, socks.pk: 3}
    assert Cart.objects.get(pk=guest.pk).status == Cart.Status.ABANDONED


def test_line_in_both_carts_is_capped():
    shirt, user = variant_in_stock(units=20), member()
    mine = filled_cart((shirt, 7), user=user)
    carts.merge(guest=filled_cart((shirt, 6)), user=user)
    assert lines(mine) == {shirt.pk: 10}


def test_merging_twice_adds_nothing():
    shirt, user = variant_in_stock(), member()
    mine, guest = filled_cart((shirt, 1), user=user), filled_cart((shirt, 2))
    carts.merge(guest=guest, user=user)
    assert carts.merge(guest=guest, user=user) == mine
    assert lines(mine) == {shirt.pk: 3}


@pytest.mark.parametrize("has_a_cart", [False, True])
def test_units_the_visitor_held_are_held_for_the_member(has_a_cart):
    shirt, user = variant_in_stock(units=2), member()
    if has_a_cart:
        filled_cart((variant_in_stock(), 1), user=user)
    guest = filled_cart((shirt, 2))
    checkout.begin(cart=guest)
    mine = carts.merge(guest=guest, user=user)
    assert counters(shirt.stocks.get()) == (2, 2)
    assert checkout.begin(cart=mine)
    held = Reservation.objects.filter(variant=shirt, status="ACTIVE")
    assert [(row.owner, row.quantity) for row in held] == [(f"user:{user.pk}", 2)]


def test_signing_in_again_and_again_holds_no_more_than_a_person_may(settings):
    settings.RESERVATIONS_PER_PERSON = 2
    shirt, user = variant_in_stock(units=9), member()
    for _time in range(4):
        guest = filled_cart((shirt, 1))
        checkout.begin(cart=guest)
        carts.merge(guest=guest, user=user)
    mine = Reservation.objects.filter(owner=f"user:{user.pk}", status="ACTIVE")
    assert mine.count() == 2


def test_cart_that_became_an_order_is_not_handed_over():
    guest, user = filled_cart(), member()
    ready = ready_checkout(guest)
    order = placing.place_order(cart_id=guest.pk, agreed_total=shown_total(ready))
    carts.merge(guest=guest, user=user)
    assert Cart.objects.get(pk=guest.pk).user is None
    assert order.customer is None
