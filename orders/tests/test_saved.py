"""Things put aside for later."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from inventory import stock
from inventory.tests.crowd import all_at_once
from orders.carts import cart as carts
from orders.carts import saved
from orders.carts.saved import Keeper
from orders.errors import CartGone, SavedListFull
from orders.models import Cart, CartItem, SavedItem
from orders.tests.factories import filled_cart, member, variant_in_stock

pytestmark = pytest.mark.django_db
CART = "/cart/"


def browser(cart):
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    return client


def put_aside(client, cart, **headers):
    return client.post(f"/cart/items/{cart.items.get().pk}/save/", **headers)


def lines(cart):
    return dict(CartItem.objects.filter(cart=cart).values_list("variant", "quantity"))


def test_guest_puts_a_line_aside_and_back_with_its_quantity():
    shirt = variant_in_stock()
    cart = filled_cart((shirt, 3))
    client = browser(cart)
    assert put_aside(client, cart).status_code == 303
    assert lines(cart) == {}
    page = client.get(CART).content.decode()
    assert "Saved for later" in page
    client.post(f"/cart/saved/{SavedItem.objects.get().pk}/")
    assert lines(cart) == {shirt.pk: 3}
    assert not SavedItem.objects.exists()


def test_list_is_kept_by_a_cookie_that_scripts_cannot_read_and_a_digest():
    cart = filled_cart()
    client = browser(cart)
    put_aside(client, cart)
    cookie = client.cookies[saved.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie.value not in SavedItem.objects.get().token_digest


def test_region_answers_with_the_list_at_once():
    cart = filled_cart()
    htmx = {"HX-Request": "true", "HX-Target": "cart"}
    text = put_aside(browser(cart), cart, headers=htmx).content.decode()
    assert "Saved for later" in text
    assert "cart-count" in text


def test_what_is_removed_from_the_list_can_be_put_back():
    cart = filled_cart((variant_in_stock(), 2))
    client = browser(cart)
    put_aside(client, cart)
    gone = SavedItem.objects.get()
    page = client.post(f"/cart/saved/{gone.pk}/remove/", follow=True)
    assert not SavedItem.objects.exists()
    assert "is off your list" in page.content.decode()
    client.post(f"/cart/saved/{gone.variant_id}/2/restore/")
    assert SavedItem.objects.get().quantity == 2


def test_list_of_a_stranger_stays_closed():
    cart = filled_cart(user=member())
    item = cart.items.get()
    row = saved.save_for_later(cart=cart, item_id=item.pk, keeper=Keeper(cart.user_id))
    client = browser(filled_cart())
    put_aside(client, Cart.objects.exclude(pk=cart.pk).get())
    assert client.post(f"/cart/saved/{row.pk}/remove/").status_code == 303
    assert SavedItem.objects.filter(pk=row.pk).exists()
    assert Client().post(f"/cart/saved/{row.pk}/").status_code == 404


def test_sold_out_piece_stays_on_the_list_with_the_reason():
    shirt = variant_in_stock(units=1)
    cart = filled_cart((shirt, 1))
    client = browser(cart)
    put_aside(client, cart)
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=-1, note="Moths")
    answer = client.post(f"/cart/saved/{SavedItem.objects.get().pk}/")
    assert answer.status_code == 409
    assert "sold out" in answer.content.decode()
    assert SavedItem.objects.count() == 1


def test_same_piece_put_aside_twice_is_one_row():
    shirt, keeper = variant_in_stock(), saved.new_guest()
    for _ in range(2):
        cart = filled_cart((shirt, 6))
        saved.save_for_later(cart=cart, item_id=cart.items.get().pk, keeper=keeper)
    assert SavedItem.objects.get().quantity == 10


def test_full_list_refuses_and_the_line_stays(monkeypatch):
    monkeypatch.setattr(saved, "MOST", 0)
    cart = filled_cart()
    with pytest.raises(SavedListFull):
        saved.save_for_later(cart=cart, item_id=cart.items.get().pk, keeper=saved.new_guest())
    assert cart.items.count() == 1


def test_closed_cart_gives_nothing_away():
    cart = filled_cart()
    Cart.objects.filter(pk=cart.pk).update(status="CHECKED_OUT")
    with pytest.raises(CartGone):
        saved.save_for_later(cart=cart, item_id=cart.items.get().pk, keeper=saved.new_guest())
    assert not SavedItem.objects.exists()


def test_sign_in_takes_the_list_along_and_nothing_twice():
    user, shirt, coat = member(), variant_in_stock(), variant_in_stock()
    keeper = saved.new_guest()
    for owner, variant in ((Keeper(user.pk), shirt), (keeper, shirt), (keeper, coat)):
        saved.restore(variant=variant, quantity=1, keeper=owner)
    client = Client()
    client.cookies[saved.COOKIE] = keeper.token
    client.force_login(user)
    request = client.get(CART).wsgi_request
    saved.take_along(request, user)
    assert {row.variant_id for row in saved.items_of(Keeper(user.pk))} == {shirt.pk, coat.pk}
    assert saved.items_of(keeper) == []


def test_what_guests_put_aside_long_ago_is_forgotten():
    row = saved.restore(variant=variant_in_stock(), quantity=1, keeper=saved.new_guest())
    mine = saved.restore(variant=variant_in_stock(), quantity=1, keeper=Keeper(member().pk))
    SavedItem.objects.update(created_at=timezone.now() - timedelta(days=91))
    assert saved.forget_old() == 1
    assert list(SavedItem.objects.all()) == [mine]
    assert row != mine


def test_one_night_forgets_more_than_a_batch():
    for _guest in range(3):
        saved.restore(variant=variant_in_stock(), quantity=1, keeper=saved.new_guest())
    SavedItem.objects.update(created_at=timezone.now() - timedelta(days=91))
    assert saved.forget_old(batch=2) == 3
    assert not SavedItem.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_clicks_bring_one_piece_back():
    shirt, keeper = variant_in_stock(), saved.new_guest()
    row = saved.restore(variant=shirt, quantity=1, keeper=keeper)
    cart = filled_cart()
    back = partial(saved.back_to_cart, cart=cart, saved_id=row.pk, keeper=keeper)
    all_at_once([back] * 5)
    assert lines(cart)[shirt.pk] == 1
