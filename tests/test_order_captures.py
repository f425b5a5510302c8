"""Capturing and giving up money from the page of an order in the back office."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from orders.models import Order
from orders.tests.factories import member, placed_order, variant_in_stock
from payments import capturing, processing, providers, releasing
from payments.models import Capture, Payment
from payments.tests.cards import method
from payments.tests.wire import Wire
from shop.accounts.roles import Role
from shop.events.relay import deliver_due
from shop.models import new_id
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_shipment(settings):
    settings.PAYMENT_CAPTURE = "at_shipment"


@pytest.fixture
def client():
    return signed_in(staff())


@pytest.fixture
def wire(monkeypatch, settings):
    made = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", made.name]
    monkeypatch.setitem(providers._PROVIDERS, made.name, made)
    return made


def held(price=1000, by="SANDBOX", user=None):
    order = placed_order((variant_in_stock(price=price), 3), user=user)
    processing.pay(order_id=order.pk, provider_name=by, method=method())
    deliver_due()
    return Order.objects.get(pk=order.pk)


def step(order, name="capture"):
    return reverse("admin:orders_order_step", args=[order.pk, name])


def page_of(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def take(client, order, **wanted):
    return client.post(step(order), fields_of(client.get(step(order))) | wanted)


def text(response):
    return response.content.decode()


def test_panel_says_what_is_authorized_and_until_when(client):
    page = text(client.get(page_of(held())))
    assert "Authorized €34.90 · captured €0.00 · refunded €0.00" in page
    assert "€34.90 wait for their parcels" in page
    assert "Answered after" in page


def test_all_that_is_held_is_offered_and_captured(client):
    order = held()
    form = fields_of(client.get(step(order)))
    assert form["amount"] == "34.90"
    assert take(client, order)["Location"] == page_of(order)
    assert Payment.objects.get().captured_amount == 3490
    assert Capture.objects.get().actor is not None


def test_part_is_captured_and_a_second_post_changes_nothing(client):
    order = held()
    form = fields_of(client.get(step(order))) | {"amount": "10.00"}
    for _ in range(2):
        client.post(step(order), form)
    assert Payment.objects.get().captured_amount == 1000


@pytest.mark.parametrize("amount", ["34.91", "0", "-1", "x"])
def test_amount_that_cannot_be_captured_is_refused_in_words(client, amount):
    order = held()
    response = take(client, order, amount=amount)
    assert response.status_code == 422
    assert not Capture.objects.exists()


def test_large_capture_is_confirmed_by_its_amount(client):
    order = held(price=9000)
    assert take(client, order, confirmation="269.99").status_code == 422
    assert not Capture.objects.exists()
    assert take(client, order, confirmation="270.00").status_code == 302
    assert Payment.objects.get().captured_amount == 27000


def test_capture_of_a_provider_that_is_away_is_said_to_be_on_its_way(client, wire):
    order = held(by="STRIPE")
    wire.unreachable = {"capture"}
    form = fields_of(client.get(step(order)))
    page = text(client.post(step(order), form, follow=True))
    assert "as soon as the provider answers" in page
    assert Payment.objects.get().captured_amount == 0


def test_giving_up_sends_the_customer_a_link_and_says_so(client):
    order = held()
    assert "gets a link to pay" in text(client.get(step(order, "void")))
    client.post(step(order, "void"))
    page = text(client.get(page_of(order)))
    assert "Authorization lapsed" in page
    assert "€34.90 could not be captured in time" in page
    assert Payment.objects.get().status == "EXPIRED"


def test_large_authorization_is_given_up_by_typing_it(client):
    order = held(price=9000)
    assert client.post(step(order, "void"), {"confirmation": "1.00"}).status_code == 422
    assert Payment.objects.get().status == "AUTHORIZED"
    assert client.post(step(order, "void"), {"confirmation": "270.00"}).status_code == 302


def test_nothing_is_offered_of_what_was_captured_at_once(client, settings):
    settings.PAYMENT_CAPTURE = "at_once"
    order = held()
    page = text(client.get(page_of(order)))
    assert step(order) not in page
    assert "nothing is authorized that was not captured" in page


def test_only_who_may_refund_may_capture():
    order = held()
    clerk = signed_in(staff(Role.EMPLOYEE))
    assert step(order) not in text(clerk.get(page_of(order)))
    assert clerk.post(step(order)).status_code == 403
    assert Payment.objects.get().captured_amount == 0


def test_cancel_says_what_is_not_charged(client):
    order = held()
    assert "€34.90 are not charged, €0.00 goes back" in text(client.get(step(order, "cancel")))


def test_queues_show_what_ends_and_what_was_refused(client, wire):
    order = held(by="STRIPE")
    listed = reverse("admin:payments_payment_changelist")
    payment = Payment.objects.get()
    with time_machine.travel(payment.authorization_expires_at - timedelta(days=1)):
        assert releasing.ending().count() == 1
    wire.sandbox.void(capturing.known(payment), key="elsewhere")
    capturing.capture(payment_id=payment.pk, amount=1000, key=new_id())
    assert order.number in text(client.get(f"{listed}?queue=uncaptured"))
    assert order.number not in text(client.get(f"{listed}?queue=ending"))


def test_member_sees_what_is_set_aside():
    person = member()
    order = held(user=person)
    page = text(signed_in(person).get(reverse("orders:account_order", args=[order.number])))
    assert "€34.90 are set aside" in page


def test_customer_pays_by_the_link_what_lapsed(client):
    order = held()
    releasing.release(Payment.objects.get().pk, code=releasing.ENDED)
    link = reverse("payments:order", args=[order.token])
    assert "€34.90" in text(client.get(link))
    card = {"number": "4242 4242 4242 4242", "expiry": "12/35", "security_code": "123"}
    paid = client.post(link, {"means": "card", "total": "3490", **card})
    assert paid.status_code == 303
    assert Payment.objects.filter(instead_of__isnull=False).get().held_amount == 3490
