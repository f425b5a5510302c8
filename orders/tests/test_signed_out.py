"""A session that ends in the middle of checkout costs a member nothing but signing in."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from orders.checkouts import checkout as acts
from orders.models import Checkout
from orders.tests.factories import ADDRESS, filled_cart, member, ready_checkout

pytestmark = pytest.mark.django_db
PATHS = ["/checkout/", "/checkout/delivery/", "/checkout/payment/", "/checkout/express/"]


@pytest.fixture
def user():
    return member(password="warp-and-weft-82")


@pytest.fixture
def client(user):
    """A member in the middle of checkout whose session has just ended."""
    ready_checkout(filled_cart(user=user))
    client = Client()
    client.force_login(user)
    Session.objects.all().delete()
    return client


@pytest.mark.parametrize("path", PATHS)
def test_each_step_leads_to_signing_in_and_back(client, path):
    response = client.post(path, {**ADDRESS, "email": "half@"})
    assert response["Location"] == f"/account/login/?next={path.replace('/', '%2F')}"
    assert "your cart is kept" in client.get(response["Location"]).content.decode()


def test_after_signing_in_cart_and_answers_are_there(client, user):
    client.post("/checkout/delivery/", {})
    client.force_login(user)
    page = client.get("/checkout/delivery/")
    assert page.status_code == 200
    assert Checkout.objects.get().shipping_address["city"] == "Berlin"


@pytest.mark.parametrize("path", PATHS)
def test_who_never_signed_in_goes_to_the_cart(path):
    assert Client().post(path)["Location"] == "/cart/"


def test_a_guest_with_a_session_that_ended_keeps_the_cart_by_its_cookie():
    cart = filled_cart()
    acts.begin(cart=cart)
    client = Client()
    client.cookies["cart"] = cart.token
    client.cookies["sessionid"] = "gone"
    assert client.get("/checkout/").status_code == 200
