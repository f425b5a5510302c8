"""What everybody can use: no finding of axe, no page wider than its window, few fields."""

import pytest
from axe_playwright_python.sync_playwright import Axe
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

WIDTHS = (320, 375, 768, 1024, 1440)
#: Only findings are asked for, which halves the work. The one rule that reads whole style sheets,
#: about pages that stay upright on a turned phone, is kept by tests/test_stylesheets.py.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
#: Nothing else of a page depends on the scheme.
COLORS = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: What is laid out only when somebody comes near would hide how far it sticks out.
SHOW_WHAT_IS_FAR = """document.querySelectorAll(".u-later").forEach((far) =>
  far.classList.remove("u-later"))"""
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
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


class Inspector:
    """Collects what axe finds, and how far pages stick out, over a walk through the shop.

    In the dark it looks at the colors alone, unless ``rules`` are given.
    """

    def __init__(self):
        self.axe, self.findings = Axe(), []

    def look(self, page, *, widths=WIDTHS, rules=None):
        # Words stand there before the style sheets have come.
        page.wait_for_load_state("load")
        page.evaluate(SHOW_WHAT_IS_FAR)
        is_dark = page.evaluate(IS_DARK)
        result = self.axe.run(page, options=rules or (COLORS if is_dark else RULES))
        for violation in result.response["violations"]:
            for node in violation["nodes"]:
                self.findings.append(f"{page.url} {violation['id']}: {node['html'][:160]}")
        size = page.viewport_size
        for width in () if is_dark else widths:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.documentElement)")
            if wide > 0:
                self.findings.append(f"{page.url} is {wide}px too wide at {width}")
        page.set_viewport_size(size)


@pytest.fixture
def inspector():
    inspector = Inspector()
    yield inspector
    assert not inspector.findings, "\n".join(inspector.findings)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_that_anyone_visits_are_accessible(shop_pages, inspector, scheme):
    page = shop_pages.open(scheme=scheme)
    for path in VISITED:
        page.goto(path)
        inspector.look(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_catalog_are_accessible(shop_pages, little_shop, inspector, scheme):
    furnish(little_shop)
    page = shop_pages.open(scheme=scheme, width=375 if scheme == "light" else 1440)
    for path in CATALOG:
        page.goto(path)
        inspector.look(page, widths=(), rules=RULES)
    page.goto("/pages/contact/")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your name")
    inspector.look(page, widths=(), rules=RULES)
    page.goto("/p/plain-tee/")
    page.get_by_role("button", name="Choose a size").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a size")
    inspector.look(page, widths=(), rules=RULES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cart_and_checkout_are_accessible_also_with_errors(shop_pages, inspector, scheme):
    page = shop_pages.open("/p/plain-tee/", scheme=scheme)
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
