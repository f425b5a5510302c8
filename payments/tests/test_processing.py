"""Paying an order."""

from functools import partial

import pytest

from inventory.tests.builders import counters
from inventory.tests.crowd import all_at_once
from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import placed_order, variant_in_stock
from payments import processing
from payments.errors import NothingToPay, UnknownProvider
from payments.models import Payment, PaymentTransaction, SandboxCharge
from payments.tests.cards import ASKS, DECLINED, GOOD, NO_FUNDS, method

pytestmark = pytest.mark.django_db


def pay(order, number=GOOD):
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(number))


def status_of(order):
    return Order.objects.get(pk=order.pk).status


def charges():
    """Status and captured amount of every charge the provider knows."""
    return sorted(SandboxCharge.objects.values_list("status", "captured_amount"))


def test_good_card_pays_the_order_and_sells_its_units():
    shirt = variant_in_stock(units=5)
    order = placed_order((shirt, 2))
    payment = pay(order)
    assert (payment.status, payment.captured_amount) == ("CAPTURED", order.total)
    assert status_of(order) == "PAID"
    assert counters(shirt.stocks.get()) == (3, 0)
    assert charges() == [("captured", order.total)]


def test_every_word_with_the_provider_is_noted():
    payment = pay(placed_order())
    noted = payment.transactions.values_list("kind", "result")
    assert list(noted) == [("AUTHORIZE", "SUCCESS"), ("CAPTURE", "SUCCESS")]


@pytest.mark.parametrize(
    ("number", "code"), [(DECLINED, "card_declined"), (NO_FUNDS, "insufficient_funds")]
)
def test_declined_card_leaves_the_order_payable_with_another(number, code):
    order = placed_order()
    refused = pay(order, number)
    assert (refused.status, refused.failure_code) == ("FAILED", code)
    assert Order.objects.get(pk=order.pk).is_payable
    assert pay(order).status == "CAPTURED"
    assert status_of(order) == "PAID"
    assert charges() == [("captured", order.total), ("declined", 0)]


def test_paid_order_is_not_charged_again():
    order = placed_order()
    first = pay(order)
    assert pay(order) == first
    assert pay(order, DECLINED) == first
    assert charges() == [("captured", order.total)]


def test_approved_challenge_pays_the_order():
    order = placed_order()
    asked = pay(order, ASKS)
    assert (asked.status, asked.three_d_secure) == ("INITIATED", "CHALLENGED")
    assert status_of(order) == "PENDING"
    paid = processing.finish(asked.pk, {"approved": "yes"})
    assert (paid.status, paid.three_d_secure) == ("CAPTURED", "PASSED")
    assert status_of(order) == "PAID"


def test_refused_challenge_leaves_the_order_payable():
    order = placed_order()
    asked = pay(order, ASKS)
    refused = processing.finish(asked.pk, {"approved": "no"})
    assert (refused.status, refused.three_d_secure) == ("FAILED", "FAILED")
    assert refused.failure_code == "authentication_failed"
    assert Order.objects.get(pk=order.pk).is_payable
    assert charges() == [("declined", 0)]


def test_second_answer_to_the_bank_changes_nothing():
    order = placed_order()
    asked = pay(order, ASKS)
    processing.finish(asked.pk, {"approved": "no"})
    assert processing.finish(asked.pk, {"approved": "yes"}).status == "FAILED"
    assert charges() == [("declined", 0)]


def test_other_card_during_a_challenge_ends_the_first_attempt():
    order = placed_order()
    asked = pay(order, ASKS)
    paid = pay(order)
    assert Payment.objects.get(pk=asked.pk).status == "FAILED"
    assert paid.status == "CAPTURED"
    assert charges() == [("captured", order.total), ("declined", 0)]
    assert processing.finish(asked.pk, {"approved": "yes"}).status == "FAILED"
    assert charges() == [("captured", order.total), ("declined", 0)]


def test_same_card_again_during_a_challenge_goes_on_with_it():
    order = placed_order()
    card = method(ASKS)
    asked = [
        processing.pay(order_id=order.pk, provider_name="SANDBOX", method=card) for _ in range(2)
    ]
    assert asked[0] == asked[1]
    assert charges() == [("waiting", 0)]


def test_canceled_order_cannot_be_paid():
    order = placed_order()
    lifecycle.cancel(order.pk, reason="Changed my mind")
    with pytest.raises(NothingToPay):
        pay(order)
    assert charges() == []
    assert not Payment.objects.exists()


def test_provider_that_is_switched_off_is_refused():
    order = placed_order()
    with pytest.raises(UnknownProvider):
        processing.pay(order_id=order.pk, provider_name="PAYPAL", method=method())
    assert not Payment.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_charge_once():
    shirt = variant_in_stock(units=5)
    order, card = placed_order((shirt, 2)), method()
    once = partial(processing.pay, order_id=order.pk, provider_name="SANDBOX", method=card)
    outcomes = all_at_once([once] * 10)
    assert {getattr(one, "status", one) for one in outcomes} == {"CAPTURED"}
    assert charges() == [("captured", order.total)]
    assert counters(shirt.stocks.get()) == (3, 0)
    assert order.status_changes.filter(to_status="PAID").count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_different_cards_at_once_charge_once():
    order = placed_order()
    acts = [
        partial(processing.pay, order_id=order.pk, provider_name="SANDBOX", method=method())
        for _ in range(8)
    ]
    outcomes = all_at_once(acts)
    assert {type(one) for one in outcomes} == {Payment}
    assert status_of(order) == "PAID"
    live = [row for row in charges() if row[0] != "voided"]
    assert live == [("captured", order.total)]
    assert PaymentTransaction.objects.filter(kind="CAPTURE", result="SUCCESS").exists()
