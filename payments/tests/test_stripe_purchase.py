"""A whole purchase by Stripe over HTTP: the pages, the bank's page, notices, ways back."""

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from orders.carts import cart as carts
from orders.models import Checkout, Order
from orders.tests.factories import (
    filled_cart,
    placed_order,
    ready_checkout,
    shown_total,
    variant_in_stock,
)
from payments import notices, processing, providers, recovery
from payments.models import Payment
from payments.providers.base import Method
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.stripe_cards import ASKS, DECLINED, GOOD

pytestmark = pytest.mark.django_db

PAYMENT, REVIEW, EXPRESS = "/checkout/payment/", "/checkout/review/", "/checkout/express/"


@pytest.fixture
def double(settings, monkeypatch):
    with StripeDouble() as made:
        options = made.options()
        # Pages name Stripe's own script; no test here runs it.
        options.pop("STRIPE_SCRIPT_URL")
        for name, value in options.items():
            setattr(settings, name, value)
        # One made under other settings would let pages load another script.
        monkeypatch.delitem(providers._PROVIDERS, "STRIPE", raising=False)
        yield made
        providers._PROVIDERS.pop("STRIPE", None)


@pytest.fixture
def checkout():
    return ready_checkout(filled_cart((variant_in_stock(price=5000), 1)))


@pytest.fixture
def client(checkout, double):
    client = Client()
    client.cookies[carts.COOKIE] = checkout.cart.token
    return client


def typed(token=GOOD, brand="visa", last4="4242"):
    return {
        "means": "stripe",
        "stripe_token": token,
        "stripe_brand": brand,
        "stripe_last4": last4,
    }


def buy(client, checkout, token=GOOD):
    client.post(PAYMENT, typed(token))
    return client.post(REVIEW, {"total": shown_total(checkout)})


def test_a_card_in_stripes_fields_buys(client, checkout, double):
    assert client.post(PAYMENT, typed())["Location"] == REVIEW
    assert "Visa •••• 4242" in client.get(REVIEW).content.decode()
    response = client.post(REVIEW, {"total": shown_total(checkout)})
    order, payment = Order.objects.get(), Payment.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert (order.status, payment.provider, payment.card_last4) == ("PAID", "STRIPE", "4242")
    assert double.charges() == [(str(payment.pk), order.total, "EUR", order.total, 0)]


def test_what_was_paid_with_is_what_stripe_says(client, checkout):
    client.post(PAYMENT, typed(brand="amex", last4="0005"))
    client.post(REVIEW, {"total": shown_total(checkout)})
    payment = Payment.objects.get()
    assert (payment.card_brand, payment.card_last4) == ("Visa", "4242")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stripe_token": ""}, "Its fields need JavaScript"),
        ({"stripe_token": "4242424242424242"}, "Enter your card once more"),
        ({"stripe_token": "pm_" + "x" * 300}, "Enter your card once more"),
        ({"stripe_last4": "4242424242424242"}, ""),
        ({"stripe_brand": "<b>visa</b>"}, ""),
    ],
)
def test_a_token_that_is_none_is_refused_and_nothing_kept(client, change, said):
    response = client.post(PAYMENT, typed() | change)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert "4242424242424242" not in response.content.decode()
    assert not Checkout.objects.get().payment_method


def test_a_declined_card_leaves_the_order_to_be_paid_with_another(client, checkout, double):
    assert buy(client, checkout, DECLINED)["Location"] == PAYMENT
    assert "Your bank declined the payment" in client.get(PAYMENT).content.decode()
    client.post(PAYMENT, typed())
    client.post(REVIEW)
    assert Order.objects.get().status == "PAID"
    assert [row[3] for row in double.charges()] == [5490]


def test_the_banks_page_is_led_to_and_its_answer_found_out(client, checkout, double):
    page = buy(client, checkout, ASKS)["Location"]
    payment = Payment.objects.get()
    assert (
        f'href="{double.url}/3ds/{payment.provider_reference}"' in client.get(page).content.decode()
    )
    back = double.shopper_pays(payment)
    for _ in range(2):
        response = client.get(reverse("payments:challenge_return", args=[payment.pk]), back)
        assert response["Location"] == page
    assert client.get(page)["Location"] == Order.objects.get().get_absolute_url()
    assert [row[3] for row in double.charges()] == [5490]


def test_a_shopper_who_lies_about_the_bank_pays_nothing(client, checkout, double):
    page = buy(client, checkout, ASKS)["Location"]
    payment = Payment.objects.get()
    lie = {"redirect_status": "succeeded", "approved": "yes"}
    client.get(reverse("payments:challenge_return", args=[payment.pk]), lie)
    client.post(page, {"action": "confirm"})
    assert Order.objects.get().status == "PENDING"
    assert double.charges() == []


