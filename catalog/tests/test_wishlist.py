"""The wishlist: what shoppers keep, never twice, and nobody else sees."""

import itertools
from datetime import timedelta
from threading import Barrier, Thread

import pgtrigger
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.errors import WishlistFull
from catalog.models import Wishlist, WishlistItem
from catalog.tests.factories import ProductFactory
from catalog.wishes import sign_in as wish_sign_in
from catalog.wishes import wishlist
from catalog.wishes.wishlist import Holder
from inventory.models import Stock
from orders.models import CartItem
from orders.tests.factories import filled_cart, member, variant_in_stock

pytestmark = pytest.mark.django_db

PAGE, HEART = "/wishlist/", "/wishlist/heart/"
HTMX = {"HX-Request": "true", "HX-Target": ""}


@pytest.fixture
def product():
    return ProductFactory(slug="plain-tee", title="Plain tee", colors=("navy", "oat"))


@pytest.fixture
def guest():
    return wishlist.new_guest()


def browser(holder):
    """A guest's browser that holds the list."""
    client = Client()
    client.cookies[wishlist.COOKIE] = holder.token
    return client


def wish(holder, product, **option_values):
    item, _is_new = wishlist.add(holder=holder, product=product, option_values=option_values)
    return item


def text_of(response):
    return response.content.decode()


def test_a_guests_heart_puts_the_color_shown_on_a_list_of_their_own(client, product):
    response = client.post(f"{HEART}?color=oat", {"add": product.pk})
    assert (response.status_code, response["Location"]) == (303, PAGE)
    page = text_of(client.get(PAGE))
    assert "Plain tee is on your wishlist." in page
    assert "OAT" in page
    token = client.cookies[wishlist.COOKIE].value
    assert Wishlist.objects.get().token_digest == wishlist.digest_of(token) != token


def test_the_cookie_is_out_of_reach_of_scripts_and_ends_with_the_list(client, product):
    cookie = client.post(HEART, {"add": product.pk}).cookies[wishlist.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 90 * 24 * 3600


def test_a_heart_pressed_twice_keeps_one_wish(client, product):
    for _ in range(2):
        client.post(f"{HEART}?color=navy", {"add": product.pk})
    assert WishlistItem.objects.count() == 1


def test_removing_twice_removes_once_and_harms_nobody(guest, product):
    item = wish(guest, product)
    other = wish(wishlist.new_guest(), product)
    for _ in range(2):
        response = browser(guest).post(reverse("catalog:wish_remove", args=[item.pk]))
        assert response.status_code == 303
    assert WishlistItem.objects.get() == other


def test_a_strangers_wish_cannot_be_removed(guest, product):
    theirs = wish(wishlist.new_guest(), product)
    browser(guest).post(reverse("catalog:wish_remove", args=[theirs.pk]))
    assert WishlistItem.objects.get() == theirs


def test_a_heart_by_htmx_answers_with_count_marks_and_a_toast(guest, product):
    text = text_of(browser(guest).post(HEART, {"add": product.pk}, headers=HTMX))
    assert f'id="wishlist-count" data-wishes="{product.pk.hex[-12:]}" hx-swap-oob="true"' in text
    assert "Wishlist, 1 piece" in text
    assert "innerHTML:#toasts" in text


def test_a_filled_heart_takes_every_color_off_and_offers_undo(guest, product):
    wish(guest, product, color="navy")
    wish(guest, product, color="oat")
    text = text_of(browser(guest).post(HEART, {"remove": product.pk}, headers=HTMX))
    assert "Undo" in text
    assert not WishlistItem.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"add": "x"}, {"add": "\0"}, {"remove": "1"}])
def test_a_heart_of_nothing_is_not_found(client, product, sent):
    assert client.post(HEART, sent).status_code == 404
    assert not Wishlist.objects.exists()


def test_a_draft_cannot_be_wished_for(client):
    draft = ProductFactory(status="DRAFT")
    assert client.post(HEART, {"add": draft.pk}).status_code == 404
    assert not Wishlist.objects.exists()


