"""A garment paid at PayPal: the way there and back, in a real browser."""

import pytest
from playwright.sync_api import expect

from orders.models import Order
from payments.tests.doubles.paypal import paypal_in_use
from tests.browser.pages import expect_thanks, pay, start_express, type_address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def double(settings, live_server):
    settings.SHOP_URL = live_server.url
    with paypal_in_use(settings) as double:
        yield double


@pytest.mark.parametrize(("width", "javascript"), [(375, True), (1440, False)])
def test_a_guest_cancels_at_paypal_thinks_again_and_buys(double, shop_pages, width, javascript):
    page = shop_pages.open(width=width, javascript=javascript)
    start_express(page)
    type_address(page)
    page.get_by_role("radio", name="PayPal").check(force=True)
    pay(page)
    page.get_by_role("link", name="Go on to PayPal").click()
    page.get_by_role("link", name="Cancel and return").click()
    page.wait_for_url("**/checkout/payment/")
    expect(page.get_by_text("was not confirmed")).to_be_visible()
    page.get_by_role("radio", name="PayPal").check(force=True)
    page.get_by_role("button", name="Review order").click()
    pay(page)
    page.get_by_role("link", name="Go on to PayPal").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("EUR?")
    page.get_by_role("link", name="Pay now").click()
    expect_thanks(page)
    ((_key, amount, _currency, captured, _refunded),) = double.charges()
    order = Order.objects.get()
    assert (order.status, amount, captured) == ("PAID", order.total, order.total)
