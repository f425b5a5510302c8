"""Notices that come at the same moment, and beside the shopper's own request."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from orders.models import Order
from orders.tests.factories import placed_order
from payments import notices, processing
from payments.charges import charge_of
from payments.models import Payment, PaymentTransaction, ProviderNotice, SandboxCapture
from payments.providers import provider
from payments.tests.cards import method
from payments.tests.telling import post, told

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 20


def at_once(acts):
    """Run all ``acts`` at the same moment, each with a connection of its own."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(run, act) for act in acts]]


@pytest.fixture
def crashed():
    order = placed_order()
    payment = Payment.objects.create(
        order=order,
        provider="SANDBOX",
        currency=order.currency,
        amount=order.total,
        method_token=method().token,
    )
    provider("SANDBOX").authorize(charge_of(payment))
    return payment


def webhooks():
    return PaymentTransaction.objects.filter(kind="WEBHOOK").count()


def test_twenty_of_the_same_notice_at_once_are_one_row(crashed):
    body = told(crashed, event_id="event_once")
    assert {answer.status_code for answer in at_once([lambda: post(body)] * AT_ONCE)} == {200}
    assert ProviderNotice.objects.count() == 1


def test_twenty_workers_with_one_notice_have_one_effect(crashed):
    post(told(crashed))
    notice_id = ProviderNotice.objects.get().pk
    at_once([lambda: notices.process(notice_id)] * AT_ONCE)
    notice = ProviderNotice.objects.get()
    assert (notice.status, notice.tries, webhooks()) == ("PROCESSED", 1, 1)
    assert SandboxCapture.objects.get().amount == crashed.amount
    assert Order.objects.get(pk=crashed.order_id).status == "PAID"


def test_twenty_notices_of_one_payment_at_once_take_its_money_once(crashed):
    for number in range(AT_ONCE):
        post(told(crashed, event_id=f"event_{number}"))
    ids = notices.waiting()
    at_once([lambda one=one: notices.process(one) for one in ids])
    assert SandboxCapture.objects.get().amount == crashed.amount
    assert Payment.objects.get().captured_amount == crashed.amount
    assert webhooks() == AT_ONCE


def test_a_notice_beside_the_shopper_s_own_request_takes_the_money_once(crashed):
    post(told(crashed))
    notice_id = ProviderNotice.objects.get().pk
    token = crashed.method_token

    def pay():
        card = method()
        return processing.pay(
            order_id=crashed.order_id,
            provider_name="SANDBOX",
            method=type(card)(token, card.brand, card.last4, card.bin),
        )

    at_once([pay, lambda: notices.process(notice_id), pay])
    assert SandboxCapture.objects.get().amount == crashed.amount
    assert Order.objects.get(pk=crashed.order_id).status == "PAID"
