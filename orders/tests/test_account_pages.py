"""The account's pages about orders: what they cost, and where one stands."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.tests.factories import member, paid_order, variant_in_stock

pytestmark = pytest.mark.django_db

OVERVIEW = reverse("accounts:overview")
#: Of an overview with an order, beside what every page of the shop asks in a test.
MOST_QUERIES = 22


def statements(client, path):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.fixture
def ada(client):
    user = member(first_name="Ada")
    client.force_login(user)
    return user


def test_the_overview_costs_the_same_for_one_order_and_for_many(client, ada):
    paid_order(user=ada)
    client.get(OVERVIEW)
    one = statements(client, OVERVIEW)
    for _each in range(2):
        paid_order((variant_in_stock(), 1), (variant_in_stock(), 2), user=ada)
    assert statements(client, OVERVIEW) == one <= MOST_QUERIES


def test_an_order_costs_the_same_whatever_it_holds(client, ada):
    small = paid_order(user=ada)
    large = paid_order((variant_in_stock(), 1), (variant_in_stock(), 2), user=ada)
    pages = [reverse("orders:account_order", args=[order.number]) for order in (small, large)]
    client.get(pages[0])
    assert statements(client, pages[0]) == statements(client, pages[1])


def test_the_overview_shows_the_newest_order_and_a_way_to_all(client, ada):
    paid_order(user=ada)
    newest = paid_order(user=ada)
    text = client.get(OVERVIEW).content.decode()
    assert f"Order {newest.number}" in text
    assert "Hello, Ada" in text
    assert reverse("orders:account_orders") in text


def test_the_navigation_marks_where_one_is_and_what_lies_above(client, ada):
    order = paid_order(user=ada)
    orders = reverse("orders:account_orders")
    mark = f'href="{orders}" aria-current="%s"'
    assert mark % "page" in client.get(orders).content.decode()
    below = client.get(reverse("orders:account_order", args=[order.number])).content.decode()
    assert mark % "true" in below
    assert below.count("aria-current") == 1 + below.count('aria-current="step"')


def test_who_is_not_signed_in_sees_their_wishlist_without_the_account(client):
    page = client.get(reverse("catalog:wishlist")).content.decode()
    assert "p-account__nav" not in page
    assert "<h1>Your wishlist</h1>" in page