def test_a_question_that_is_canceled_ends_the_charge_at_stripe(client, checkout, double):
    page = buy(client, checkout, ASKS)["Location"]
    assert client.post(page, {"action": "cancel"})["Location"] == PAYMENT
    payment = Payment.objects.get()
    assert (payment.status, payment.failure_code) == ("FAILED", "authentication_failed")
    assert double.intents[payment.provider_reference].status == "canceled"


@pytest.mark.parametrize("call", ["authorize", "capture"])
def test_a_lost_reply_is_waited_for_and_charges_once(client, checkout, double, call):
    double.fail(call, "lost")
    page = buy(client, checkout)["Location"]
    assert "waiting for the payment provider" in client.get(page).content.decode()
    double.heal()
    payment = recovery.resume(Payment.objects.get().pk)
    assert (payment.status, Order.objects.get().status) == ("CAPTURED", "PAID")
    assert double.charges() == [(str(payment.pk), 5490, "EUR", 5490, 0)]
    assert len(set(double.keys(call))) == 1


def test_the_page_may_load_stripe_and_no_other_page_may(client, settings):
    policy = client.get(PAYMENT)["Content-Security-Policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["script-src"] == "'self' https://js.stripe.com https://*.js.stripe.com"
    assert "https://hooks.stripe.com" in directives["frame-src"]
    assert directives["connect-src"] == "'self' https://api.stripe.com"
    assert "unsafe" not in policy
    assert "https://js.stripe.com" in client.get(EXPRESS)["Content-Security-Policy"]
    assert "stripe" not in client.get("/cart/")["Content-Security-Policy"]
    settings.PAYMENT_PROVIDERS = ["SANDBOX"]
    assert "stripe" not in client.get(PAYMENT)["Content-Security-Policy"]


def test_the_page_has_stripes_fields_and_says_what_works_without_script(client):
    text = client.get(PAYMENT).content.decode()
    assert 'src="https://js.stripe.com/endive/stripe.js"' in text
    assert 'data-key="pk_test_double"' in text
    assert "Paying by card needs JavaScript here" in text
    assert 'name="number"' not in text


def test_an_order_is_paid_by_its_link(double):
    order = placed_order()
    client = Client()
    page = reverse("payments:order", args=[order.token])
    assert "https://js.stripe.com" in client.get(page)["Content-Security-Policy"]
    client.post(page, typed() | {"total": order.total})
    assert Order.objects.get().status == "PAID"
    assert double.charges()[0][3] == order.total


def test_a_notice_finishes_what_the_shopper_left(client, checkout, double):
    buy(client, checkout, ASKS)
    payment = Payment.objects.get()
    double.answer_bank(payment.provider_reference, is_yes=True)
    headers, body = double.told(payment.provider_reference)
    url = reverse("payments:webhook", args=["stripe"])
    signed = {"Stripe-Signature": headers["Stripe-Signature"]}
    for _ in range(2):
        answer = Client().post(url, body, content_type="application/json", headers=signed)
        assert answer.status_code in (200, 202, 204)
    notice = notices.ProviderNotice.objects.get()
    notices.process(notice.pk)
    assert Order.objects.get().status == "PAID"
    assert [row[3] for row in double.charges()] == [5490]


def test_a_forged_notice_changes_nothing(client, checkout, double):
    buy(client, checkout, ASKS)
    payment = Payment.objects.get()
    headers, body = double.told(payment.provider_reference, secret="whsec_forged")
    url = reverse("payments:webhook", args=["stripe"])
    answer = Client().post(url, body, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    assert not notices.ProviderNotice.objects.exists()


def test_paying_an_order_gives_up_what_was_asked_for_another_card(double):
    order = placed_order()
    pay = {"order_id": order.pk, "provider_name": "STRIPE"}
    asked = processing.pay(**pay, method=Method(ASKS))
    paid = processing.pay(**pay, method=double.method())
    assert (paid.status, Payment.objects.get(pk=asked.pk).status) == ("CAPTURED", "FAILED")
    assert double.intents[asked.provider_reference].status == "canceled"


def test_missing_keys_and_unsafe_addresses_are_told_at_the_start(settings):
    settings.PAYMENT_PROVIDERS = ["STRIPE"]
    settings.STRIPE_API_URL = "http://stripe.example"
    said = " ".join(str(found.msg) for found in run_checks())
    assert "STRIPE_SECRET_KEY" in said
    assert "STRIPE_API_URL" in said
