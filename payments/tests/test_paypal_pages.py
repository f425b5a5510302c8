"""A purchase with PayPal over HTTP: there and back, twice, not at all, and in another way."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from orders.carts import cart as carts
from orders.models import Order
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    placed_order,
    ready_checkout,
    shown_total,
    variant_in_stock,
)
from payments import processing, providers, recovery
from payments.models import Payment
from payments.providers.base import Method
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.wire import Wire

pytestmark = pytest.mark.django_db

PAYMENT, REVIEW, EXPRESS = "/checkout/payment/", "/checkout/review/", "/checkout/express/"
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "security_code": "123"}


@pytest.fixture
def double(settings):
    with paypal_in_use(settings) as double:
        yield double


@pytest.fixture
def checkout():
    return ready_checkout(filled_cart((variant_in_stock(price=5000), 1)))


@pytest.fixture
def client(checkout):
    client = Client()
    client.cookies[carts.COOKIE] = checkout.cart.token
    return client


@pytest.fixture
def asked(client, checkout, double):
    """Our page that leads to PayPal, after the order was placed."""
    response = client.post(PAYMENT, {"means": "paypal"})
    assert (response.status_code, response["Location"]) == (303, REVIEW)
    return client.post(REVIEW, {"total": shown_total(checkout)})["Location"]


def words(response):
    return response.content.decode()


def leads_back(double, action):
    """Where PayPal sends the shopper after this link of its page, as a path of the shop."""
    address = f"{double.url}/checkoutnow/{action}?token={double.only_order()['id']}"
    parts = urlsplit(httpx.get(address, timeout=60).headers["Location"])
    return f"{parts.path}?{parts.query}"


def come_back(client, double, action):
    """Follow PayPal back to the shop; the last page's address."""
    response = client.get(leads_back(double, action))
    assert response.status_code == 303
    return client.get(response["Location"])


def taken(double):
    return [
        (amount, captured, refunded) for _key, amount, _, captured, refunded in double.charges()
    ]


def test_the_page_offers_paypal_beside_the_card(client, double):
    text = words(client.get(PAYMENT))
    assert 'value="card"' in text
    assert 'value="paypal"' in text
    assert "You confirm the payment at PayPal and come back." in text


def test_our_page_leads_to_paypal_and_nothing_is_charged_yet(client, asked, double):
    page = client.get(asked)
    assert f'href="{double.url}/checkoutnow?token={double.only_order()["id"]}"' in words(page)
    assert "Confirm the payment at PayPal" in words(page)
    assert "€54.90" in words(page)
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert (double.charges(), Order.objects.get().status) == ([], "PENDING")


def test_who_confirms_has_bought_once_however_often_they_come_back(client, asked, double):
    order = Order.objects.get()
    for _ in range(3):
        assert come_back(client, double, "approve")["Location"] == order.get_absolute_url()
    payment = Payment.objects.get()
    assert (payment.status, Order.objects.get().status) == ("CAPTURED", "PAID")
    assert (payment.provider_reference, payment.card_brand) == (double.only_order()["id"], "PayPal")
    assert taken(double) == [(5490, 5490, 0)]
    assert len(double.keys("finish")) == len(double.keys("capture")) == 1


def test_who_cancels_keeps_the_order_and_pays_in_another_way(client, asked, double):
    assert come_back(client, double, "cancel")["Location"] == PAYMENT
    text = words(client.get(PAYMENT))
    assert "was not confirmed" in text
    assert 'value="card"' in text
    client.post(PAYMENT, {"means": "card", **CARD})
    assert client.post(REVIEW)["Location"] == Order.objects.get().get_absolute_url()
    assert (Order.objects.get().status, double.charges()) == ("PAID", [])


def test_who_cancels_on_our_page_pays_nothing_though_paypal_would(client, asked, double):
    double.approve(double.only_order()["id"])
    assert client.post(asked, {"action": "cancel"})["Location"] == PAYMENT
    assert client.get(leads_back(double, "approve"))["Location"] == asked
    assert (Payment.objects.get().status, double.charges()) == ("FAILED", [])


def test_turning_to_a_card_ends_the_attempt_at_paypal(client, asked, double):
    client.post(PAYMENT, {"means": "card", **CARD})
    assert client.post(REVIEW)["Location"] == Order.objects.get().get_absolute_url()
    double.approve(double.only_order()["id"])
    client.get(leads_back(double, "approve"))
    assert list(Payment.objects.order_by("created_at").values_list("provider", "status")) == [
        ("PAYPAL", "FAILED"),
        ("SANDBOX", "CAPTURED"),
    ]
    assert double.charges() == []


