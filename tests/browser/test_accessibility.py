"""What everybody can use: no finding of axe, no page wider than its window, few fields."""

import pytest
from playwright.sync_api import expect

from tests.browser.catalog_pages import furnish
from tests.browser.pages import (
    choose_delivery,
    expect_thanks,
    fill_card,
    fill_contact,
    go_to_checkout,
    pay,
    put_in_cart,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VISITED = (
    "/",
    "/c/tops/",
    "/p/plain-tee/",
    "/cart/",
    "/account/login/",
    "/account/signup/",
    "/nope/",
)
#: States of the furnished catalog that differ in what they are made of.
CATALOG = (
    "/c/tops/?color=navy&max=80&size=m",
    "/c/tops/?max=1&size=m",
    "/collections/",
    "/collections/mill-ends/",
    "/brands/northmill/",
    "/search/?q=tee",
    "/search/?q=xqzwv",
    "/p/plain-tee/?unit=in",
    "/p/sold-tee/",
    "/p/old-tee/",
    "/p/plain-tee/reviews/",
    "/size-guide/tops/",
    "/wishlist/",
    "/recently-viewed/",
    "/pages/help/",
    "/journal/thread/",
)


def test_pages_that_anyone_visits_are_accessible(shop_pages, inspector):
    page = shop_pages.open()
    for path in VISITED:
        page.goto(path)
        inspector.look(page)


def test_pages_of_the_catalog_are_accessible(shop_pages, little_shop, inspector):
    furnish(little_shop)
    page = shop_pages.open(width=375)
    for path in CATALOG:
        page.goto(path)
        inspector.look(page, widths=(), dark_width=1440)
    page.goto("/pages/contact/")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your name")
    inspector.look(page, widths=(), dark_width=1440)
    page.goto("/p/plain-tee/")
    page.get_by_role("button", name="Choose a size").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a size")
    inspector.look(page, widths=(), dark_width=1440)


def test_cart_and_checkout_are_accessible_also_with_errors(shop_pages, inspector):
    page = shop_pages.open("/p/plain-tee/")
    page.get_by_role("radio", name="M", exact=True).check(force=True)
    page.get_by_role("button", name="Add to cart").first.click()
    expect(page.get_by_role("dialog", name="Your cart")).to_be_visible()
    inspector.look(page, widths=())
    page.goto("/cart/")
    inspector.look(page)
    go_to_checkout(page)
    inspector.look(page)
    page.get_by_label("Billing address is the same").uncheck()
    expect(page.get_by_label("Full name")).to_have_count(2)
    page.get_by_role("button", name="Continue to delivery").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look(page)
    page.get_by_label("Billing address is the same").check()
    expect(page.get_by_label("Full name")).to_have_count(1)
    fill_contact(page)
    inspector.look(page)
    choose_delivery(page)
    inspector.look(page)
    page.get_by_role("button", name="Review order").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look(page)
    fill_card(page)
    inspector.look(page)
    pay(page)
    expect_thanks(page)
    inspector.look(page)


def shown(page, selector):
    return page.locator(f"main {selector}").locator("visible=true").count()


def test_nothing_to_point_with_leaves_names_and_takes_second_pictures(shop_pages):
    page = shop_pages.open("/c/tops/", width=375, touch=True)
    tools = page.locator(".c-header__tools")
    for name in ("Search", "Cart"):
        expect(tools.get_by_role("link", name=name)).to_be_visible()
    pictures = page.locator(".c-product-card__picture").first.locator("img")
    expect(pictures.first).to_be_visible()
    expect(pictures.last).to_be_hidden()


def test_a_guest_fills_few_fields(shop_pages):
    page = shop_pages.open()
    put_in_cart(page)
    go_to_checkout(page)
    ticks = shown(page, "input[type=checkbox]")
    typed = shown(page, "input:not([type=hidden]), main select") - ticks
    assert (typed, ticks) == (7, 2)
    fill_contact(page)
    choose_delivery(page)
    assert shown(page, "input:not([type=hidden]):not([type=radio])") == 3
