"""Addresses that members keep, on the express page."""

import pytest
from django.test import Client

from orders.checkouts import checkout as acts
from orders.models import Checkout, Order, ShippingMethod
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    member,
    standard_delivery,
    variant_in_stock,
    zone,
)
from payments.tests.test_express import CARD, EXPRESS, words
from shop.accounts.address_book import book
from shop.accounts.models import Address

pytestmark = pytest.mark.django_db

GARDEN = {**ADDRESS, "line1": "Gartenweg 9"}
VIENNA = {**ADDRESS, "line1": "Ring 1", "city": "Wien", "postal_code": "1010", "country": "AT"}
SENT = {**CARD, "billing_same": "on", "method": "standard", "total": "5490"}


@pytest.fixture
def ada():
    return member()


@pytest.fixture
def client(ada):
    standard_delivery()
    acts.begin(cart=filled_cart((variant_in_stock(price=5000), 1), user=ada))
    client = Client()
    client.force_login(ada)
    return client


def sent(ada, **fields):
    return {**SENT, "email": ada.email, **fields}


def test_a_member_orders_to_an_address_without_typing_it(client, ada):
    book.add(user_id=ada.pk, parts=ADDRESS, label="Home")
    garden = book.add(user_id=ada.pk, parts=GARDEN, label="Garden")
    text = words(client.get(EXPRESS))
    assert "Home" in text
    assert "Garden" in text
    answer = client.post(EXPRESS, sent(ada, saved=str(garden.pk), line1="Typed 1"))
    assert answer["Location"].endswith("/thanks/")
    assert Order.objects.get().addresses.first().line1 == "Gartenweg 9"
    assert Address.objects.count() == 2


def test_choosing_another_country_brings_its_delivery_and_total(client, ada):
    ShippingMethod.objects.create(
        code="austria", name="To Austria", zone=zone("AT"), currency="EUR", price=990,
        min_days=2, max_days=3,
    )  # fmt: skip
    vienna = book.add(user_id=ada.pk, parts=VIENNA)
    headers = {"HX-Request": "true", "HX-Target": "address"}
    text = words(client.post(EXPRESS, sent(ada, saved=str(vienna.pk)), headers=headers))
    assert "To Austria" in text
    assert "Ring 1" in text
    # Without script a button asks for the same.
    page = client.post(EXPRESS, sent(ada, saved=str(vienna.pk), show="delivery"))
    assert "To Austria" in words(page)
    assert f'value="{vienna.pk}" id="id_saved" checked' in words(page)
    assert not Order.objects.exists()


def test_a_typed_address_is_kept_only_when_that_is_ticked(client, ada):
    typed = sent(ada, **GARDEN, saved="new", total="1")
    assert client.post(EXPRESS, typed).status_code == 409
    assert not Address.objects.exists()
    for _each in range(2):
        assert client.post(EXPRESS, typed | {"keep_address": "on"}).status_code == 409
    assert book.parts_of(Address.objects.get(user=ada))["line1"] == "Gartenweg 9"


def test_an_address_of_somebody_else_is_not_taken_over(client, ada):
    theirs = book.add(user_id=member().pk, parts=GARDEN, label="Secret")
    answer = client.post(EXPRESS, sent(ada, saved=str(theirs.pk)))
    assert answer.status_code == 422
    for page in (answer, client.get(EXPRESS)):
        assert "Gartenweg" not in words(page)
        assert "Secret" not in words(page)
    assert not Checkout.objects.get().shipping_address
    assert not Order.objects.exists()


def test_a_kept_address_that_is_wrong_by_now_is_shown_to_be_corrected(client, ada):
    wrong = book.add(user_id=ada.pk, parts={**GARDEN, "postal_code": "X"})
    answer = client.post(EXPRESS, sent(ada, saved=str(wrong.pk)))
    assert answer.status_code == 422
    text = words(answer)
    assert 'name="saved" value="new" id="id_saved-2" checked' in text
    assert "Gartenweg 9" in text
