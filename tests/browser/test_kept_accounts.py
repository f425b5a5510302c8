"""A PayPal account that is kept without buying: the way there and back, in a real browser."""

import pytest
from playwright.sync_api import expect

from payments.tests.doubles.paypal import paypal_in_use
from shop.accounts.models import User
from tests.back_office import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def double(settings, live_server):
    settings.SHOP_URL = live_server.url
    with paypal_in_use(settings) as double:
        yield double


def enter(shop_pages, **how):
    user = User.objects.create_user("mara@example.com", first_name="Mara")
    page = shop_pages.open("/track/", **how)
    cookie = signed_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": shop_pages.url}])
    page.goto("/account/payment-methods/")
    return page


@pytest.mark.parametrize(("width", "javascript"), [(375, True), (1440, False)])
def test_an_account_is_kept_once_its_owner_agrees(double, shop_pages, inspector, width, javascript):
    page = enter(shop_pages, width=width, javascript=javascript)
    page.get_by_role("button", name="Add a PayPal account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm what you keep")
    if javascript:
        inspector.look(page, widths=(320, 1024), dark_width=1440)
    page.get_by_role("link", name="Go on and confirm").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("You did not agree")).to_be_visible()
    if javascript:
        inspector.look(page, widths=(320, 1024), dark_width=1440)
    page.get_by_role("button", name="Do not keep it").click()
    expect(page.get_by_text("Nothing is kept")).to_be_visible()
    page.get_by_role("button", name="Add a PayPal account").click()
    page.get_by_role("link", name="Go on and confirm").click()
    page.get_by_role("link", name="Agree").click()
    expect(page.get_by_role("heading", name="PayPal", exact=True)).to_be_visible()
    if javascript:
        inspector.look(page, widths=(320, 1024), dark_width=1440)
    assert len(double.vault) == 1