@pytest.mark.parametrize("color", ["no-such-color", "\0", "<b>"])
def test_an_unknown_color_is_left_out(client, product, color):
    client.post(HEART, {"add": product.pk, "color": color, "size": "xxl"})
    assert WishlistItem.objects.get().option_values == {}


def test_undo_brings_back_the_wish_with_its_old_price(guest, product):
    item = wish(guest, product, color="navy")
    client = browser(guest)
    response = client.post(reverse("catalog:wish_remove", args=[item.pk]))
    page = client.get(response["Location"])
    product.variants.update(price=3900)
    client.post(reverse("catalog:wish_restore"), {"wish": page.context["removed"]})
    back = WishlistItem.objects.get()
    assert (back.price, back.created_at) == (4900, item.created_at)


def test_a_forged_undo_is_refused(guest, product):
    response = browser(guest).post(reverse("catalog:wish_restore"), {"wish": "e30:forged"})
    assert response.status_code == 404
    assert not WishlistItem.objects.exists()


def test_a_price_drop_is_said_and_a_rise_is_not(guest, product):
    wish(guest, product, color="navy")
    product.variants.update(price=3700)
    assert "€12.00 less than when you added it" in text_of(browser(guest).get(PAGE))
    product.variants.update(price=5900)
    assert "less than when you added it" not in text_of(browser(guest).get(PAGE))


def test_a_piece_that_left_the_shop_is_named_and_can_be_removed(guest, product):
    wish(guest, product)
    product.status = "ARCHIVED"
    product.save()
    text = text_of(browser(guest).get(PAGE))
    assert "No longer in the shop" in text
    assert "Remove" in text


def test_a_sold_out_wish_offers_word_in_place_of_the_cart(guest, product):
    variant = product.variants.get(option_values={"color": "oat", "size": "m"})
    wishlist.add(holder=guest, product=product, option_values={}, variant=variant)
    with pgtrigger.ignore():
        Stock.objects.filter(variant=variant).update(on_hand=0)
    text = text_of(browser(guest).get(PAGE))
    assert "Sold out" in text
    assert "Tell me when it’s back" in text
    assert "Add to cart" not in text


def test_a_full_list_says_so_and_takes_nothing(guest, product, monkeypatch):
    monkeypatch.setattr(wishlist, "MOST", 1)
    wish(guest, ProductFactory())
    with pytest.raises(WishlistFull):
        wish(guest, product)
    client = browser(guest)
    client.post(HEART, {"add": product.pk})
    assert "A wishlist holds at most 1 piece" in text_of(client.get(PAGE))
    assert client.post(HEART, {"add": product.pk}, headers=HTMX)["HX-Redirect"] == PAGE
    assert WishlistItem.objects.count() == 1


def test_too_many_changes_in_a_minute_are_refused(client, product):
    for _ in range(60):
        client.post(HEART, {"remove": product.pk})
    assert client.post(HEART, {"add": product.pk}).status_code == 429
    assert not WishlistItem.objects.exists()


def test_another_sites_form_is_refused(product):
    client = Client(enforce_csrf_checks=True)
    assert client.post(HEART, {"add": product.pk}).status_code == 403
    assert not Wishlist.objects.exists()


def test_a_merged_list_has_the_wishes_of_both_without_doubles(guest, product):
    user, other = member(), ProductFactory()
    mine = Holder(user.pk, "")
    wish(mine, product, color="navy")
    wish(guest, product, color="navy")
    wish(guest, other)
    assert wish_sign_in.merge(token=guest.token, user=user) == 1
    assert [one.product for one in wishlist.items_of(mine)] == [other, product]
    assert Wishlist.objects.get().user == user
    assert wish_sign_in.merge(token=guest.token, user=user) == 0


def test_the_first_list_of_a_member_is_the_guests(guest, product):
    item, user = wish(guest, product), member()
    assert wish_sign_in.merge(token=guest.token, user=user) == 1
    assert wishlist.items_of(Holder(user.pk, "")).get() == item
    assert not wishlist.items_of(guest).exists()


