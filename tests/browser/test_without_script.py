"""Everything around an order works with scripts switched off."""

import pytest
from playwright.sync_api import expect

from orders.models import Coupon, Order
from orders.placed import tracking
from tests.browser.pages import (
    expect_thanks,
    pay,
    put_in_cart,
    start_express,
    type_address,
    type_card,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press(page, name):
    page.get_by_role("button", name=name).locator("visible=true").first.click()


def test_codes_and_saved_pieces_work_without_script(shop_pages):
    Coupon.objects.create(code="TEN", name="Ten off", kind="PERCENTAGE", value=1000)
    page = shop_pages.open(javascript=False)
    put_in_cart(page)
    page.locator("summary", has_text="Have a code?").click()
    page.get_by_label("Code", exact=True).fill("ten")
    press(page, "Apply")
    expect(page.locator("#coupon strong")).to_be_visible()
    press(page, "Remove TEN")
    expect(page.locator("#coupon strong")).to_have_count(0)
    press(page, "Save for later")
    expect(page.get_by_role("heading", name="Saved for later")).to_be_visible()
    press(page, "Move to cart")
    expect(page.get_by_role("heading", name="Saved for later")).to_have_count(0)
    press(page, "Remove Plain tee")
    press(page, "Undo")
    expect(page.get_by_role("link", name="Plain tee", exact=True)).to_be_visible()


def test_an_order_is_followed_changed_and_canceled_without_script(shop_pages):
    page = shop_pages.open(javascript=False)
    start_express(page)
    type_address(page)
    type_card(page)
    pay(page)
    expect_thanks(page)
    page.get_by_role("link", name="Track your order").click()
    page.get_by_role("link", name="Change the address").click()
    page.get_by_label("Town").fill("Potsdam")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("10969 Potsdam")).to_be_visible()
    page.get_by_role("link", name="Cancel the order").click()
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("Your order is canceled.")).to_be_visible()
    assert Order.objects.get().status == "CANCELED"


def test_a_link_to_an_order_is_asked_for_and_opened_without_script(shop_pages):
    page = shop_pages.open(javascript=False)
    start_express(page)
    type_address(page)
    type_card(page)
    pay(page)
    expect_thanks(page)
    order = Order.objects.get()
    other = shop_pages.open("/track/", javascript=False)
    other.get_by_label("Order number").fill(order.number)
    other.get_by_role("main").get_by_label("E-mail").fill("ada@example.com")
    press(other, "Send me the link")
    other.wait_for_url("**/track/sent/")
    other.goto(tracking.path_to(order.pk))
    expect(other.get_by_role("heading", level=1)).to_contain_text(order.number)


def test_another_place_shows_its_delivery_with_a_button(shop_pages):
    page = shop_pages.open(javascript=False)
    start_express(page)
    type_address(page)
    page.get_by_label("Country").select_option("AT")
    page.get_by_label("Postcode").fill("1010")
    press(page, "Show delivery options")
    expect(page.get_by_label("Country")).to_have_value("AT")
    expect(page.get_by_label("Town")).to_have_value("Berlin")
    expect(page.get_by_role("alert")).to_have_count(0)
    type_card(page)
    pay(page)
    expect_thanks(page)
