"""Filling a cart."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from inventory import stock
from inventory.errors import OutOfStock
from inventory.tests.crowd import all_at_once
from orders.carts import cart as carts
from orders.checkouts import checkout
from orders.errors import CartFull, CartGone, NotForSale
from orders.models import Cart, CartItem
from orders.tests.factories import filled_cart, member, variant_in_stock

pytestmark = pytest.mark.django_db


def visit(cart=None, user=None):
    """A request of the cart's visitor or of ``user``."""
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    if cart is not None:
        request.COOKIES[carts.COOKIE] = cart.token
    return request


def lines(cart):
    return dict(CartItem.objects.filter(cart=cart).values_list("variant", "quantity"))


def test_same_variant_added_twice_adds_up_in_one_line():
    shirt = variant_in_stock()
    cart = filled_cart((shirt, 1), (shirt, 2))
    assert lines(cart) == {shirt.pk: 3}


def test_line_keeps_the_price_that_was_shown():
    shirt = variant_in_stock(price=4990)
    cart = filled_cart((shirt, 1))
    shirt.price = 5990
    shirt.save()
    assert cart.items.get().unit_price == 4990


@pytest.mark.parametrize("quantity", [0, -1, 11])
def test_quantity_out_of_bounds_is_refused(quantity):
    cart = filled_cart()
    before = lines(cart)
    with pytest.raises(CartFull):
        carts.add(cart=cart, variant=variant_in_stock(units=99), quantity=quantity)
    assert lines(cart) == before


def test_line_beyond_its_limit_is_refused_and_stays_as_it_was():
    shirt = variant_in_stock(units=99)
    cart = filled_cart((shirt, 8))
    with pytest.raises(CartFull) as refused:
        carts.add(cart=cart, variant=shirt, quantity=3)
    assert refused.value.limit == 10
    assert lines(cart) == {shirt.pk: 8}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "DRAFT"},
        {"status": "ARCHIVED"},
        {"inventory_policy": "DENY"},
        {"published_at": timezone.now() + timedelta(days=1)},
        {"deleted_at": timezone.now()},
    ],
    ids=lambda change: next(iter(change.items()))[0],
)
def test_product_that_is_not_for_sale_is_refused(change):
    cart, shirt = filled_cart(), variant_in_stock()
    for name, value in change.items():
        setattr(shirt.product, name, value)
    with pytest.raises(NotForSale) as refused:
        carts.add(cart=cart, variant=shirt)
    assert refused.value.variant_ids == [shirt.pk]
    assert shirt.pk not in lines(cart)


def test_deleted_variant_is_refused():
    cart, shirt = filled_cart(), variant_in_stock()
    shirt.deleted_at = timezone.now()
    with pytest.raises(NotForSale):
        carts.add(cart=cart, variant=shirt)


def test_more_than_the_shelf_has_is_refused_with_what_is_left():
    cart, shirt = filled_cart(), variant_in_stock(units=2)
    carts.add(cart=cart, variant=shirt, quantity=2)
    with pytest.raises(OutOfStock) as refused:
        carts.add(cart=cart, variant=shirt)
    [short] = refused.value.shortages
    assert (short.wanted, short.available) == (3, 2)
    assert lines(cart)[shirt.pk] == 2


def test_back_order_is_not_limited_by_the_shelf():
    shirt = variant_in_stock(units=0, policy="CONTINUE")
    assert lines(filled_cart((shirt, 4))) == {shirt.pk: 4}


def test_shopper_in_checkout_may_take_one_more_of_the_last_units():
    shirt = variant_in_stock(units=5)
    cart = filled_cart((shirt, 4))
    checkout.begin(cart=cart)
    assert carts.add(cart=cart, variant=shirt).quantity == 5
    with pytest.raises(OutOfStock) as refused:
        carts.add(cart=cart, variant=shirt)
    assert refused.value.shortages[0].available == 5


