"""The cart's pages: what shoppers are told, and what they never lose."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import OptionValue
from catalog.tests.factories import ProductFactory
from inventory import stock
from inventory.models import Stock
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.models import Cart, CartItem, Order
from orders.tests.factories import filled_cart, placed_order, standard_delivery, variant_in_stock

pytestmark = pytest.mark.django_db

CART = "/cart/"
#: What the cart holds and what is offered: all remembered.
CART_QUERIES = 0


@pytest.fixture
def product():
    return ProductFactory(slug="plain-tee", title="Plain tee", sizes=("s", "m"), stock=10)


def visitor(cart):
    """A browser that holds the cart."""
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    return client


def add(client, headers=None, **fields):
    data = {"product": "plain-tee", "color": "navy", "size": "m", **fields}
    return client.post(reverse("orders:cart_add"), data, headers=headers)


def fragment(target):
    return {"HX-Request": "true", "HX-Target": target}


def change(client, item, *, follow=False, **fields):
    url = reverse("orders:cart_update", args=[item.pk])
    return client.post(url, fields, follow=follow)


def test_add_to_cart_leads_to_the_cart_that_shows_it(client, product):
    response = add(client)
    assert (response.status_code, response["Cache-Control"]) == (303, "private, no-store")
    page = client.get(response["Location"])
    assert "Plain tee" in page.content.decode()
    assert page.context["summary"].count == 1


def test_add_by_htmx_fills_the_drawer_and_the_count(client, product):
    text = add(client, fragment("cart-drawer-body")).content.decode()
    assert "data-opens" in text
    assert 'id="cart-count" hx-swap-oob="true"' in text
    assert "<html" not in text


@pytest.mark.parametrize("slug", ["no-such-tee", "", "\0", "plain-tee\0s", "x" * 5000])
def test_an_unknown_product_is_not_found(client, product, slug):
    assert add(client, product=slug).status_code == 404
    assert not Cart.objects.exists()


def test_a_missing_size_is_asked_for(client, product):
    response = add(client, size="")
    assert response.status_code == 422
    assert "Choose a size" in response.content.decode()
    assert not Cart.objects.exists()


def test_more_than_the_shelf_holds_is_refused_with_the_number(client, product):
    shelf = Stock.objects.get(variant__sku="PLAIN-TEE-NAVY-M")
    stock.adjust(stock_id=shelf.pk, quantity_change=-8, note="Lost")
    response = add(client, quantity="3")
    assert response.status_code == 409
    assert "Only 2 of Plain tee are left" in response.content.decode()
    assert not CartItem.objects.exists()


@pytest.mark.parametrize("typed", ["", "0", "-3", "1e9", "９", "99999999999", "1.5", "\0"])
def test_a_quantity_that_is_no_count_adds_nothing(client, product, typed):
    response = add(client, quantity=typed)
    assert response.status_code == 422
    assert "Type the quantity as a number" in response.content.decode()
    assert not Cart.objects.exists()


@pytest.mark.parametrize("typed", ["", "-3", "1e9", "９", "99999999999", "<b>", "1.5", "\0"])
def test_a_quantity_that_is_no_count_changes_nothing(typed):
    cart = filled_cart((variant_in_stock(), 2))
    response = change(visitor(cart), cart.items.get(), quantity=typed)
    assert response.status_code == 422
    assert "Type the quantity as a number" in response.content.decode()
    assert cart.items.get().quantity == 2


def test_too_many_of_one_thing_say_the_limit():
    cart = filled_cart((variant_in_stock(units=99), 2))
    response = change(visitor(cart), cart.items.get(), quantity="11")
    assert response.status_code == 409
    assert "at most 10 of the same piece" in response.content.decode()
    assert cart.items.get().quantity == 2


def test_plus_and_minus_step_by_one_and_what_was_typed_goes_first():
    cart = filled_cart((variant_in_stock(), 2))
    client, item = visitor(cart), cart.items.get()
    change(client, item, quantity="2", change="1")
    assert cart.items.get().quantity == 3
    change(client, item, quantity="5", change="-1")
    assert cart.items.get().quantity == 5


def test_a_strangers_line_is_none_of_the_cart():
    mine, theirs = filled_cart(), filled_cart()
    client, item = visitor(mine), theirs.items.get()
    for key in (item.pk, uuid4()):
        for act in ("update", "remove", "save", "keep"):
            url = reverse(f"orders:cart_{act}", args=[key])
            assert client.post(url, {"quantity": "3"})["Location"] == "/cart/"
    assert theirs.items.get().quantity == 1
    assert mine.items.get().quantity == 1


@pytest.mark.parametrize("act", ["remove", "save", "keep"])
def test_second_click_on_a_line_that_is_gone_shows_the_cart(act):
    cart = filled_cart((variant_in_stock(), 2))
    client, item = visitor(cart), cart.items.get()
    url = reverse(f"orders:cart_{act}", args=[item.pk])
    client.post(url)
    assert client.post(url, follow=True).status_code == 200
    page = change(client, item, quantity="3", follow=True)
    assert "no longer in your cart" in page.content.decode()
    assert not cart.items.exists()


def test_a_removed_line_can_be_put_back():
    cart = filled_cart((variant_in_stock(), 2))
    client = visitor(cart)
    response = client.post(reverse("orders:cart_remove", args=[cart.items.get().pk]))
    page = client.get(response["Location"])
    removed = page.context["removed"]
    assert not cart.items.exists()
    client.post(reverse("orders:cart_restore", args=[removed.variant.pk, removed.quantity]))
    assert cart.items.get().quantity == 2


def test_what_changed_since_it_was_added_is_said_at_its_line():
    variant = variant_in_stock(price=2990)
    cart = filled_cart((variant, 1))
    variant.price = 3490
    variant.save()
    text = visitor(cart).get(CART).content.decode()
    assert "Something changed since you added it" in text
    assert "The price changed from €29.90 to €34.90 each." in text


def test_the_way_to_free_delivery_is_shown():
    standard_delivery()
    cart = filled_cart((variant_in_stock(price=5000), 1))
    client = visitor(cart)
    assert "€30.00 more and delivery is free" in client.get(CART).content.decode()
    change(client, cart.items.get(), quantity="2")
    assert "Delivery is free" in client.get(CART).content.decode()


def test_the_cart_reckons_delivery_so_that_the_total_does_not_grow_later():
    standard_delivery()
    cart = filled_cart((variant_in_stock(price=5000), 1))
    assert visitor(cart).get(CART).context["summary"].total == 5490


def test_checkout_of_what_is_sold_out_says_so_and_keeps_the_cart():
    variant = variant_in_stock(units=1)
    cart = filled_cart((variant, 1))
    acts.begin(cart=filled_cart((variant, 1)))
    response = visitor(cart).post(reverse("orders:cart_checkout"))
    assert response.status_code == 409
    assert "sold out" in response.content.decode()
    assert cart.items.count() == 1


def test_an_unpaid_order_can_be_paid_or_turned_back_into_a_cart():
    order = placed_order()
    client = visitor(order.cart)
    assert order.number in client.get(CART).content.decode()
    client.post(reverse("orders:cart_reopen"))
    assert Order.objects.get().status == "CANCELED"
    assert len(client.get(CART).context["items"]) == 1


def test_another_sites_form_is_refused(product):
    client = Client(enforce_csrf_checks=True)
    response = add(client)
    assert response.status_code == 403
    assert "no-store" in response["Cache-Control"]
    assert not Cart.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 5])
def test_the_cart_costs_the_same_queries_however_full(count, django_assert_num_queries):
    standard_delivery()
    cart = filled_cart(*[(variant_in_stock(), 1) for _ in range(count)])
    client = visitor(cart)
    client.get(CART)
    with django_assert_num_queries(CART_QUERIES):
        response = client.get(CART)
    assert response["Cache-Control"] == "private, no-store"
    assert len(response.context["lines"]) == count


def test_last_units_held_for_the_shopper_stay_typeable():
    cart = filled_cart((variant_in_stock(units=3), 3))
    acts.begin(cart=cart)
    page = visitor(cart).get(CART).content.decode()
    assert 'value="3" min="0" max="3"' in page
    # With the space, as keys and tokens of a page hold whatever letters.
    assert " left" not in page


@pytest.mark.django_db(transaction=True)
def test_new_name_of_a_color_is_in_the_cart_at_once(product):
    color, _ = OptionValue.objects.get_or_create(option="color", slug="navy")
    client = Client()
    add(client, color="navy")
    client.get(CART)
    color.name = "Midnight"
    color.save()
    assert "Midnight" in client.get(CART).content.decode()
