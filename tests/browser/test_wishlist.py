"""Hearts, the wishlist, and word about a sold-out size, with script and without."""

import re

import pgtrigger
import pytest
from playwright.sync_api import expect

from catalog.models import Subscription
from inventory.models import Stock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEEP = "Keep Plain tee on the wishlist"


def test_a_heart_fills_stays_filled_and_empties(shop_pages):
    page = shop_pages.open("/c/tops/")
    heart = page.get_by_role("button", name=KEEP)
    expect(heart).to_have_attribute("aria-pressed", "false")
    heart.hover()
    # Both clicks at once: on a busy machine seconds may lie between those of a mouse.
    heart.evaluate("heart => { heart.click(); heart.click(); }")
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("link", name="Wishlist, 1 piece")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="is on your wishlist")).to_be_visible()
    page.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(800)
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("link", name="Wishlist, 0 pieces")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_wish_is_kept_removed_and_put_back(shop_pages, javascript):
    page = shop_pages.open("/p/plain-tee/", javascript=javascript)
    page.get_by_role("radio", name="M", exact=True).check(force=True)
    page.get_by_role("button", name="Keep on the wishlist").click()
    if javascript:
        page.get_by_role("link", name="Wishlist", exact=True).last.click()
    page.wait_for_url("**/wishlist/")
    expect(page.get_by_role("button", name="Add to cart Plain tee")).to_be_visible()
    page.get_by_role("button", name="Remove Plain tee").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Add to cart Plain tee").click()
    expect(page.get_by_text("Plain tee is in your cart.")).to_be_visible()
    expect(page.get_by_role("heading", name="Plain tee")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_choosing_a_sold_out_size_offers_word(shop_pages, little_shop, javascript):
    sold_out = little_shop[0].variants.filter(option_values__size="s")
    with pgtrigger.ignore():
        Stock.objects.filter(variant__in=sold_out).update(on_hand=0)
    page = shop_pages.open("/p/plain-tee/", javascript=javascript)
    tell = page.get_by_role("button", name="Tell me when it’s back")
    expect(tell).to_be_hidden()
    page.get_by_role("radio", name=re.compile("^S ?, sold out")).check(force=True)
    expect(page.get_by_role("button", name="Add to cart").first).to_be_hidden()
    tell.click()
    page.get_by_role("main").get_by_label("E-mail").fill("ada@example.com")
    page.locator("#tell-me").get_by_role("button", name="Tell me when it’s back").click()
    expect(page.get_by_text("We write to ada@example.com once").first).to_be_visible()
    assert Subscription.objects.get().variant.option_values["size"] == "s"


def test_a_guest_asks_for_word_of_a_lower_price(shop_pages):
    page = shop_pages.open("/p/plain-tee/")
    ask = page.get_by_role("button", name="Tell me when it gets cheaper")
    page.get_by_role("radio", name="M", exact=True).check(force=True)
    ask.first.click()
    form = page.locator("#tell-me")
    form.get_by_label("E-mail").fill("ada")
    form.get_by_role("button", name="Tell me when it gets cheaper").click()
    expect(form.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("E-mail").fill("ada@example.com")
    form.get_by_role("button", name="Tell me when it gets cheaper").click()
    expect(page.get_by_text("ada@example.com").first).to_be_visible()
    wish = Subscription.objects.get()
    assert (wish.kind, wish.variant.option_values["size"]) == ("PRICE_DROP", "m")


def test_what_was_looked_at_comes_back_until_cleared(shop_pages):
    page = shop_pages.open("/p/plain-tee/")
    page.wait_for_load_state("networkidle")
    page.goto("/p/work-tee/")
    row = page.get_by_role("region", name="Recently viewed")
    expect(row.get_by_role("link", name="Plain tee", exact=True)).to_be_visible()
    row.get_by_role("button", name="Clear").click()
    expect(row).to_have_count(0)
    page.goto("/cart/")
    page.wait_for_load_state("networkidle")
    expect(row).to_have_count(0)
