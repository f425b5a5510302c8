"""Every page of the catalog fits its window, has its headings in order, and shows where one is."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from catalog.models import ProductVariant
from catalog.tests.factories import CategoryFactory
from tests.browser.catalog_pages import PAGES, furnish
from tests.browser.inspector import WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDER = "(e => e.scrollWidth - e.clientWidth)(document.documentElement)"
LARGE_LETTERS = "document.documentElement.style.fontSize = '200%'"
HEADINGS = """[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
    .filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName[1]))"""
POOR_PICTURES = """[...document.images].filter((image) =>
    !["alt", "width", "height"].every((name) => image.hasAttribute(name)) ||
    (image.complete && !image.naturalWidth)).map((image) => image.outerHTML)"""
#: Prices wider than the boxes that they stand in.
WIDE_PRICES = """[...document.querySelectorAll(".c-price")]
    .filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent)"""
#: The ring may be drawn by the control itself, or by what stands for or around it.
HAS_RING = """(() => {
    const own = document.activeElement;
    const around = [own.nextElementSibling, own.parentElement, own.closest(".c-product-card")];
    const drawn = [own, ...around, ...(own.labels ?? [])];
    const ringed = (one) => ["", "::after", "::before"].some((part) =>
        getComputedStyle(one, part).outlineStyle !== "none");
    return own === document.body || drawn.filter(Boolean).some(ringed) || own.outerHTML;
})()"""

#: Keeps the tags of what htmx sets up, and how many these were when the page was ready.
COUNTS = """window.setUp = [];
    document.addEventListener("htmx:beforeProcessNode", ({ target }) => setUp.push(target.tagName));
    document.addEventListener("htmx:load", () => (window.atStart ??= setUp.length))"""


@pytest.fixture
def catalog_pages(shop_pages, little_shop):
    """The little shop with something to see on every page."""
    furnish(little_shop)
    return shop_pages


def test_pages_fit_their_window_with_headings_in_order_and_pictures_in_place(catalog_pages):
    page, wrong = catalog_pages.open(), []
    for path in PAGES:
        page.goto(path)
        levels = page.evaluate(HEADINGS)
        if levels.count(1) != 1 or any(after > before + 1 for before, after in pairwise(levels)):
            wrong.append((path, levels))
        wrong += [(path, picture) for picture in page.evaluate(POOR_PICTURES)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate(WIDER) > 0:
                wrong.append((path, f"too wide at {width}"))
        page.set_viewport_size({"width": 375, "height": 900})
        page.evaluate(LARGE_LETTERS)
        # Parts of pixels may add up to one.
        if page.evaluate(WIDER) > 1:
            wrong.append((path, "too wide with letters of twice the size"))
    assert not wrong


@pytest.mark.parametrize("path", ["/", "/p/plain-tee/"])
def test_a_price_in_millions_stays_in_its_box_with_large_letters(shop_pages, little_shop, path):
    ProductVariant.objects.filter(product__in=little_shop).update(price=1_234_567_89)
    page = shop_pages.open(path, width=375)
    page.evaluate(LARGE_LETTERS)
    expect(page.locator(".c-price__current").first).to_contain_text("1,234,567.89")
    assert page.evaluate(WIDE_PRICES) == []


def test_htmx_starts_with_the_settings_of_the_shop(shop_pages):
    page = shop_pages.open("/")
    page.wait_for_load_state("load")
    names = ["allowEval", "allowScriptTags", "selfRequestsOnly", "includeIndicatorStyles"]
    found = page.evaluate("names => names.map((name) => htmx.config[name])", names)
    assert found == [False, False, True, False]
    assert page.locator("head style").count() == 0


def test_many_departments_leave_the_name_of_the_shop_its_room(shop_pages):
    for number in range(8):
        CategoryFactory(slug=f"department-{number}", name=f"Department {number}")
    page = shop_pages.open("/", width=1024)
    assert page.locator(".c-header .c-wordmark").bounding_box()["width"] == 132
    assert page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("path", ["/c/tops/", "/p/plain-tee/"])
def test_the_focus_is_seen_wherever_the_keyboard_goes(catalog_pages, path):
    page = catalog_pages.open(path)
    hidden = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if (ring := page.evaluate(HAS_RING)) is not True:
            hidden.append(ring)
    assert not hidden


def test_htmx_sets_up_little_before_somebody_comes_near(catalog_pages):
    page, found = catalog_pages.open(), {}
    page.add_init_script(COUNTS)
    for path in ("/", "/c/tops/", "/p/plain-tee/"):
        page.goto(path)
        page.wait_for_function("window.atStart")
        found[path] = page.evaluate("atStart")
    assert found == {"/": 7, "/c/tops/": 13, "/p/plain-tee/": 16}
    page.get_by_role("combobox").first.focus()
    assert page.evaluate("setUp.at(-1)") == "INPUT"
