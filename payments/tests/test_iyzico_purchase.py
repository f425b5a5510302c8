"""A purchase paid at iyzico: out to its page, back by a form of theirs, and what comes between."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.carts import cart as carts
from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import filled_cart, ready_checkout, shown_total, variant_in_stock
from payments import notices, refunding
from payments.checks import check_providers
from payments.models import Payment
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.doubles.using import in_use

pytestmark = pytest.mark.django_db

PAYMENT, REVIEW = "/checkout/payment/", "/checkout/review/"
TOTAL = 5490


@pytest.fixture
def double(settings):
    with in_use(IyzicoDouble(), settings) as made:
        yield made


class Shopper:
    """Somebody with a shirt in the cart, who pays at iyzico."""

    def __init__(self):
        self.checkout = ready_checkout(filled_cart((variant_in_stock(price=5000), 1)))
        self.client = Client()
        self.client.cookies[carts.COOKIE] = self.checkout.cart.token
        self.client.post(PAYMENT, {"means": "iyzico"})
        self.client.post(REVIEW, {"total": shown_total(self.checkout)})
        self.order = Order.objects.get(cart=self.checkout.cart)

    @property
    def payment(self):
        return self.order.payments.latest("created_at")

    @property
    def page(self):
        return reverse("payments:challenge", args=[self.payment.pk])

    @property
    def is_paid(self):
        return Order.objects.get(pk=self.order.pk).status == "PAID"

    def comes_back(self, brought):
        """iyzico's own form posts to us: the browser sends it without our cookies."""
        address = reverse("payments:challenge_return", args=[self.payment.pk])
        return Client(enforce_csrf_checks=True).post(
            address, brought, headers={"Origin": "https://sandbox-cpp.iyzipay.com"}
        )

    def sees(self):
        return self.client.get(self.page).content.decode()


@pytest.fixture
def shopper(double):
    return Shopper()


def test_out_to_iyzico_and_back_with_a_paid_order(double, shopper):
    assert f'href="{shopper.payment.challenge_url}"' in shopper.sees()
    assert double.opened.request["basketId"] == shopper.order.number
    back = shopper.comes_back(double.shopper_pays(shopper.payment))
    assert (back.status_code, back["Location"]) == (303, shopper.page)
    assert not back.cookies
    assert shopper.client.get(shopper.page)["Location"].endswith("/thanks/")
    assert shopper.is_paid
    assert double.charges() == [(str(shopper.payment.pk), TOTAL, "EUR", TOTAL, 0)]


def test_what_was_paid_with_is_kept_and_no_more_of_the_card(double, shopper):
    shopper.comes_back(double.pay(shopper.payment.provider_reference, installment=3))
    paid = shopper.payment
    assert (paid.card_brand, paid.card_last4, paid.installments) == ("Mastercard", "0006", 3)
    assert (paid.three_d_secure, paid.authorized_amount) == ("PASSED", TOTAL)


def test_coming_back_twice_takes_the_money_once(double, shopper):
    brought = double.shopper_pays(shopper.payment)
    for _ in range(2):
        assert shopper.comes_back(brought)["Location"] == shopper.page
    assert double.keys("capture") == [f"{shopper.payment.pk}:capture"]


def test_the_token_that_somebody_else_paid_for_pays_nothing(double, shopper):
    other = Shopper()
    brought = double.shopper_pays(other.payment)
    assert shopper.comes_back(brought).status_code == 303
    assert (shopper.payment.status, shopper.is_paid) == ("INITIATED", False)
    other.comes_back(brought)
    assert other.is_paid


def test_an_amount_that_is_not_ours_pays_nothing(double, shopper):
    shopper.comes_back(double.pay(shopper.payment.provider_reference, price="0.54"))
    assert (shopper.payment.status, shopper.payment.failure_code) == ("FAILED", "amount_mismatch")
    assert not shopper.is_paid
    assert double.keys("capture") == []


def test_a_refused_card_leads_back_to_the_ways_to_pay(double, shopper):
    shopper.comes_back(double.refuse(shopper.payment.provider_reference, error="10051"))
    assert shopper.client.get(shopper.page)["Location"] == PAYMENT
    assert "not have enough money" in shopper.client.get(PAYMENT).content.decode()
    assert shopper.order.payments.get().status == "FAILED"


def test_a_payment_under_review_says_so_and_is_paid_once_it_is_through(double, shopper):
    token = shopper.payment.provider_reference
    shopper.comes_back(double.pay(token, fraud=0))
    text = shopper.sees()
    assert "iyzico is checking the payment" in text
    assert 'hx-trigger="every 3s"' in text
    double.forms[token].fraud = 1
    shopper.client.post(shopper.page, {"action": "check"})
    assert shopper.is_paid


def test_a_notice_finishes_what_the_shopper_did_not_come_back_from(double, shopper):
    token = shopper.payment.provider_reference
    double.pay(token)
    headers, body = double.notice(token)
    told = [notices.receive("IYZICO", headers, body) for _ in range(2)]
    assert told[0] == told[1]
    assert notices.process(told[0].pk).status == "PROCESSED"
    assert shopper.is_paid


def test_who_paid_after_giving_up_gets_the_money_back_by_the_notice(double, shopper):
    token = shopper.payment.provider_reference
    shopper.client.post(shopper.page, {"action": "cancel"})
    assert shopper.payment.status == "FAILED"
    double.pay(token)
    told = notices.receive("IYZICO", *double.notice(token))
    assert notices.process(told.pk).status == "PROCESSED"
    assert double.forms[token].is_canceled
    assert not shopper.is_paid


def test_a_canceled_order_is_refunded_at_iyzico(double, shopper):
    shopper.comes_back(double.shopper_pays(shopper.payment))
    lifecycle.call_off(shopper.order.pk, reason="Changed my mind")
    assert refunding.give_back_canceled(shopper.order.pk).status == "SUCCEEDED"
    assert shopper.payment.status == "REFUNDED"
    assert double.charges() == [(str(shopper.payment.pk), TOTAL, "EUR", TOTAL, TOTAL)]


def test_a_page_that_did_not_open_is_given_up_and_the_next_one_is_paid(double, settings):
    double.fail("authorize", "lost")
    shopper = Shopper()
    assert "waiting for the payment provider" in shopper.sees()
    double.heal()
    shopper.client.post(shopper.page, {"action": "check"})
    assert shopper.payment.failure_code == "never_reached_provider"
    shopper.client.post(PAYMENT, {"means": "iyzico"})
    shopper.client.post(REVIEW, {"total": TOTAL})
    shopper.comes_back(double.shopper_pays(shopper.payment))
    assert shopper.is_paid
    assert Payment.objects.count() == 2


def test_iyzico_without_its_keys_or_over_an_open_line_stops_the_shop(settings):
    settings.PAYMENT_PROVIDERS = ["IYZICO"]
    settings.IYZICO_API_KEY = "key"
    settings.IYZICO_SECRET_KEY = ""
    settings.IYZICO_API_URL = "http://api.iyzipay.com"
    told = [error.msg for error in check_providers(None)]
    assert len(told) == 2
    assert "IYZICO_SECRET_KEY" in told[0]
    assert "https" in told[1]