def test_turning_to_another_page_of_payment_ends_the_attempt_too(asked, monkeypatch, settings):
    settings.PAYMENT_PROVIDERS = [*settings.PAYMENT_PROVIDERS, "STRIPE"]
    monkeypatch.setitem(providers._PROVIDERS, "STRIPE", Wire())
    order = Order.objects.get()
    made = processing.pay(order_id=order.pk, provider_name="STRIPE", method=Method(token=""))
    assert (made.provider, Payment.objects.get(provider="PAYPAL").status) == ("STRIPE", "FAILED")


def test_coming_back_without_having_confirmed_shows_the_way_again(client, asked, double):
    back = leads_back(double, "cancel").replace("approved=no", "approved=yes")
    assert client.get(client.get(back)["Location"]).status_code == 200
    assert (Payment.objects.get().status, double.charges()) == ("INITIATED", [])


def test_a_declined_means_is_told_and_paypal_offers_another(client, asked, double):
    double.refuse["finish"] = "INSTRUMENT_DECLINED"
    page = words(come_back(client, double, "approve"))
    assert "What you chose at PayPal was declined" in page
    assert f'href="{double.url}/checkoutnow' in page
    assert (
        come_back(client, double, "approve")["Location"] == Order.objects.get().get_absolute_url()
    )
    assert taken(double) == [(5490, 5490, 0)]


def test_who_must_do_more_at_paypal_is_led_there_by_the_address_we_know(client, asked, double):
    double.refuse["finish"] = "PAYER_ACTION_REQUIRED"
    page = words(come_back(client, double, "approve"))
    assert f'href="{double.url}/checkoutnow' in page


@pytest.mark.parametrize("how", ["refused", "lost", "500", "hang"])
def test_a_confirmation_we_did_not_hear_of_is_waited_for_and_found_out(client, asked, double, how):
    double.fail("finish", how)
    page = words(come_back(client, double, "approve"))
    assert "We are waiting for PayPal" in page
    assert 'hx-trigger="every 3s"' in page
    double.heal()
    headers = {"HX-Request": "true", "HX-Target": "challenge"}
    response = client.post(asked, {"action": "check"}, headers=headers)
    assert response["HX-Redirect"] == Order.objects.get().get_absolute_url()
    assert taken(double) == [(5490, 5490, 0)]


def test_who_confirms_and_never_comes_back_has_bought(asked, double):
    double.approve(double.only_order()["id"])
    recovery.resume(Payment.objects.get().pk)
    assert Order.objects.get().status == "PAID"
    assert taken(double) == [(5490, 5490, 0)]


def test_who_never_confirms_is_charged_nothing(asked, double):
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        ended = recovery.resume(Payment.objects.get().pk)
    assert (ended.status, ended.failure_code) == ("EXPIRED", "challenge_timed_out")
    assert double.charges() == []


def test_an_order_at_paypal_whose_answer_was_lost_is_led_to_once_it_is_known(
    client, checkout, double
):
    double.fail("authorize", "lost")
    client.post(PAYMENT, {"means": "paypal"})
    asked = client.post(REVIEW, {"total": shown_total(checkout)})["Location"]
    assert "We are waiting for the payment provider" in words(client.get(asked))
    double.heal()
    recovery.resume(Payment.objects.get().pk)
    assert f'href="{double.url}/checkoutnow' in words(client.get(asked))
    assert len(double.orders) == 1


def test_a_stranger_who_knows_the_way_back_sees_nothing(asked, double):
    stranger = Client()
    response = stranger.get(leads_back(double, "approve"))
    assert stranger.get(response["Location"]).status_code == 404


def test_the_express_page_leads_to_paypal_too(client, checkout, double):
    filled = {"email": "ada@example.com", "billing_same": "on", "method": "standard"}
    page = {**ADDRESS, **filled, "total": "5490", "means": "paypal"}
    asked = client.post(EXPRESS, page)["Location"]
    assert asked.startswith("/checkout/challenge/")
    assert (
        come_back(client, double, "approve")["Location"] == Order.objects.get().get_absolute_url()
    )
    assert taken(double) == [(5490, 5490, 0)]


def test_an_order_is_paid_by_its_link_with_paypal(double):
    order, client = placed_order(), Client()
    page = f"/order/{order.token}/pay/"
    asked = client.post(page, {"means": "paypal", "total": order.total})["Location"]
    assert asked.startswith("/checkout/challenge/")
    assert come_back(client, double, "cancel")["Location"] == page
    double.orders.clear()
    client.post(page, {"means": "paypal", "total": order.total})
    come_back(client, double, "approve")
    assert Order.objects.get().status == "PAID"
    assert taken(double) == [(order.total, order.total, 0)]
