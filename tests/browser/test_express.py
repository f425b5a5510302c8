"""A garment bought on one page, and how few clicks each way to buy takes."""

import pytest
from playwright.sync_api import expect

from inventory.models import Reservation
from orders.models import Order, ShippingMethod
from orders.tests.factories import zone
from payments.models import SandboxCharge
from shop.accounts.models import User
from tests.back_office import signed_in
from tests.browser.pages import (
    DECLINED,
    expect_thanks,
    fill_card,
    pay,
    start_express,
    type_address,
    type_card,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def assert_paid_once():
    order = Order.objects.get()
    charge = SandboxCharge.objects.get(captured_amount__gt=0)
    assert (order.status, charge.captured_amount) == ("PAID", order.total)


@pytest.mark.parametrize(
    ("width", "javascript"),
    [(1440, True), (375, True), (375, False)],
    ids=["wide", "phone", "bare"],
)
def test_a_guest_buys_on_one_page(shop_pages, width, javascript):
    page = shop_pages.open(width=width, javascript=javascript)
    start_express(page)
    type_address(page)
    type_card(page)
    pay(page)
    expect_thanks(page)
    assert_paid_once()


def test_what_is_wrong_anywhere_is_listed_above_and_leads_to_its_field(shop_pages):
    page = shop_pages.open()
    start_express(page)
    page.get_by_label("Full name").fill("Ada Weber")
    pay(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    for text, field in (
        ("Enter your e-mail address", "E-mail"),
        ("Enter street and number", "Street and number"),
        ("Enter the card number", "Card number"),
    ):
        summary.get_by_role("link", name=text).click()
        expect(page.get_by_label(field)).to_be_focused()
    expect(page.get_by_label("Full name")).to_have_value("Ada Weber")


def test_another_country_shows_its_delivery_and_total_at_once(shop_pages):
    fields = {"zone": zone("AT"), "currency": "EUR", "price": 990, "min_days": 2, "max_days": 3}
    ShippingMethod.objects.create(code="abroad", name="To Austria", **fields)
    page = shop_pages.open()
    start_express(page)
    page.get_by_label("Card number").fill("4242")
    before = page.get_by_role("button", name="Pay €").inner_text()
    page.get_by_label("Country").select_option("AT")
    expect(page.get_by_role("radio", name="To Austria")).to_be_checked()
    expect(page.get_by_role("button", name="Pay €")).not_to_have_text(before)
    expect(page.get_by_label("Card number")).to_have_value("4242")


def test_after_a_declined_card_another_one_pays(shop_pages):
    page = shop_pages.open(javascript=False)
    start_express(page)
    type_address(page)
    type_card(page, DECLINED)
    pay(page)
    expect(page.get_by_role("alert")).to_contain_text("Your bank declined the payment")
    fill_card(page)
    pay(page)
    expect_thanks(page)
    assert_paid_once()


def test_pressing_pay_twice_makes_one_order(shop_pages):
    page = shop_pages.open()
    start_express(page)
    type_address(page)
    type_card(page)
    page.get_by_role("button", name="Pay €").dblclick()
    expect_thanks(page)
    assert_paid_once()
    assert not Reservation.objects.filter(status="ACTIVE").exists()


class Clicks:
    """Presses what a shopper would press, and counts; typing is excluded."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def link(self, name):
        self._press(self.page.get_by_role("link", name=name, exact=True))

    def button(self, name, *, exact=True):
        self._press(self.page.get_by_role("button", name=name, exact=exact))

    def choose(self, name):
        self._press(self.page.locator("label", has=self.page.get_by_role("radio", name=name)))

    def _press(self, found):
        found.locator("visible=true").first.click()
        self.count += 1


def choose_garment(page):
    clicks = Clicks(page)
    clicks.link("Plain tee")
    page.wait_for_url("**/p/plain-tee/**")
    clicks.choose("M")
    return clicks


def test_steps_take_a_guest_eight_clicks_from_landing_to_order(shop_pages):
    page = shop_pages.open("/")
    clicks = choose_garment(page)
    clicks.button("Add to cart", exact=False)
    clicks.button("Checkout")
    type_address(page)
    clicks.button("Continue to delivery")
    clicks.button("Continue to payment")
    type_card(page)
    clicks.button("Review order")
    clicks.button("Pay €", exact=False)
    expect_thanks(page)
    assert clicks.count <= 8


def test_express_takes_a_guest_five_clicks_at_the_most(shop_pages):
    page = shop_pages.open("/")
    clicks = choose_garment(page)
    clicks.button("Add to cart", exact=False)
    clicks.button("Express checkout")
    type_address(page)
    type_card(page)
    clicks.button("Pay €", exact=False)
    expect_thanks(page)
    assert clicks.count <= 5


def test_who_has_ordered_before_looks_and_pays_with_five_clicks(shop_pages):
    user = User.objects.create_user("mara@example.com")
    user.addresses.create(
        full_name="Mara Weber",
        line1="Lindenstr. 4",
        postal_code="10969",
        city="Berlin",
        country="DE",
        is_default=True,
    )
    page = shop_pages.open("/track/")
    cookie = signed_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": shop_pages.url}])
    page.goto("/")
    clicks = choose_garment(page)
    clicks.button("Add to cart", exact=False)
    clicks.button("Checkout")
    page.wait_for_url("**/checkout/express/")
    expect(page.get_by_label("Full name")).to_be_hidden()
    expect(page.get_by_text("mara@example.com, Mara Weber, Lindenstr. 4")).to_be_visible()
    type_card(page)
    clicks.button("Pay €", exact=False)
    expect_thanks(page)
    assert clicks.count <= 5
    assert Order.objects.get().customer == user
