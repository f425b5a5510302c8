"""The newsletter at the foot of a page, with the keyboard."""

import pytest
from playwright.sync_api import expect

from shop.accounts.models import NewsletterSubscription
from tests.browser.pages import wired

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_refused_sign_up_keeps_the_place_and_a_good_one_says_thanks(shop_pages):
    page = shop_pages.open("/cart/")
    field = page.get_by_label("E-mail")
    field.fill("ada@")
    field.press("Enter")
    expect(page.get_by_text("Enter an e-mail address such as name@example.com")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("ada@")
    wired(page)
    field.press("End")
    page.keyboard.type("example.com")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    thanks = page.get_by_role("status").filter(has_text="Please look into your mailbox")
    expect(thanks).to_be_focused()
    assert page.url.endswith("/cart/")
    assert NewsletterSubscription.objects.get().place == "FOOTER"