def test_quantity_is_set_and_zero_removes_the_line():
    shirt = variant_in_stock()
    cart = filled_cart((shirt, 1))
    item = cart.items.get()
    assert carts.set_quantity(cart=cart, item_id=item.pk, quantity=4).quantity == 4
    assert carts.set_quantity(cart=cart, item_id=item.pk, quantity=0) is None
    assert lines(cart) == {}


def test_fewer_units_are_never_refused():
    shirt = variant_in_stock(units=5)
    cart = filled_cart((shirt, 5))
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=-4, note="Moths")
    item = cart.items.get()
    assert carts.set_quantity(cart=cart, item_id=item.pk, quantity=3).quantity == 3


def test_line_of_someone_elses_cart_is_untouched():
    shirt = variant_in_stock()
    mine, theirs = filled_cart((shirt, 1)), filled_cart((shirt, 2))
    assert carts.set_quantity(cart=mine, item_id=theirs.items.get().pk, quantity=0) is None
    assert lines(theirs) == {shirt.pk: 2}


@pytest.mark.parametrize("change", [{"status": "CHECKED_OUT"}, {"expires_at": timezone.now()}])
def test_cart_that_is_closed_takes_nothing(change):
    cart, shirt = filled_cart(), variant_in_stock()
    Cart.objects.filter(pk=cart.pk).update(**change)
    with pytest.raises(CartGone):
        carts.add(cart=cart, variant=shirt)
    assert shirt.pk not in lines(cart)


def test_every_change_gives_the_cart_another_month():
    cart = filled_cart()
    Cart.objects.filter(pk=cart.pk).update(expires_at=timezone.now() + timedelta(days=1))
    carts.add(cart=cart, variant=variant_in_stock())
    left = Cart.objects.get(pk=cart.pk).expires_at - timezone.now()
    assert left > timedelta(days=29)


def test_visitor_finds_the_cart_of_the_cookie_and_nobody_elses():
    mine, of_a_member = filled_cart(), filled_cart(user=member())
    assert carts.current(visit(mine)) == mine
    assert carts.current(visit(of_a_member)) is None
    assert carts.current(visit(user=of_a_member.user)) == of_a_member


@pytest.mark.parametrize("token", ["", "short", "ü" * 30, "x" * 65, "x" * 30 + "\0"])
def test_cookie_that_is_no_token_is_not_looked_up(token, django_assert_num_queries):
    request = visit()
    request.COOKIES[carts.COOKIE] = token
    with django_assert_num_queries(0):
        assert carts.current(request) is None
        assert carts.summary(request).count == 0


def test_member_whose_cart_expired_gets_it_back():
    user = member()
    cart = filled_cart(user=user)
    Cart.objects.filter(pk=cart.pk).update(expires_at=timezone.now())
    assert carts.open_for(visit(user=user)) == cart
    assert Cart.objects.get(pk=cart.pk).is_open


@pytest.mark.django_db(transaction=True)
def test_count_comes_from_the_cache_and_is_right_after_a_change(django_assert_num_queries):
    shirt = variant_in_stock()
    cart = filled_cart((shirt, 2))
    assert carts.summary(visit(cart)).count == 2
    with django_assert_num_queries(0):
        assert carts.summary(visit(cart)).count == 2
    carts.add(cart=cart, variant=shirt)
    assert carts.summary(visit(cart)).count == 3
    carts.set_quantity(cart=cart, item_id=cart.items.get().pk, quantity=0)
    assert carts.summary(visit(cart)).count == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_add_up_exactly():
    cart, shirt = filled_cart(), variant_in_stock(units=20)
    outcomes = all_at_once([partial(carts.add, cart=cart, variant=shirt)] * 10)
    assert {type(one) for one in outcomes} == {CartItem}
    assert lines(cart)[shirt.pk] == 10


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_a_new_member_share_one_cart():
    user = member()
    made = all_at_once([lambda: carts.open_for(visit(user=user))] * 5)
    assert {cart.pk for cart in made} == {Cart.objects.get(user=user).pk}
