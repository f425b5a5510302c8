"""Codes on the pages of cart, checkout and order."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.carts import cart as carts
from orders.models import Order
from orders.tests.factories import filled_cart, member, placed_order, standard_delivery
from orders.tests.factories import variant_in_stock as in_stock
from orders.tests.offers import coupon, promotion, with_codes

pytestmark = pytest.mark.django_db
ADD, REMOVE = "/cart/code/", "/cart/code/remove/"
FRAGMENT = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "cart"}


@pytest.fixture(autouse=True)
def _no_limits():
    cache.clear()


@pytest.fixture
def shopper(client):
    """A browser with a cart of one garment for 49.90."""
    standard_delivery()
    client.cart = filled_cart()
    client.cookies[carts.COOKIE] = client.cart.token
    return client


def text(response):
    return response.content.decode()


def codes_of(shopper):
    shopper.cart.refresh_from_db()
    return shopper.cart.coupon_codes


def test_cart_offers_a_closed_place_for_a_code(shopper):
    page = text(shopper.get("/cart/"))
    assert "Have a code?" in page
    assert '<details class="c-disclosure c-disclosure--plain">' in page.replace(" open", "OPEN")


def test_code_is_taken_and_shown_with_what_it_takes_off(shopper):
    coupon()
    page = text(shopper.post(ADD, {"code": "welcome10"}, follow=True))
    assert "Code WELCOME10" in page
    assert "-€4.99" in page
    assert codes_of(shopper) == ["WELCOME10"]


def test_htmx_gets_the_cart_alone(shopper):
    coupon()
    page = text(shopper.post(ADD, {"code": "WELCOME10"}, **FRAGMENT))
    assert page.strip().startswith('<div id="cart"')
    assert "Code WELCOME10" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"minimum_order": 6000}, "€10.10 more in the cart and it counts."),
        ({"is_active": False}, "It has expired."),
        ({"usage_limit": 0}, "It has been used as often as it may."),
        ({"code": "OTHER"}, "We do not know this code."),
    ],
)
@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "htmx"])
def test_refused_code_says_why_and_what_was_typed_stays(shopper, fields, words, headers):
    coupon(**{"code": "WELCOME10"} | fields)
    response = shopper.post(ADD, {"code": " welcome10 "}, **headers)
    page = text(response)
    assert response.status_code == 422
    assert words in page
    assert 'value="welcome10"' in page
    assert 'aria-invalid="true" aria-describedby="id_code_error"' in page
    assert codes_of(shopper) == []


@pytest.mark.parametrize("typed", ["", "  "])
@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "htmx"])
def test_empty_code_says_what_to_do(shopper, typed, headers):
    response = shopper.post(ADD, {"code": typed}, **headers)
    assert response.status_code == 422
    assert "Enter the code." in text(response)
    assert "We do not know this code." not in text(response)


def test_address_of_a_form_opened_as_a_page_is_a_page(shopper):
    response = shopper.get(ADD)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "This address only takes forms" in text(response)
    assert 'href="/cart/"' in text(response)
    assert "no-store" in response["Cache-Control"]


def test_htmx_and_programs_get_no_page_for_it(shopper):
    assert text(shopper.get(ADD, **FRAGMENT)) == ""
    assert text(shopper.get(ADD, HTTP_ACCEPT="application/json")) == ""


def test_code_not_for_reduced_goods_says_so(shopper):
    variant = shopper.cart.items.get().variant
    variant.price = 3000
    variant.save()
    coupon(skips_sale_items=True)
    assert "It is not for reduced items." in text(shopper.post(ADD, {"code": "WELCOME10"}))


def test_code_that_stands_alone_names_the_other(shopper):
    coupon("ONE")
    coupon("TWO")
    with_codes(shopper.cart, "ONE")
    page = text(shopper.post(ADD, {"code": "two"}))
    assert "It does not go together with ONE." in page


def test_code_is_removed(shopper):
    coupon()
    with_codes(shopper.cart, "WELCOME10")
    page = text(shopper.post(REMOVE, {"code": "WELCOME10"}, follow=True))
    assert "Code WELCOME10" not in page
    assert codes_of(shopper) == []


def test_guessing_codes_ends_in_a_pause(shopper):
    answers = [shopper.post(ADD, {"code": f"GUESS{n}"}).status_code for n in range(21)]
    assert answers == [422] * 20 + [429]


@pytest.mark.parametrize("typed", ["\0", "<b>", "x" * 5000, ""])
def test_strange_codes_are_answered_calmly(shopper, typed):
    response = shopper.post(ADD, {"code": typed})
    assert response.status_code == 422
    assert "<b>" not in text(response)


def test_without_a_cart_there_is_nothing_to_take_off(client):
    assert client.post(ADD, {"code": "WELCOME10"}).status_code == 303
    assert client.post(REMOVE, {"code": "WELCOME10"}).status_code == 303


def test_code_that_lapsed_meanwhile_is_named_in_the_cart(shopper):
    given = coupon()
    with_codes(shopper.cart, "WELCOME10")
    given.is_active = False
    given.save()
    page = text(shopper.get("/cart/"))
    assert "It has expired." in page
    assert "€54.80" in page


def test_cart_says_why_it_costs_what_it_costs(shopper):
    promotion(name="Autumn", value=1000)
    page = text(shopper.get("/cart/"))
    for words in ("Why this price?", "1 × €49.90", "Autumn", "-€4.99", "19 % tax within"):
        assert words in page


def test_promotion_counts_towards_free_delivery(client):
    standard_delivery()
    cart = filled_cart((in_stock(price=8500), 1))
    client.cookies[carts.COOKIE] = cart.token
    assert "Delivery is free" in text(client.get("/cart/"))
    promotion(value=1000)
    assert "€3.50 more and delivery is free" in text(client.get("/cart/"))


def test_order_page_shows_the_discount_and_why(client):
    promotion(name="Autumn", value=1000)
    order = placed_order(user=(ada := member()))
    client.force_login(ada)
    page = text(client.get(order.get_absolute_url(), follow=True))
    assert Order.objects.get().discount == 499
    assert "Autumn" in page
    assert "Why this price?" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 4])
def test_cart_page_costs_no_query_more_for_promotions(shopper, count, django_assert_num_queries):
    for _ in range(count - 1):
        carts.add(cart=shopper.cart, variant=in_stock(), quantity=1)
    shopper.get("/cart/")
    with CaptureQueriesContext(connection) as without:
        shopper.get("/cart/")
    count_without = len(without)
    promotion(value=1000)
    shopper.get("/cart/")
    with django_assert_num_queries(count_without):
        assert "Promotion" in text(shopper.get("/cart/"))
