"""Links to the lines of a cart."""

import pytest
from django.test import Client

from inventory import stock
from orders.carts import cart as carts
from orders.carts import filling, sharing
from orders.errors import BadLink
from orders.models import Cart, CartItem
from orders.tests.factories import filled_cart, member, variant_in_stock

pytestmark = pytest.mark.django_db


def lines(cart):
    return dict(CartItem.objects.filter(cart=cart).values_list("variant", "quantity"))


def token_of(cart):
    return sharing.path_of(carts.items_of(cart)).rsplit("/", 2)[1]


def test_link_brings_the_same_lines_to_a_new_cart_by_a_button():
    shirt, coat = variant_in_stock(), variant_in_stock()
    cart = filled_cart((shirt, 2), (coat, 1))
    client = Client()
    path = sharing.path_of(carts.items_of(cart))
    page = client.get(path)
    assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex")
    assert Cart.objects.count() == 1  # looking writes nothing
    client.post(path)
    opened = Cart.objects.exclude(pk=cart.pk).get()
    assert lines(opened) == lines(cart)
    assert client.cookies[carts.COOKIE].value == opened.token


def test_link_adds_to_what_is_there_and_no_more_than_can_be_sold():
    shirt, coat, socks = (variant_in_stock(units=5) for _ in range(3))
    path = sharing.path_of(carts.items_of(filled_cart((shirt, 5), (coat, 1))))
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=-2, note="Moths")
    user = member()
    mine = filled_cart((shirt, 2), (socks, 1), user=user)
    client = Client()
    client.force_login(user)
    page = client.post(path, follow=True)
    assert lines(mine) == {shirt.pk: 3, coat.pk: 1, socks.pk: 1}
    assert "Only 3 of 5" in page.content.decode()
    assert "The pieces of the link are in your cart." in page.content.decode()


def test_link_used_twice_or_in_the_cart_it_came_from_adds_nothing():
    cart = filled_cart((variant_in_stock(units=3), 2), (variant_in_stock(), 1), user=member())
    before = lines(cart)
    client = Client()
    client.force_login(cart.user)
    for _time in range(2):
        page = client.post(sharing.path_of(carts.items_of(cart)), follow=True)
        assert lines(cart) == before
        assert "are in your cart" in page.content.decode()
        assert "Only" not in page.content.decode()


def test_link_reads_the_prices_of_today():
    shirt = variant_in_stock(price=4990)
    path = sharing.path_of(carts.items_of(filled_cart((shirt, 1))))
    shirt.price = 3990
    shirt.save()
    client = Client()
    client.post(path)
    assert CartItem.objects.get(unit_price=3990).variant == shirt


def test_link_names_nobody_and_ends_with_no_change_of_its_cart():
    cart = filled_cart((variant_in_stock(), 2), user=member())
    token = token_of(cart)
    assert str(cart.pk) not in token
    assert cart.token not in token
    before = sharing.quantities_of(token)
    carts.set_quantity(cart=cart, item_id=cart.items.get().pk, quantity=5)
    assert sharing.quantities_of(token) == before


@pytest.mark.parametrize("broken", ["x", "x.y", "", "AAAA.{signature}", "{text}.x" + "y" * 3000])
def test_link_that_was_changed_opens_nothing(client, broken):
    text, signature = token_of(filled_cart()).split(".")
    token = broken.format(text=text, signature=signature)
    with pytest.raises(BadLink):
        sharing.quantities_of(token)
    if token:
        assert client.get(f"/cart/shared/{token}/").status_code == 404


def test_signature_of_one_cart_does_not_open_another():
    text, signature = (token_of(filled_cart()).split(".")[at] for at in (0, 1))
    with pytest.raises(BadLink):
        sharing.quantities_of(f"{text}.{signature}")


def test_everything_goes_in_with_the_same_statements_however_much(django_assert_num_queries):
    few = {variant_in_stock().pk: 1}
    many = {variant_in_stock().pk: 1 for _ in range(8)}
    for quantities in (few, many):
        cart = filled_cart()
        with django_assert_num_queries(9):
            assert filling.add_all(cart=cart, quantities=quantities) == []


def test_what_is_not_for_sale_is_named_and_left_out():
    shirt, gone = variant_in_stock(), variant_in_stock()
    gone.product.status = "ARCHIVED"
    gone.product.save()
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=-10, note="Moths")
    cart = filled_cart()
    short = filling.add_all(cart=cart, quantities={shirt.pk: 1, gone.pk: 2})
    assert [(row.wanted, row.added) for row in short] == [(1, 0), (2, 0)]
    assert len(lines(cart)) == 1
