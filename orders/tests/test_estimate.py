"""What the cart says before checkout: delivery, what changed, what goes with it."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django_redis import get_redis_connection

from catalog.tests.factories import CategoryFactory, ProductFactory
from inventory import stock
from orders.carts import cart as carts
from orders.models import ShippingMethod, TaxRate
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    member,
    standard_delivery,
    variant_in_stock,
    zone,
)

pytestmark = pytest.mark.django_db
CART = "/cart/"


def browser(cart):
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    return client


def way(code, country, price):
    return ShippingMethod.objects.create(
        code=code,
        name=code,
        zone=zone(country),
        currency="EUR",
        price=price,
        min_days=2,
        max_days=4,
    )


def test_country_and_way_are_chosen_in_the_cart_and_kept(settings):
    settings.SHOP_COUNTRY = "DE"
    standard_delivery()
    way("boat", "FR", 990)
    way("plane", "FR", 1990)
    TaxRate.objects.create(name="VAT", country="FR", tax_class="STANDARD", rate_basis_points=2000)
    cart = filled_cart((variant_in_stock(price=6000), 1))
    client = browser(cart)
    assert client.get(CART).context["summary"].total == 6490
    client.post("/cart/delivery/", {"country": "FR", "method": "standard"})
    page = client.get(CART)
    assert (page.context["summary"].total, page.context["summary"].vat) == (6990, 1000 + 165)
    client.post("/cart/delivery/", {"country": "FR", "method": "plane"})
    page = client.get(CART)
    assert page.context["summary"].total == 7990
    assert "Delivery to France" in page.content.decode()


def test_checkout_begins_with_what_the_cart_said(settings):
    settings.SHOP_COUNTRY = "DE"
    standard_delivery()
    way("boat", "FR", 990)
    way("plane", "FR", 1990)
    client = browser(filled_cart())
    for method in ("", "plane"):
        client.post("/cart/delivery/", {"country": "FR", "method": method})
    client.post("/cart/checkout/")
    assert client.get("/checkout/").context["forms"].address.initial["country"] == "FR"
    address = ADDRESS | {"country": "FR", "postal_code": "75001", "city": "Paris"}
    client.post("/checkout/", address | {"email": "ada@example.com", "billing_same": "on"})
    choices = client.get("/checkout/delivery/").context["choices"]
    assert [row.value for row in choices if row.selected] == ["plane"]


@pytest.mark.parametrize("fields", [{}, {"country": "XX"}, {"country": "\0", "method": "\0"}])
def test_delivery_that_is_not_offered_changes_nothing(fields):
    standard_delivery()
    cart = filled_cart((variant_in_stock(price=6000), 1))
    client = browser(cart)
    assert client.post("/cart/delivery/", fields).status_code == 303
    cart.refresh_from_db()
    assert (cart.country, cart.shipping_method) == ("", None)


def test_changes_are_named_line_by_line_at_the_top():
    shirt, coat, socks = (variant_in_stock(price=5000) for _ in range(3))
    cart = filled_cart((shirt, 1), (coat, 5), (socks, 1))
    shirt.price = 5500
    shirt.save()
    stock.adjust(stock_id=coat.stocks.get().pk, quantity_change=-8, note="Moths")
    page = browser(cart).get(CART)
    notes = [(line.title, line.note) for line in page.context["changes"]]
    assert [title for title, _note in notes] == [shirt.product.title, coat.product.title]
    assert "55" in notes[0][1]
    assert "Only 2 left" in notes[1][1]
    assert f'href="#item-{cart.items.first().pk}"' in page.content.decode()


def test_checkout_is_offered_at_the_top_of_a_long_cart():
    few, many = (filled_cart(*[(variant_in_stock(), 1) for _ in range(n)]) for n in (3, 4))
    assert "p-cart__go--early" not in browser(few).get(CART).content.decode()
    assert "p-cart__go--early" in browser(many).get(CART).content.decode()


def test_additions_are_other_pieces_and_at_most_four():
    category = CategoryFactory()
    products = [ProductFactory(category=category, stock=5) for _ in range(6)]
    cart = filled_cart((products[0].variants.first(), 1))
    cards = browser(cart).get("/cart/additions/").context["cards"]
    assert 0 < len(cards) <= 4
    assert products[0].pk not in {card.product_id for card in cards}


def test_without_a_cart_nothing_goes_with_it(client):
    answer = client.get("/cart/additions/")
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_piece_moved_to_the_wishlist_can_be_put_back():
    cart = filled_cart()
    item = cart.items.get()
    client = browser(cart)
    page = client.post(f"/cart/items/{item.pk}/keep/", follow=True)
    assert f"/cart/restore/{item.variant_id}/1/" in page.content.decode()


def test_merge_at_sign_in_says_what_came_in():
    user, shirt = member(password="right-horse"), variant_in_stock()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    filled_cart(user=user)
    client = browser(filled_cart((shirt, 1)))
    data = {"login": user.email, "password": "right-horse"}
    client.post("/account/login/", data)
    assert f"From this visit came: {shirt.product.title}" in client.get(CART).content.decode()


@pytest.mark.django_db(transaction=True)
def test_count_is_right_again_after_redis_lost_everything():
    cart = filled_cart((variant_in_stock(), 2))
    client = browser(cart)
    request = client.get(CART).wsgi_request
    assert carts.summary(request).count == 2
    get_redis_connection("default").flushdb()
    carts.add(cart=cart, variant=variant_in_stock())
    get_redis_connection("default").flushdb()
    assert carts.summary(client.get(CART).wsgi_request).count == 3
