"""What a browser looked at lately, and forgets when told to."""

import pytest
from django.urls import reverse

from catalog.tests.factories import ProductFactory
from catalog.wishes import recently_viewed as recent

pytestmark = pytest.mark.django_db

URL = "/recently-viewed/"


def look_at(client, *products):
    for product in products:
        response = client.get(URL, {"seen": product.pk})
    return response


def titles(response):
    return [card.title for card in response.context["cards"]]


def test_the_row_has_the_latest_first_without_the_one_on_the_page(client):
    tee, coat, socks = (ProductFactory(title=title) for title in ("Tee", "Coat", "Socks"))
    response = look_at(client, tee, coat, socks)
    assert titles(response) == ["Coat", "Tee"]
    assert titles(client.get(URL)) == ["Socks", "Coat", "Tee"]
    assert response["Cache-Control"] == "private, no-store"


def test_a_piece_seen_again_is_in_the_row_once(client):
    tee, coat = ProductFactory(), ProductFactory()
    look_at(client, tee, coat, tee)
    assert titles(client.get(URL)) == [tee.title, coat.title]


def test_the_cookie_holds_twelve_in_few_characters_out_of_reach_of_scripts(client):
    products = [ProductFactory(sizes=("m",)) for _ in range(14)]
    cookie = look_at(client, *products).cookies[recent.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value.split(".")) == 12
    assert len(cookie.value) < 300


def test_what_left_the_shop_is_skipped_and_forgotten(client):
    tee, coat = ProductFactory(), ProductFactory()
    look_at(client, tee, coat)
    tee.status = "ARCHIVED"
    tee.save()
    response = client.get(URL)
    assert titles(response) == [coat.title]
    assert "." not in response.cookies[recent.COOKIE].value


def test_clear_forgets_all(client):
    look_at(client, ProductFactory())
    assert client.post(reverse("catalog:forget_viewed")).status_code == 303
    assert titles(client.get(URL)) == []


def test_a_first_visit_costs_no_query_and_shows_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(URL, headers={"HX-Request": "true"})
    assert not response.content.strip()


def test_a_browser_without_script_has_them_as_a_page(client):
    assert "Nothing looked at yet" in client.get(URL).content.decode()
    tee = ProductFactory(title="Tee")
    page = look_at(client, tee).content.decode()
    assert "<h1>Recently viewed</h1>" in page
    assert ">Tee</a>" in client.get(URL).content.decode()


@pytest.mark.parametrize("value", ["x", "....", "%%%", "\x7f" * 500, "A" * 22, "é.ü"])
def test_a_cookie_of_a_strangers_making_shows_nothing(client, value):
    client.cookies[recent.COOKIE] = value
    response = client.get(URL, {"seen": value})
    assert response.status_code == 200
    assert titles(response) == []


@pytest.mark.django_db(transaction=True)
def test_the_row_costs_few_queries(client, django_assert_max_num_queries):
    products = [ProductFactory() for _ in range(6)]
    look_at(client, *products)
    with django_assert_max_num_queries(3):
        look_at(client, products[0])


@pytest.mark.parametrize("url", ["/cart/", "/no-such-page/", "/search/?q=xyzzy"])
def test_pages_that_lead_nowhere_have_a_place_for_the_row(client, url):
    assert f'hx-get="{URL}"' in client.get(url).content.decode()


def test_the_product_page_tells_the_row_what_is_looked_at(client):
    product = ProductFactory()
    text = client.get(product.get_absolute_url()).content.decode()
    assert f'hx-get="{URL}?seen={product.pk}"' in text
