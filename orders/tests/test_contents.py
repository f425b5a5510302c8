"""What pages are told a cart holds: remembered, and never older than the last change."""

import pytest

from orders.carts import cart as carts
from orders.carts import contents
from orders.checkouts import checkout as acts
from orders.models import CartItem, Checkout
from orders.tests.factories import (
    filled_cart,
    member,
    placed_order,
    ready_checkout,
    standard_delivery,
    variant_in_stock,
)

# Not in a transaction: there nothing would be remembered.
pytestmark = pytest.mark.django_db(transaction=True)


def test_contents_are_those_of_the_database():
    shirt, socks = variant_in_stock(price=2990), variant_in_stock()
    checkout = ready_checkout(filled_cart((shirt, 2), (socks, 1)))
    checkout = Checkout.objects.get(pk=checkout.pk)
    for _first_and_again in range(2):
        found = contents.of_cart(checkout.cart)
        assert vars(found.cart)["expires_at"] == checkout.cart.expires_at
        assert [(item.variant, item.quantity) for item in found.items] == [(shirt, 2), (socks, 1)]
        assert found.items[0].variant.product.price == shirt.product.price
        assert found.checkout.shipping_address == checkout.shipping_address
        assert found.checkout.shipping_method == standard_delivery()


def test_contents_cost_no_query_until_something_changes(django_assert_num_queries):
    cart = filled_cart()
    contents.of_cart(cart)
    with django_assert_num_queries(0):
        contents.of_cart(cart)


@pytest.mark.parametrize(
    "change",
    [
        lambda cart: carts.set_quantity(cart=cart, item_id=cart.items.get().pk, quantity=3),
        lambda cart: cart.items.get().delete(),
        lambda cart: CartItem.objects.filter(cart=cart).update(quantity=3),
        lambda cart: acts.begin(cart=cart),
        lambda cart: Checkout.objects.create(cart=cart, email="ada@example.com"),
    ],
)
def test_every_change_shows_at_once(change):
    cart = filled_cart()
    before = contents.of_cart(cart)
    change(cart)
    after = contents.of_cart(cart)
    assert (after.count, after.checkout) != (before.count, before.checkout)


def test_a_new_price_shows_at_once():
    shirt = variant_in_stock(price=2990)
    cart = filled_cart((shirt, 1))
    assert contents.of_cart(cart).items[0].variant.price == 2990
    shirt.price = 1990
    shirt.save()
    assert contents.of_cart(cart).items[0].variant.price == 1990


def test_a_cart_that_became_an_order_holds_nothing():
    cart = placed_order().cart
    assert contents.of_cart(cart) is None


def test_a_cart_given_to_a_member_is_no_longer_found_by_its_token():
    guest, user = filled_cart(), member()
    assert contents.of_token(guest.token) is not None
    carts.merge(guest=guest, user=user)
    assert contents.of_token(guest.token) is None
    assert contents.of_member(user.pk).count == 1


def test_another_tab_that_began_a_moment_ago_is_joined(monkeypatch):
    cart = filled_cart()
    first = acts.begin(cart=cart)
    look = contents.of_cart
    stale = [contents.Contents(cart, None, look(cart).items)]
    monkeypatch.setattr(contents, "of_cart", lambda cart: stale.pop() if stale else look(cart))
    assert acts.begin(cart=cart) == first
    assert Checkout.objects.count() == 1