def test_sign_in_says_how_many_came_along(guest, product):
    wish(guest, product)
    user = member(password="a-long-password-4")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    client = browser(guest)
    login = {"login": user.email, "password": "a-long-password-4"}
    client.post(reverse("account_login"), login)
    assert "1 piece from this browser is on your wishlist now." in text_of(client.get(PAGE))


def test_merged_lists_stay_within_the_limit(guest, monkeypatch):
    user = member()
    wish(Holder(user.pk, ""), ProductFactory())
    for _ in range(3):
        wish(guest, ProductFactory())
    monkeypatch.setattr(wish_sign_in, "MOST", 3)
    assert wish_sign_in.merge(token=guest.token, user=user) == 2
    assert WishlistItem.objects.count() == 3


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_sign_in_at_once_fill_one_list():
    user, products = member(), [ProductFactory() for _ in range(6)]
    guests = [wishlist.new_guest() for _ in range(3)]
    for guest, place in itertools.product(guests, range(2)):
        wish(guest, products[guests.index(guest) * 2 + place])
    at_once, errors = Barrier(6), []

    def sign_in(guest):
        at_once.wait()
        try:
            wish_sign_in.merge(token=guest.token, user=user)
        except Exception as error:
            errors.append(error)
        connection.close()

    # Each of them twice: a form that is sent by two clicks.
    threads = [Thread(target=sign_in, args=[guest]) for guest in guests * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Wishlist.objects.get().user == user
    assert {one.product for one in wishlist.items_of(Holder(user.pk, ""))} == set(products)


def test_a_shared_list_says_so_while_it_is_empty(guest, product):
    item, client = wish(guest, product), browser(guest)
    client.post(reverse("catalog:wishlist_share"), {"share": "on"})
    client.post(reverse("catalog:wish_remove", args=[item.pk]))
    page = client.get(PAGE)
    assert page.context["share_url"] in text_of(page)
    client.post(reverse("catalog:wishlist_share"), {"share": "off"})
    assert client.get(PAGE).context["share_url"] == ""


def test_a_list_is_shared_only_when_asked_for(guest, product):
    wish(guest, product)
    client, stranger = browser(guest), Client()
    client.post(reverse("catalog:wishlist_share"), {"share": "on"})
    url = client.get(PAGE).context["share_url"].replace("http://testserver", "")
    page = stranger.get(url)
    assert "Plain tee" in text_of(page)
    assert page["X-Robots-Tag"] == "noindex"
    assert "Remove" not in text_of(page)
    client.post(reverse("catalog:wishlist_share"), {"share": "off"})
    assert stranger.get(url).status_code == 404
    client.post(reverse("catalog:wishlist_share"), {"share": "on"})
    assert stranger.get(url).status_code == 404


@pytest.mark.parametrize("token", ["x", "heart", "%00"])
def test_a_guessed_link_shows_nothing(client, guest, product, token):
    wish(guest, product)
    assert client.get(f"/wishlist/{token}/").status_code in (404, 405)


def test_a_wish_goes_into_the_cart_in_the_size_pressed_and_stays(guest, product):
    item = wish(guest, product, color="oat")
    url = reverse("orders:cart_from_wishlist", args=[item.pk])
    response = browser(guest).post(url, {"size": "m"})
    assert response["Location"] == PAGE
    assert CartItem.objects.get().variant.option_values == {"color": "oat", "size": "m"}
    assert WishlistItem.objects.get() == item


def test_a_wish_moves_into_the_cart(guest, product):
    variant = product.variants.first()
    item, _ = wishlist.add(holder=guest, product=product, option_values={}, variant=variant)
    url = reverse("orders:cart_from_wishlist", args=[item.pk])
    browser(guest).post(url, {"move": "yes"})
    assert CartItem.objects.get().variant == variant
    assert not WishlistItem.objects.exists()


def test_a_wish_that_sold_out_meanwhile_stays_on_the_list(guest, product):
    variant = product.variants.first()
    item, _ = wishlist.add(holder=guest, product=product, option_values={}, variant=variant)
    with pgtrigger.ignore():
        Stock.objects.filter(variant=variant).update(on_hand=0)
    client = browser(guest)
    client.post(reverse("orders:cart_from_wishlist", args=[item.pk]), {"move": "yes"})
    assert "Plain tee is sold out." in text_of(client.get(PAGE))
    assert not CartItem.objects.exists()
    assert WishlistItem.objects.get() == item


def test_a_line_of_the_cart_moves_to_the_wishlist(client):
    variant = variant_in_stock()
    cart = filled_cart((variant, 2))
    client.cookies["cart"] = cart.token
    client.post(reverse("orders:cart_keep", args=[cart.items.get().pk]))
    assert not cart.items.exists()
    assert WishlistItem.objects.get().variant == variant


def test_a_full_wishlist_leaves_the_line_in_the_cart(client, monkeypatch):
    monkeypatch.setattr(wishlist, "MOST", 0)
    cart = filled_cart()
    client.cookies["cart"] = cart.token
    client.post(reverse("orders:cart_keep", args=[cart.items.get().pk]))
    assert cart.items.count() == 1
    assert not WishlistItem.objects.exists()


def test_lists_that_guests_forgot_are_deleted_and_members_stay(product):
    old, fresh, user = wishlist.new_guest(), wishlist.new_guest(), member()
    for holder in (old, fresh, Holder(user.pk, "")):
        wish(holder, product)
    past = timezone.now() - timedelta(days=91)
    with pgtrigger.ignore():
        Wishlist.objects.filter(user=user).update(updated_at=past)
        Wishlist.objects.filter(token_digest=wishlist.digest_of(old.token)).update(updated_at=past)
    assert wishlist.delete_forgotten(timezone.now()) == 1
    assert not wishlist.items_of(old).exists()
    assert WishlistItem.objects.count() == 2


def test_a_change_keeps_a_guests_list_alive(guest, product):
    wish(guest, product)
    with pgtrigger.ignore():
        Wishlist.objects.update(updated_at=timezone.now() - timedelta(days=91))
    wish(guest, ProductFactory())
    assert wishlist.delete_forgotten(timezone.now()) == 0


def test_a_member_who_leaves_takes_the_list_along(product):
    user = member()
    wish(Holder(user.pk, ""), product)
    user.delete()
    assert not Wishlist.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 6])
