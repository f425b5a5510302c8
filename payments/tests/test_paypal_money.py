"""What was reserved at PayPal is taken and given back, in parts and once for each key."""

import pytest

from payments.errors import ProviderAway
from payments.providers.base import Outcome
from payments.providers.paypal import PayPal
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.test_paypal import approved, books, captured, charge, known


@pytest.fixture
def double(settings):
    with paypal_in_use(settings) as double:
        yield double


@pytest.fixture
def paypal(double):
    return PayPal()


def test_what_paypal_looks_at_is_waited_for(paypal, double):
    asked = paypal.authorize(charge())
    double.approve(asked.reference)
    double.turn_out["finish"] = "PENDING"
    with pytest.raises(ProviderAway):
        paypal.finish(charge(), reference=asked.reference, answer={})
    assert paypal.fetch(charge(), reference=asked.reference).outcome is None
    double.settle("authorizations", "CREATED")
    assert paypal.fetch(charge(), reference=asked.reference).authorized == 5490


def test_a_capture_that_paypal_looks_at_is_waited_for_and_asked_for_once(paypal, double):
    reference = approved(paypal, double)
    double.turn_out["capture"] = "PENDING"
    for _ in range(2):
        with pytest.raises(ProviderAway):
            paypal.capture(known(reference), key="capture", amount=5490)
    double.settle("captures", "COMPLETED")
    assert paypal.capture(known(reference), key="capture", amount=5490).amount == 5490
    assert double.keys("capture") == ["capture"]


def test_a_capture_that_fails_is_declined(paypal, double):
    reference = approved(paypal, double)
    double.turn_out["capture"] = "DECLINED"
    answer = paypal.capture(known(reference), key="capture", amount=5490)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "card_declined")
    assert books(double) == (0, 0)


def test_nothing_is_taken_of_an_authorization_that_ended(paypal, double):
    reference = approved(paypal, double)
    double.settle("authorizations", "EXPIRED")
    answer = paypal.capture(known(reference), key="capture", amount=5490)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "authorization_expired")
    assert paypal.fetch(charge(), reference=reference).voided


def test_each_step_again_with_its_key_moves_nothing_more_even_when_paypal_forgot_it(paypal, double):
    reference = approved(paypal, double)
    payment = known(reference)
    steps = [
        lambda: paypal.authorize(charge()) if double.keys("capture") == [] else None,
        lambda: paypal.capture(payment, key="capture", amount=5490),
        lambda: paypal.refund(payment, key="refund", amount=1000),
    ]
    for step in steps:
        first = step()
        assert step() == first
    double.forget_keys()
    for step in steps:
        step()
    assert books(double) == (5490, 1000)
    assert len(double.orders) == 1


def test_an_authorization_is_taken_in_parts_and_the_rest_released(paypal, double):
    reference = approved(paypal, double)
    payment = known(reference)
    for key, amount, is_last in (("one", 2000, False), ("two", 1000, True)):
        assert paypal.capture(payment, key=key, amount=amount, is_last=is_last).amount == amount
    refused = paypal.capture(payment, key="three", amount=2490)
    assert refused.outcome == Outcome.DECLINED
    assert books(double) == (3000, 0)


def test_what_was_taken_by_hand_at_paypal_is_not_taken_again(paypal, double):
    reference = approved(paypal, double)
    invoice = double.only_order()["unit"]["invoice_id"]
    paypal.capture(known(reference), key=invoice, amount=5490)
    answer = paypal.capture(known(reference), key="capture", amount=5490)
    assert (answer.outcome, answer.amount) == (Outcome.APPROVED, 5490)
    assert books(double) == (5490, 0)


def test_a_refund_larger_than_one_part_goes_back_of_several(paypal, double):
    reference = captured(paypal, double, 2000, 3490)
    for _ in range(2):
        answer = paypal.refund(known(reference), key="refund", amount=3000)
        assert (answer.outcome, answer.amount) == (Outcome.APPROVED, 3000)
    assert [row["amount"]["value"] for row in double.only_order()["refunds"]] == ["20.00", "10.00"]


def test_a_refund_that_broke_off_between_its_parts_is_completed(paypal, double):
    reference = captured(paypal, double, 2000, 3490)
    double.refuse["refund"] = "REFUND_FAILED_INSUFFICIENT_FUNDS"
    assert paypal.refund(known(reference), key="one", amount=100).code == "shop_account_empty"
    assert books(double) == (5490, 0)
    double.forget_keys()
    paypal.refund(known(reference), key="two", amount=2000)
    double.only_order()["refunds"][0]["invoice_id"] = "three"
    assert paypal.refund(known(reference), key="three", amount=3000).amount == 3000
    assert books(double) == (5490, 3000)


@pytest.mark.parametrize("amount", [5491, 3491])
def test_more_than_is_left_is_not_given_back(paypal, double, amount):
    reference = captured(paypal, double, 5490)
    paypal.refund(known(reference), key="first", amount=2000)
    answer = paypal.refund(known(reference), key="second", amount=amount)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "not_refundable")
    assert books(double) == (5490, 2000)


def test_a_refund_on_its_way_is_waited_for(paypal, double):
    reference = captured(paypal, double, 5490)
    double.turn_out["refund"] = "PENDING"
    for _ in range(2):
        with pytest.raises(ProviderAway):
            paypal.refund(known(reference), key="refund", amount=5490)
    double.settle("refunds", "COMPLETED")
    assert paypal.refund(known(reference), key="refund", amount=5490).outcome == Outcome.APPROVED
    assert books(double) == (5490, 5490)


def test_void_releases_what_is_held(paypal, double):
    reference = approved(paypal, double)
    for _ in range(2):
        assert paypal.void(known(reference), key="void").outcome == Outcome.APPROVED
    state = paypal.fetch(charge(), reference=reference)
    assert (state.voided, state.authorized, state.captured) == (True, 0, 0)


def test_void_gives_back_what_was_taken_of_each_part(paypal, double):
    reference = approved(paypal, double)
    for key, amount in (("one", 2000), ("two", 1000)):
        paypal.capture(known(reference), key=key, amount=amount, is_last=False)
    paypal.refund(known(reference), key="refund", amount=500)
    for _ in range(2):
        assert paypal.void(known(reference), key="void").outcome == Outcome.APPROVED
    assert books(double) == (3000, 3000)


@pytest.mark.parametrize("is_told", [True, False])
def test_void_of_what_nobody_approved_moves_nothing(paypal, double, is_told):
    asked = paypal.authorize(charge())
    reference = asked.reference if is_told else ""
    assert paypal.void(known(reference), key="void").outcome == Outcome.APPROVED
    assert double.charges() == []


def test_fetch_only_looks_and_says_whose_turn_it_is(paypal, double):
    asked = paypal.authorize(charge())
    state = paypal.fetch(charge(), reference=asked.reference)
    assert (state.outcome, state.awaits_us) == (Outcome.CHALLENGE, False)
    double.approve(asked.reference)
    assert paypal.fetch(charge(), reference=asked.reference).awaits_us
    assert double.charges() == []
