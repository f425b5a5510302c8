"""Addresses that members keep, in the first step of checkout."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.models import Checkout
from orders.tests.factories import ADDRESS, filled_cart, member, standard_delivery
from shop.accounts.address_book import book
from shop.accounts.models import Address

pytestmark = pytest.mark.django_db

CONTACT = reverse("orders:checkout")
OTHER = {**ADDRESS, "line1": "Gartenweg 9"}


@pytest.fixture
def ada():
    return member()


@pytest.fixture
def checkout(ada):
    standard_delivery()
    return acts.begin(cart=filled_cart(user=ada))


@pytest.fixture
def client(ada, checkout):
    client = Client()
    client.force_login(ada)
    return client


def sent(ada, **fields):
    return {"email": ada.email, "billing_same": "on", **fields}


def test_a_member_chooses_an_address_without_typing_it(client, ada):
    kept = book.add(user_id=ada.pk, parts=OTHER, label="Garden")
    assert b"Garden" in client.get(CONTACT).content
    answer = client.post(CONTACT, sent(ada, saved=str(kept.pk)))
    assert answer.status_code == 303
    assert Checkout.objects.get().shipping_address["line1"] == "Gartenweg 9"
    assert f'value="{kept.pk}" id="id_saved" checked' in client.get(CONTACT).content.decode()


def test_a_typed_address_is_kept_once_and_only_when_that_is_ticked(client, ada):
    typed = sent(ada, **OTHER, saved="new")
    client.post(CONTACT, typed)
    assert not Address.objects.exists()
    for _each in range(2):
        assert client.post(CONTACT, typed | {"keep_address": "on"}).status_code == 303
    assert book.parts_of(Address.objects.get(user=ada))["line1"] == "Gartenweg 9"


def test_an_address_of_somebody_else_is_not_taken_over(client, ada):
    theirs = book.add(user_id=member().pk, parts=OTHER, label="Secret")
    before = Checkout.objects.get().shipping_address
    answer = client.post(CONTACT, sent(ada, saved=str(theirs.pk)))
    assert answer.status_code == 422
    assert b"Gartenweg" not in answer.content
    assert b"Secret" not in client.get(CONTACT).content
    assert Checkout.objects.get().shipping_address == before


def test_an_address_beyond_the_reach_of_the_shop_is_not_offered(client, ada):
    far = book.add(user_id=ada.pk, parts={**OTHER, "country": "NZ", "postal_code": "6011"})
    assert str(far.pk).encode() not in client.get(CONTACT).content
    assert client.post(CONTACT, sent(ada, saved=str(far.pk))).status_code == 422


def test_guests_are_offered_nothing_to_keep(client, ada):
    cart = filled_cart()
    acts.begin(cart=cart)
    guest = Client()
    guest.cookies[carts.COOKIE] = cart.token
    assert b"keep_address" not in guest.get(CONTACT).content
    guest.post(CONTACT, sent(ada, **OTHER, keep_address="on"))
    assert not Address.objects.exists()
