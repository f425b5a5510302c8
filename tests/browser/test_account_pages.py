"""The pages of the account: for everybody, at any width, in the dark, and without script."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from catalog.models import Subscription
from catalog.wishes import subscriptions
from orders.tests.factories import ADDRESS, paid_order
from payments.tests.test_saved_cards import kept
from shop.accounts.address_book import book
from shop.accounts.models import NotificationPreference, User
from shop.accounts.preferences.links import stop_path
from tests.back_office import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Overview and orders are looked at in ``test_orders_accessibility.py``.
PAGES = (
    "accounts:profile",
    "accounts:addresses",
    "accounts:notifications",
    "orders:account_returns",
    "payments:account_cards",
    "payments:account_credit",
    "catalog:wishlist",
    "catalog:my_subscriptions",
    "catalog:my_reviews",
)


@pytest.fixture
def mara():
    return User.objects.create_user("mara@example.com", first_name="Mara")


def enter(shop_pages, user, path, **how):
    page = shop_pages.open("/track/", **how)
    cookie = signed_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": shop_pages.url}])
    page.goto(path)
    return page


def furnish(user):
    """Something to see on most of the pages; the wishlist and the returns stay empty."""
    order = paid_order(user=user)
    kept(user, is_default=True)
    book.add(user_id=user.pk, parts=ADDRESS, label="Home")
    subscriptions.subscribe(
        kind=Subscription.Kind.BACK_IN_STOCK,
        variant=order.items.first().variant,
        email=user.email,
        language="en",
        user=user,
    )


def test_every_page_of_the_account_is_accessible_at_any_width(shop_pages, inspector, mara):
    furnish(mara)
    page = enter(shop_pages, mara, "/account/", width=375)
    link = stop_path(mara.pk, NotificationPreference.Kind.PRICE_DROP)
    for path in (*map(reverse, PAGES), link):
        page.goto(path)
        inspector.look(page, widths=(320, 1024), dark_width=1440)
    page.goto(reverse("accounts:addresses"))
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    inspector.look(page, widths=(320,), dark_width=1440)
    page.goto(reverse("accounts:address_add"))
    page.get_by_role("button", name="Save address").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look(page, widths=(320,), dark_width=1440)


def test_addresses_and_choices_are_kept_without_script(shop_pages, mara):
    page = enter(shop_pages, mara, reverse("accounts:address_add"), javascript=False)
    page.get_by_label("Full name").fill("Mara Lind")
    page.get_by_label("Street and number").fill("Lindenstr. 4")
    page.get_by_label("Postcode").fill("10969")
    page.get_by_label("Town").fill("Berlin")
    page.get_by_role("button", name="Save address").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Lindenstr. 4")).to_be_visible()
    page.get_by_role("navigation", name="Account").get_by_text("Notifications").click()
    page.get_by_label("Price drops: E-mail").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Price drops: E-mail")).not_to_be_checked()
    expect(page.get_by_label("Back in stock: E-mail")).to_be_checked()


def test_on_a_phone_the_heading_comes_before_the_list_of_places(shop_pages, mara):
    page = enter(shop_pages, mara, "/account/", width=375)
    heading = page.get_by_role("heading", level=1).bounding_box()
    places = page.get_by_role("navigation", name="Account").bounding_box()
    assert heading["y"] + heading["height"] <= places["y"]
    assert "Hello" in page.locator(".p-account > *").first.inner_text()
