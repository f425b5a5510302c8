"""The first two steps of checkout over HTTP: clear words, nothing lost, nothing cached."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory.models import Reservation
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.models import Checkout, Order
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    placed_order,
    ready_checkout,
    standard_delivery,
    variant_in_stock,
)

pytestmark = pytest.mark.django_db

CONTACT, DELIVERY = "/checkout/", "/checkout/delivery/"
#: What the cart holds, what is left on the shelves and what is offered: all remembered.
CONTACT_QUERIES = 0
DELIVERY_QUERIES = 0
FILLED = {**ADDRESS, "email": "Ada@Example.com", "billing_same": "on"}


def visitor(cart):
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    return client


@pytest.fixture
def cart():
    standard_delivery()
    cart = filled_cart()
    acts.begin(cart=cart)
    return cart


@pytest.fixture
def client(cart):
    return visitor(cart)


def test_a_filled_address_leads_to_delivery(client):
    response = client.post(CONTACT, FILLED)
    assert (response.status_code, response["Location"]) == (303, DELIVERY)
    checkout = Checkout.objects.get()
    assert checkout.email == "ada@example.com"
    assert checkout.shipping_address["line1"] == ADDRESS["line1"]
    assert checkout.billing_address is None


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "", "Enter your e-mail address"),
        ("email", "ada", "such as name@example.com"),
        ("full_name", " ", "Enter the name of the person"),
        ("line1", "", "Enter street and number"),
        ("postal_code", "", "Enter the Postcode"),
        ("postal_code", "ABC", "Check the Postcode: one looks like"),
        ("city", "", "Enter the town"),
        ("country", "XX", "Choose one of the countries"),
    ],
)
def test_each_wrong_field_is_named_and_the_rest_kept(client, field, typed, said):
    response = client.post(CONTACT, {**FILLED, field: typed})
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert '<title id="page-title">Error:' in text
    kept = "Lindenstr. 4" if field != "line1" else "Ada Weber"
    assert kept in text
    assert not Checkout.objects.get().shipping_address


def test_another_country_asks_htmx_for_its_fields_without_a_verdict(client):
    data = {"country": "AT", "full_name": "Ada Weber", "email": "half@"}
    headers = {"HX-Request": "true", "HX-Target": "address"}
    response = client.post(CONTACT, data, headers=headers)
    text = response.content.decode()
    assert response.status_code == 200
    assert '<option value="AT" selected>' in text
    assert "Ada Weber" in text
    assert "Error" not in text
    assert not Checkout.objects.get().email


def test_a_billing_address_is_asked_for_before_it_is_judged(client):
    data = {name: text for name, text in FILLED.items() if name != "billing_same"}
    response = client.post(CONTACT, data)
    text = response.content.decode()
    assert response.status_code == 422
    assert 'name="billing-line1"' in text
    assert "Error" not in text
    assert "Lindenstr. 4" in text
    billing = {f"billing-{part}": value for part, value in ADDRESS.items()}
    response = client.post(CONTACT, {**data, **billing, "billing-full_name": "Weber GmbH"})
    assert response.status_code == 303
    assert Checkout.objects.get().billing_address["full_name"] == "Weber GmbH"


def test_delivery_comes_with_the_usual_parcel_chosen_and_its_days(client, cart):
    ready_checkout(cart)
    Checkout.objects.update(shipping_method=None)
    choices = client.get(DELIVERY).context["part"].choices
    assert [choice.selected for choice in choices] == [True]
    assert choices[0].note.startswith("Arrives ")


def test_an_unknown_way_to_deliver_is_refused(client, cart):
    ready_checkout(cart)
    response = client.post(DELIVERY, {"method": "by-drone", "note": "Leave it"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Choose how we deliver" in text
    assert "Leave it" in text
    assert Checkout.objects.get().shipping_method.code == "standard"


def test_where_nobody_delivers_another_address_is_offered(client, cart):
    ready_checkout(cart)
    Checkout.objects.update(shipping_address={**ADDRESS, "country": "NZ"}, shipping_method=None)
    text = client.get(DELIVERY).content.decode()
    assert "We cannot deliver there yet" in text


def test_steps_that_are_not_due_lead_back_to_the_one_that_is(client):
    assert client.get(DELIVERY)["Location"] == CONTACT
    assert Client().get(CONTACT)["Location"] == "/cart/"


def test_an_expired_hold_is_taken_again_with_the_next_step(client):
    Reservation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.post(CONTACT, FILLED).status_code == 303
    assert Reservation.objects.filter(expires_at__gt=timezone.now()).exists()


def test_what_someone_else_took_meanwhile_is_named_in_the_cart():
    variant = variant_in_stock(units=1)
    cart = filled_cart((variant, 1))
    Checkout.objects.create(cart=cart)
    acts.begin(cart=filled_cart((variant, 1)))
    client = visitor(cart)
    page = client.post(CONTACT, FILLED, follow=True)
    assert page.redirect_chain == [("/cart/", 303)]
    assert "sold out" in page.content.decode()
    assert cart.items.count() == 1


def test_looking_at_a_step_writes_nothing(client, cart):
    ready_checkout(cart)
    before = list(Reservation.objects.values()), Checkout.objects.values().get()
    client.get(CONTACT)
    client.get(DELIVERY, {"method": "standard"})
    assert (list(Reservation.objects.values()), Checkout.objects.values().get()) == before


def test_a_form_sent_again_after_the_order_leads_to_its_payment():
    order = placed_order()
    response = visitor(order.cart).post(CONTACT, FILLED)
    assert response["Location"] == reverse("payments:payment")
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 5])
def test_each_step_costs_the_same_queries_however_full(count, django_assert_num_queries):
    cart = filled_cart(*[(variant_in_stock(), 1) for _ in range(count)])
    ready_checkout(cart)
    client = visitor(cart)
    client.get(CONTACT)
    for path, queries in ((CONTACT, CONTACT_QUERIES), (DELIVERY, DELIVERY_QUERIES)):
        with django_assert_num_queries(queries):
            response = client.get(path)
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("token", ["%00", "x", "%E2%82%AC", "a" * 2000])
def test_the_thanks_of_a_token_that_nobody_has_are_not_found(client, token):
    assert client.get(f"/order/{token}/thanks/").status_code == 404


def test_another_country_brings_what_the_order_costs_there(client):
    headers = {"HX-Request": "true", "HX-Target": "address"}
    text = client.post(CONTACT, {"country": "AT", "email": "\0"}, headers=headers).content.decode()
    assert 'id="order-summary" hx-swap-oob="true"' in text
