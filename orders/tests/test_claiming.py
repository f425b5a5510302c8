"""Orders placed as a guest, found again in the account made afterwards."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from orders.models import Order
from orders.placed import claiming
from orders.tests.factories import member, paid_order, placed_order
from shop.accounts.models import User
from shop.accounts.tests.signing_in import letters, path_in
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db
PASSWORD = "warp-and-weft-82"


def proven(user, email, *, verified=True):
    EmailAddress.objects.create(user=user, email=email, verified=verified)
    return user


def test_a_password_set_after_ordering_brings_the_order_into_the_account(client):
    order = placed_order(email="ada@example.com")
    client.post(reverse("account_signup"), {"email": "Ada@example.com", "password1": PASSWORD})
    assert claiming.take_over(user_id=User.objects.get().pk) == 0
    client.post(path_in(letters()[0]))
    deliver_due()
    order.refresh_from_db()
    assert order.customer == User.objects.get()
    listed = client.get(reverse("orders:account_orders"))
    assert order.number in listed.content.decode()


def test_an_address_that_is_not_proven_brings_nothing():
    order = placed_order(email="ada@example.com")
    user = proven(member(), "ada@example.com", verified=False)
    assert claiming.take_over(user_id=user.pk) == 0
    order.refresh_from_db()
    assert order.customer is None


def test_orders_of_other_people_and_members_stay_theirs():
    theirs, other = paid_order(user=member()), placed_order(email="eve@example.com")
    Order.objects.filter(pk=theirs.pk).update(email="ada@example.com")
    owner = theirs.customer
    user = proven(member(), "ada@example.com")
    assert claiming.take_over(user_id=user.pk) == 0
    theirs.refresh_from_db()
    other.refresh_from_db()
    assert (theirs.customer, other.customer) == (owner, None)


def test_taking_over_costs_the_same_however_many_orders(django_assert_max_num_queries):
    for _number in range(3):
        placed_order(email="ada@example.com")
    user = proven(member(), "Ada@Example.com")
    with django_assert_max_num_queries(10):
        assert claiming.take_over(user_id=user.pk) == 3
    assert claiming.take_over(user_id=user.pk) == 0


def test_the_account_begins_with_its_latest_order_and_how_far_it_is(client):
    user = member()
    client.force_login(user)
    assert "You have not ordered yet" in client.get("/account/").content.decode()
    paid_order(user=user)
    latest = placed_order(user=user)
    text = client.get("/account/").content.decode()
    assert f"Order {latest.number}" in text
    assert "We wait for your payment." in text
    assert set(re.findall(r"/account/orders/(ORD[^/]+)/", text)) == {latest.number}
