"""A garment paid at iyzico: out, refused, out again and back, in a real browser."""

import pytest
from playwright.sync_api import expect

from orders.models import Order
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.doubles.using import in_use
from tests.browser.pages import expect_thanks, pay, start_express, type_address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def double(settings, live_server):
    settings.SHOP_URL = live_server.url
    with in_use(IyzicoDouble(), settings) as double:
        yield double


@pytest.mark.parametrize(("width", "javascript"), [(375, True), (1440, False)])
def test_a_guest_is_refused_at_iyzico_tries_again_and_buys(double, shop_pages, width, javascript):
    page = shop_pages.open(width=width, javascript=javascript)
    start_express(page)
    type_address(page)
    page.get_by_role("radio", name="iyzico").check(force=True)
    pay(page)
    page.get_by_role("link", name="Go on to iyzico").click()
    page.get_by_role("button", name="Be refused").click()
    # A form of another site, which comes without our cookies.
    page.get_by_role("button", name="Back to the shop").click()
    page.wait_for_url("**/checkout/payment/")
    expect(page.get_by_text("Your bank declined")).to_be_visible()
    page.get_by_role("radio", name="iyzico").check(force=True)
    page.get_by_role("button", name="Review order").click()
    pay(page)
    page.get_by_role("link", name="Go on to iyzico").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_role("button", name="Back to the shop").click()
    expect_thanks(page)
    ((_key, amount, _currency, captured, _refunded),) = double.charges()
    order = Order.objects.get()
    assert (order.status, amount, captured) == ("PAID", order.total, order.total)
