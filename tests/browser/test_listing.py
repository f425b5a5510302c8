"""Filters of a listing in a browser: what has the focus, what scrolls, what applies itself."""

import pytest
from playwright.sync_api import expect

from catalog.tests.factories import ProductFactory
from tests.browser.pages import wired

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOP = "document.getElementById('results').getBoundingClientRect().top"


def test_the_focus_stays_on_what_was_changed_or_rests_on_the_count(shop_pages, little_shop):
    page = shop_pages.open("/c/tops/?color=navy&color=oat")
    size = page.locator("#side-size-1")
    size.focus()
    page.keyboard.press("Space")
    expect(page.locator("#chip-1")).to_contain_text("Size: S")
    expect(page.locator("#side-size-1")).to_be_focused()
    wired(page)
    for chips in (2, 1):
        page.locator("#chip-1").press("Enter")
        expect(page.locator(".c-chips__chip[id^=chip]")).to_have_count(chips)
        expect(page.locator("#chip-1")).to_be_focused()
        wired(page)
    page.locator("#chip-1").press("Enter")
    expect(page.locator("#chip-1")).to_have_count(0)
    expect(page.locator("[data-rest]")).to_be_focused()
    assert page.url.endswith("/c/tops/")


def test_groups_stay_open_or_shut_as_they_were_left(shop_pages, little_shop):
    tops = little_shop[0].category_links.get().category
    ProductFactory(category=tops, sizes=[f"w{number}" for number in range(10)])
    page = shop_pages.open("/c/tops/")
    page.locator("#side-color > summary").click()
    page.locator("#side-size-more > summary").click()
    hidden = page.locator("#side-size-more input").first
    for chips in (1, 0):
        hidden.press("Space")
        expect(page.locator(".c-chips__chip[id^=chip]")).to_have_count(chips)
        expect(hidden).to_be_focused()
        wired(page)
        expect(page.locator("#side-color")).not_to_have_attribute("open", "")


def test_results_above_the_window_are_scrolled_to_and_others_stay(shop_pages, little_shop):
    page = shop_pages.open("/c/tops/")
    before = page.evaluate(TOP)
    page.locator("#side-size-1").check()
    expect(page.locator("#chip-1")).to_be_visible()
    wired(page)
    assert page.evaluate(TOP) == before
    page.set_viewport_size({"width": 1440, "height": 400})
    page.locator("#side-in_stock-1").scroll_into_view_if_needed()
    assert page.evaluate(TOP) < 0
    page.locator("#side-in_stock-1").check()
    expect(page.locator("#chip-2")).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_filters_come_into_their_sheet_and_stay_there(shop_pages, little_shop):
    ProductFactory(category=little_shop[0].category_links.get().category, colors=("rust",))
    page = shop_pages.open("/c/tops/", width=375)
    page.get_by_role("link", name="Filter").click()
    sheet = page.get_by_role("dialog", name="Filters")
    expect(sheet.get_by_label("NAVY")).to_be_visible()
    wired(page)
    sheet.get_by_label("NAVY").check()
    expect(sheet.get_by_role("button", name="Show 2 products")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.get_by_role("link", name="Filter").click()
    expect(sheet.get_by_label("NAVY")).to_be_checked()
    sheet.get_by_role("button", name="Show 2 products").click()
    page.wait_for_url("**color=navy**")


@pytest.mark.parametrize(("javascript", "shown"), [(True, 0), (False, 1)])
def test_only_a_page_without_script_needs_a_button_that_applies(
    shop_pages, little_shop, javascript, shown
):
    page = shop_pages.open("/c/tops/", javascript=javascript)
    side = page.locator("#facets")
    expect(side.get_by_role("button", name="Apply filters")).to_have_count(shown)
    expect(side.get_by_role("button", name="Apply price")).to_be_visible()


def test_a_price_in_cents_is_applied_without_script(shop_pages, little_shop):
    page = shop_pages.open("/c/tops/", javascript=False)
    page.locator("#side-min").fill("19.90")
    page.get_by_role("button", name="Apply price").click()
    page.wait_for_url("**min=19.90**")
    expect(page.locator("#side-min")).to_have_value("19.9")
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**min=19.9&**")
