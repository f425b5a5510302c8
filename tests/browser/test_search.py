"""Search in a browser: suggestions by keys, typos, and the sheet of narrow screens."""

import pytest
from playwright.sync_api import expect

from catalog.searching import vocabulary

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def window(shop_pages, little_shop):
    vocabulary.rebuild()
    return shop_pages.open


def test_suggestions_are_walked_by_keys(window, inspector):
    page = window("/search/")
    field = page.locator("#search-page")
    field.fill("pla")
    expect(field).to_have_attribute("aria-expanded", "true")
    options = page.locator("#search-options-page [role=option]")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    inspector.look(page)
    field.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_enter_opens_the_chosen_option(window):
    page = window("/")
    field = page.locator("#search-header")
    field.fill("plain t")
    product = page.locator("#search-options-header a[href^='/p/']").first
    expect(product).to_be_visible()
    while product.get_attribute("aria-selected") == "false":
        field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/p/**")


def test_a_typo_shows_what_was_meant_and_can_be_insisted_on(window, inspector):
    page = window("/search/?q=plian")
    expect(page.get_by_text("Showing results for plain.")).to_be_visible()
    page.get_by_role("link", name="Search instead for “plian”").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 results for “plian”")
    inspector.look(page)
    page.get_by_role("link", name="plain", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("“plain”")


def test_on_a_narrow_screen_search_is_a_sheet(window):
    page = window("/", width=375)
    page.get_by_role("button", name="Search").or_(
        page.get_by_role("link", name="Search")
    ).first.click()
    field = page.locator("#search-sheet")
    expect(field).to_be_focused()
    field.fill("plain")
    expect(page.locator("#search-options-sheet [role=option]").first).to_be_visible()


def test_search_works_without_script(window):
    page = window("/search/", javascript=False)
    page.locator("#search-page").fill("plain tee")
    page.locator("#search-page").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("“plain tee”")
