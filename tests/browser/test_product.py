"""The product page and product cards in a real browser: gallery, sizes, quick add."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from catalog.garments.pictures import path_of
from catalog.models import Product, ProductMedia, Purchase, SizeChart
from catalog.tests.factories import MediaFactory, variant
from catalog.tests.test_product_files import captions, film
from inventory import stock
from inventory.models import Stock
from orders.models import CartItem
from shop.accounts.models import User
from shop.whole_files import put
from tests.browser.pages import MOST_STOPS, wired

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chart(little_shop):
    """Body and garment measurements for the pieces of the little shop."""
    made = SizeChart.objects.create(
        title="Tops",
        slug="tops",
        sizes=["s", "m"],
        measurements=[
            {
                "key": "chest",
                "name": "Chest",
                "how": "Around the fullest part.",
                "body": {"s": [860, 919], "m": [920, 979]},
                "garment": {"s": 1040, "m": 1100},
            }
        ],
        systems={"EU": {"s": ["36"], "m": ["38"]}},
    )
    for product in little_shop:
        product.size_chart = made
        product.save()
    return made


def test_the_zoom_turns_with_the_arrow_keys_and_closes_with_escape(shop_pages):
    page = shop_pages.open("/p/plain-tee/")
    page.get_by_role("link", name="Enlarge").first.click()
    dialog = page.get_by_role("dialog", name="View of the garment")
    expect(dialog.get_by_text("View 1 of 2: Front")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("View 2 of 2: Back")).to_be_focused()
    wide = dialog.get_by_role("region").evaluate("e => e.scrollWidth / e.clientWidth")
    assert wide == pytest.approx(2, abs=0.05)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Enlarge").first).to_be_focused()


def test_a_film_is_reached_by_its_name_and_plays_only_when_asked(
    shop_pages, little_shop, inspector
):
    product = little_shop[0]
    film(product)
    captions(product, "en.vtt", view_name="en")
    put(Path(settings.MEDIA_ROOT) / "uploads/en.vtt", [b"WEBVTT"])
    page = shop_pages.open("/p/plain-tee/")
    shown = page.locator("video")
    page.get_by_role("link", name="Film", exact=True).press("Enter")
    expect(shown).to_be_in_viewport()
    state = shown.evaluate("v => [v.paused, v.readyState, v.textTracks[0].label]")
    assert state == [True, 0, "English"]
    inspector.look(page)


@pytest.mark.parametrize("views", [1, 2])
def test_the_picture_has_its_place_with_and_without_others(shop_pages, little_shop, views):
    tee = little_shop[0]
    for link in list(tee.media_links.order_by("position"))[views:]:
        link.delete()
    page = shop_pages.open("/p/plain-tee/", width=1440)
    picture = page.get_by_role("region", name="Pictures").get_by_role("img").first
    assert picture.bounding_box()["width"] > 500


def test_five_views_and_three_colors_are_no_long_way_to_the_button(shop_pages, little_shop):
    tee = little_shop[0]
    variant(tee, "ecru", "m")
    for place, view in enumerate(("detail", "fabric", "flatlay"), start=2):
        ProductMedia.objects.create(
            product=tee,
            media=MediaFactory(file=path_of("tee", view, "navy")),
            option_values={"color": "navy"},
            view_name=view,
            position=place,
        )
    page = shop_pages.open("/p/plain-tee/", width=375)
    expect(page.get_by_text("1/5")).to_be_in_viewport()
    page.locator("main").focus()
    stops = 0
    while not page.evaluate("document.activeElement.matches('[data-js=buy-button]')"):
        page.keyboard.press("Tab")
        stops += 1
    assert stops <= MOST_STOPS


def test_the_strip_of_a_phone_moves_by_its_buttons_and_the_page_stays(shop_pages):
    page = shop_pages.open("/p/plain-tee/", width=375)
    expect(page.get_by_text("1/2")).to_be_in_viewport()
    page.get_by_role("link", name="Next view").first.click()
    expect(page.get_by_text("2/2")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_the_bar_of_a_phone_stands_in_for_a_button_above_the_window_only(shop_pages):
    page = shop_pages.open("/p/plain-tee/", width=375)
    bar = page.locator("[data-js=buy-bar]")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(bar).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    expect(bar).to_be_hidden()


def test_the_main_button_says_what_it_will_do(shop_pages, little_shop):
    for row in Stock.objects.filter(
        variant__product=little_shop[0], variant__option_values__size="m"
    ):
        stock.adjust(stock_id=row.pk, quantity_change=-row.on_hand, note="Lost")
    page = shop_pages.open("/p/plain-tee/")
    expect(page.get_by_role("button", name="Choose a size").first).to_be_visible()
    page.get_by_role("radio", name="S", exact=True).check(force=True)
    expect(page.get_by_role("button", name="Add to cart").first).to_be_visible()
    page.get_by_role("radio", name="sold out").check(force=True)
    expect(page.get_by_role("button", name="Add to cart")).to_have_count(0)
    page.get_by_role("button", name="Tell me when it’s back").click()
    expect(page.get_by_role("main").get_by_label("E-mail")).to_be_visible()


def test_the_size_guide_opens_beside_the_sizes_and_finds_one(shop_pages, chart):
    page = shop_pages.open("/p/plain-tee/")
    page.get_by_role("link", name="Size guide").click()
    dialog = page.get_by_role("dialog", name="Size guide")
    inches = dialog.get_by_role("link", name="in", exact=True)
    expect(inches).to_be_visible()
    wired(page)
    inches.click()
    expect(dialog.get_by_role("columnheader", name="Inches").first).to_be_visible()
    wired(page)
    dialog.get_by_label("Usual size elsewhere").select_option("EU 38")
    dialog.get_by_role("button", name="Find my size").click()
    expect(dialog.get_by_text("Take M, which is EU 38.")).to_be_focused()


def test_the_size_guide_needs_no_script(shop_pages, chart):
    page = shop_pages.open("/p/plain-tee/", javascript=False)
    page.get_by_role("link", name="Size guide").first.click()
    page.wait_for_url("**/size-guide/tops/")
    page.get_by_label("Usual size elsewhere").select_option("EU 36")
    page.get_by_role("button", name="Find my size").click()
    expect(page.get_by_text("Take S, which is EU 36.")).to_be_visible()


def test_the_size_somebody_keeps_is_chosen_for_them(
    shop_pages, chart, client, little_shop, settings
):
    ada = User.objects.create_user(email="ada@example.com", password="long enough 1")
    Purchase.objects.create(
        variant=little_shop[1].variants.filter(option_values__size="m").first(),
        user=ada,
        order_number="S-1",
        quantity=1,
        delivered_at=chart.created_at,
    )
    client.force_login(ada)
    page = shop_pages.open("/")
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": shop_pages.url}
    page.context.add_cookies([cookie])
    page.goto("/p/plain-tee/")
    expect(page.get_by_text("You kept M in 1 similar piece: take M.")).to_be_visible()
    expect(page.get_by_role("radio", name="M", exact=True)).to_be_checked()


def test_a_card_buys_from_the_list_over_its_picture(shop_pages):
    page = shop_pages.open("/c/tops/")
    card = page.get_by_role("article").filter(has_text="Plain tee")
    card.get_by_role("link", name="Plain tee", exact=True).focus()
    button = card.get_by_role("button", name="M", exact=True)
    expect(button).to_be_visible()
    wired(page)
    button.click()
    expect(page.get_by_role("dialog", name="Your cart")).to_be_visible()
    variant = CartItem.objects.get().variant
    assert (variant.product.slug, variant.option_values["size"]) == ("plain-tee", "m")


def test_a_card_of_a_phone_buys_from_the_sheet_and_says_when_it_is_gone(shop_pages, little_shop):
    page = shop_pages.open("/c/tops/", width=375)
    page.get_by_role("link", name="Choose a size of Plain tee").click()
    sheet = page.get_by_role("dialog", name="Choose a size")
    button = sheet.get_by_role("button", name="M", exact=True)
    expect(button).to_be_visible()
    wired(page)
    Product.objects.filter(slug="plain-tee").update(inventory_policy="DENY")
    button.click()
    expect(sheet.get_by_role("alert")).to_be_visible()
    assert not CartItem.objects.exists()


def test_a_swatch_changes_its_card_and_where_it_leads(shop_pages):
    page = shop_pages.open("/c/tops/")
    card = page.get_by_role("article").filter(has_text="Plain tee")
    card.get_by_role("link", name="OAT", exact=True).focus()
    expect(card.get_by_role("img", name="Plain tee, OAT")).to_be_visible()
    expect(card.get_by_role("link", name="Plain tee", exact=True)).to_have_attribute(
        "href", "/p/plain-tee/?color=oat"
    )
    expect(card.get_by_role("link", name="OAT", exact=True)).to_be_focused()


@pytest.mark.parametrize("width", [320, 375, 768, 1440])
def test_no_page_of_a_product_scrolls_sideways(shop_pages, chart, width):
    page = shop_pages.open("/p/plain-tee/", width=width)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/size-guide/tops/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_opens_on_a_product_page_is_accessible(shop_pages, chart, inspector):
    page = shop_pages.open("/p/plain-tee/")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    inspector.look(page)
    for link in ("Enlarge", "Size guide"):
        page.get_by_role("link", name=link).first.click()
        expect(page.locator("dialog[open] .c-dialog__body > *").first).to_be_visible()
        inspector.look(page)
        page.keyboard.press("Escape")
    page.goto("/size-guide/tops/?find=1&chest=95")
    inspector.look(page)
    page.goto("/c/tops/")
    page.get_by_role("link", name="Plain tee", exact=True).focus()
    expect(page.get_by_role("button", name="M", exact=True).first).to_be_visible()
    inspector.look(page, widths=())
    page.get_by_role("link", name="Choose a size of Plain tee").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Choose a size")).to_be_visible()
    inspector.look(page, widths=())
