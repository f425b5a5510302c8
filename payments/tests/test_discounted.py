"""Paying with codes: what is charged, what lapses, and what costs nothing."""

import pytest

from orders.models import Coupon, Order
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from orders.tests.offers import coupon, with_codes
from payments.models import SandboxCharge
from payments.tests.test_pages import REVIEW, choose, pay, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout():
    cart = filled_cart((variant_in_stock(price=5000), 1))
    with_codes(cart, "WELCOME10")
    return ready_checkout(cart)


def test_the_discounted_total_is_charged(checkout):
    coupon()
    choose(checkout)
    pay(visitor(checkout.cart), checkout)
    order = Order.objects.get()
    assert (order.status, order.total, order.discount) == ("PAID", 4990, 500)
    assert SandboxCharge.objects.get().amount == 4990


def test_code_that_lapsed_is_named_before_anything_is_ordered(checkout):
    coupon()
    choose(checkout)
    agreed = shown_total(checkout)
    Coupon.objects.update(is_active=False)
    response = pay(visitor(checkout.cart), checkout, agreed)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Code WELCOME10 does not count. It has expired." in text
    assert 'name="total" value="5490"' in text
    assert not Order.objects.exists()


def test_order_that_costs_nothing_is_paid_without_asking_for_money(checkout):
    coupon(value=10_000, stacking="COMBINABLE")
    coupon("FREESHIP", kind="FREE_SHIPPING", value=0, stacking="COMBINABLE")
    with_codes(checkout.cart, "WELCOME10", "FREESHIP")
    choose(checkout)
    client = visitor(checkout.cart)
    response = client.post(REVIEW, {"total": 0})
    order = Order.objects.get()
    assert (order.status, order.total) == ("PAID", 0)
    assert response["Location"] == order.get_absolute_url()
    assert not SandboxCharge.objects.exists()
