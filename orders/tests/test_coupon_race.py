"""Limits of coupons when everyone comes at once."""

from functools import partial

import pytest
from django.db import connection

from inventory.tests.crowd import Meeting, all_at_once
from orders.checkouts.placing import place_order
from orders.models import Coupon, CouponUsage, Order
from orders.promotions import codes, redemption
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from orders.tests.offers import coupon, with_codes

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SHOPPERS = 50
GUARD = "coupon_uses_within_limit"


def ready(count, code, *, email=None, price=9000):
    """Checkouts with the code, each a total that was agreed to."""
    variant = variant_in_stock(units=count, price=price)
    found = []
    for _ in range(count):
        cart = filled_cart((variant, 1))
        with_codes(cart, code)
        checkout = ready_checkout(cart, email=email)
        found.append(partial(place_order, cart_id=cart.pk, agreed_total=shown_total(checkout)))
    return found


def orders_in(outcomes):
    return [one for one in outcomes if isinstance(one, Order)]


def test_five_uses_go_to_five_of_fifty_orders():
    coupon(usage_limit=5)
    outcomes = all_at_once(ready(SHOPPERS, "WELCOME10"))
    placed = orders_in(outcomes)
    assert len(placed) == 5
    assert all(order.discount == 900 for order in placed)
    assert Coupon.objects.get().uses == 5 == CouponUsage.objects.filter(released_at=None).count()
    assert Order.objects.count() == 5


def test_without_the_guard_the_same_crowd_uses_it_more_often(monkeypatch):
    """The control run: reading, checking and then writing is what loses the race."""
    coupon(usage_limit=5)
    six_have_read = Meeting(6)

    def count_without_guard(coupon_id):
        row = Coupon.objects.get(pk=coupon_id)
        if row.uses >= row.usage_limit:
            return False
        six_have_read.wait()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE orders_coupon SET uses = uses + 1 WHERE id = %s", [row.pk])
        return True

    monkeypatch.setattr(redemption, "_count_one", count_without_guard)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [GUARD]
        )
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE orders_coupon DROP CONSTRAINT {GUARD}")
    try:
        outcomes = all_at_once(ready(SHOPPERS, "WELCOME10"))
        assert len(orders_in(outcomes)) > 5
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE orders_coupon SET uses = 0")
            cursor.execute(f"ALTER TABLE orders_coupon ADD CONSTRAINT {GUARD} {definition}")


@pytest.mark.parametrize("of_batch", [False, True])
def test_one_person_with_many_carts_uses_it_once(of_batch, settings):
    settings.PENDING_ORDERS_PER_PERSON = 50
    template = coupon(per_person_limit=1)
    typed = ["WELCOME10"] * 8
    if of_batch:
        typed = [row.code for row in codes.make_batch(coupon=template, count=8)]
    acts = []
    for number, code in enumerate(typed):
        # One address in many cases, which the order's own turn does not know for one.
        address = "ada@example.com"[:number].upper() + "ada@example.com"[number:]
        acts += ready(1, code, email=address)
    outcomes = all_at_once(acts)
    assert len(orders_in(outcomes)) == 1
    assert CouponUsage.objects.count() == 1