def test_the_wishlist_costs_few_queries_however_long(count, django_assert_max_num_queries):
    holder = wishlist.new_guest()
    for _ in range(count):
        wish(holder, ProductFactory(), color="navy")
    client = browser(holder)
    with django_assert_max_num_queries(7):
        client.get(PAGE)
    with django_assert_max_num_queries(2):
        assert len(client.get(PAGE).context["wishes"]) == count


@pytest.mark.django_db(transaction=True)
def test_a_members_wishlist_costs_few_queries(django_assert_max_num_queries, client):
    user = member()
    wish(Holder(user.pk, ""), ProductFactory())
    client.force_login(user)
    client.get(PAGE)
    with django_assert_max_num_queries(5):
        client.get(PAGE)


@pytest.mark.django_db(transaction=True)
def test_a_shared_page_shows_each_visitor_their_own_hearts(product):
    holder = wishlist.new_guest()
    mark = product.pk.hex[-12:]
    client, stranger = browser(holder), Client()
    client.post(HEART, {"add": product.pk})
    client.cookies.pop("messages", None)
    for _ in range(2):
        assert f'data-wishes="{mark}"' in text_of(client.get("/p/plain-tee/"))
        assert 'data-wishes=""' in text_of(stranger.get("/p/plain-tee/"))
    client.post(HEART, {"remove": product.pk}, headers=HTMX)
    assert 'data-wishes=""' in text_of(client.get("/p/plain-tee/"))


@pytest.mark.django_db(transaction=True)
def test_filled_hearts_cost_no_query_on_a_shared_page(product, django_assert_num_queries):
    client = browser(holder := wishlist.new_guest())
    wish(holder, product)
    client.get("/p/plain-tee/")
    with django_assert_num_queries(0):
        assert product.pk.hex[-12:] in text_of(client.get("/p/plain-tee/"))
