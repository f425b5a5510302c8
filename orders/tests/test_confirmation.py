"""The page of thanks: what it offers, and to whom."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from orders.carts import cart as carts
from orders.documents import invoices
from orders.mailing import mails
from orders.models import Order, OrderMail
from orders.placed import fulfillment
from orders.tests.factories import member, paid_order, placed_order
from shop.accounts.models import User

pytestmark = pytest.mark.django_db

NEW = "ada.weber@example.com"
OFFER = "Set a password to save your details"


@pytest.fixture
def order():
    return paid_order()


@pytest.fixture
def client(order):
    """The browser that placed the order."""
    client = Client()
    client.cookies[carts.COOKIE] = order.cart.token
    return client


def thanks(order, client):
    return client.get(order.get_absolute_url()).content.decode()


def correct(order, client, email=NEW):
    return client.post(f"/order/{order.token}/email/", {"email": email})


def email_of(order):
    return Order.objects.get(pk=order.pk).email


def test_a_corrected_address_gets_the_confirmation_anew(order, client):
    mails.queue(order.pk, "PLACED")
    mails.send(OrderMail.objects.get().pk)
    response = correct(order, client, "Ada.Weber@example.com")
    assert (response.status_code, response["Location"]) == (303, order.get_absolute_url())
    assert email_of(order) == NEW
    again = OrderMail.objects.exclude(reference="").get()
    mails.send(again.pk)
    assert [letter.to for letter in mail.outbox] == [[order.email], [NEW]]


def test_a_confirmation_that_waits_goes_to_the_corrected_address_alone(order, client):
    mails.queue(order.pk, "PLACED")
    correct(order, client)
    mails.send(OrderMail.objects.get().pk)
    assert [letter.to for letter in mail.outbox] == [[NEW]]


def test_the_same_address_again_sends_nothing(order, client):
    correct(order, client, order.email)
    assert not OrderMail.objects.exists()


def test_a_wrong_address_is_said_beside_the_field(order, client):
    response = correct(order, client, "ada")
    assert response.status_code == 422
    assert "Enter an e-mail address such as" in response.content.decode()
    assert email_of(order) == order.email


def test_who_only_has_the_link_corrects_nothing(order):
    stranger = Client()
    assert correct(order, stranger).status_code == 404
    assert email_of(order) == order.email
    text = thanks(order, stranger)
    assert "Correct it" not in text
    assert OFFER not in text


def test_the_address_stays_after_an_hour(order, client, time_machine):
    time_machine.move_to(order.placed_at + timedelta(minutes=61))
    assert "Correct it" not in thanks(order, client)
    assert correct(order, client).status_code == 303
    assert email_of(order) == order.email


def test_the_address_stays_once_a_parcel_has_left(order, client):
    units = {item.pk: item.quantity for item in order.items.all()}
    way = fulfillment.Way()
    fulfillment.ship(order_id=order.pk, quantities=units, key=uuid4(), way=way)
    correct(order, client)
    assert email_of(order) == order.email


def test_a_guest_may_make_an_account_of_the_order_with_one_field(order, client):
    assert OFFER in thanks(order, client)
    client.post("/account/signup/", {"email": order.email, "password1": "correct-horse-9-battery"})
    assert User.objects.filter(email=order.email).exists()


def test_a_member_is_not_asked_for_a_password():
    user = member()
    order = paid_order(user=user)
    client = Client()
    client.force_login(user)
    assert OFFER not in thanks(order, client)
    assert "Correct it" in thanks(order, client)


def test_the_invoice_can_be_downloaded_once_it_is_issued(order, client):
    assert "Download the invoice" not in thanks(order, client)
    issued = invoices.issue_invoice(order_id=order.pk)
    assert f"/order/{order.token}/documents/{issued.number}/" in thanks(order, client)


def test_an_unpaid_order_leads_to_its_payment(client):
    order = placed_order()
    assert client.get(order.get_absolute_url())["Location"] == "/checkout/payment/"
