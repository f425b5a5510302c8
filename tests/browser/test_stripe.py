"""Paying by Stripe in a real browser, with fields that come from another place than the shop."""

import pytest
from playwright.sync_api import expect

from orders.models import Order
from payments import providers
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from tests.browser.pages import (
    choose_delivery,
    expect_thanks,
    fill_contact,
    go_to_checkout,
    pay,
    put_in_cart,
    start_express,
    type_address,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def double(settings, monkeypatch):
    with in_use(StripeDouble(), settings) as made:
        monkeypatch.delitem(providers._PROVIDERS, "STRIPE", raising=False)
        yield made
        providers._PROVIDERS.pop("STRIPE", None)


def type_number(page, number):
    page.frame_locator("iframe").get_by_label("Number").fill(number)


def go_to_payment(page):
    put_in_cart(page)
    go_to_checkout(page)
    fill_contact(page)
    choose_delivery(page)


def review(page):
    page.get_by_role("button", name="Review order").click()


def test_a_card_in_fields_of_the_provider_buys(double, shop_pages):
    page = shop_pages.open(width=375)
    go_to_payment(page)
    review(page)
    expect(page.get_by_role("alert").filter(has_text="incomplete")).to_be_visible()
    type_number(page, "4242")
    review(page)
    page.wait_for_url("**/checkout/review/")
    expect(page.get_by_text("Visa •••• 4242")).to_be_visible()
    pay(page)
    expect_thanks(page)
    assert [row[3] for row in double.charges()] == [Order.objects.get().total]


def test_a_declined_card_is_followed_by_another(double, shop_pages):
    page = shop_pages.open()
    start_express(page)
    type_address(page)
    type_number(page, "4000")
    pay(page)
    expect(page.get_by_text("Your bank declined the payment")).to_be_visible()
    type_number(page, "4242")
    review(page)
    page.wait_for_url("**/checkout/review/")
    pay(page)
    expect_thanks(page)
    assert [row[3] for row in double.charges()] == [Order.objects.get().total]


def test_without_script_another_way_to_pay_is_offered(double, shop_pages, settings):
    settings.PAYMENT_PROVIDERS = ["STRIPE", "SANDBOX"]
    page = shop_pages.open(width=375, javascript=False)
    go_to_payment(page)
    expect(page.get_by_text("Paying by card needs JavaScript here")).to_be_visible()
    review(page)
    expect(page.get_by_text("Its fields need JavaScript").first).to_be_visible()
    assert page.get_by_role("radio").count() >= 2


def test_a_script_that_does_not_come_is_said(double, shop_pages, settings):
    settings.STRIPE_SCRIPT_URL = f"{double.url}/away.js"
    page = shop_pages.open()
    go_to_payment(page)
    expect(page.get_by_text("The card fields could not be loaded")).to_be_visible()
    # A closed window complains of nothing any more.
    shop_pages.close()
    shop_pages.complaints.clear()
