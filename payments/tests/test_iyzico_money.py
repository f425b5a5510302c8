"""What was reserved at iyzico is taken and given back once, whatever is lost on the way."""

import time

import pytest
from iyzipay.iyzipay_resource import IyzipayResource

from payments.errors import CardRefused, ProviderAway
from payments.providers.base import Card, Known, Outcome
from payments.providers.iyzico import Iyzico, wire
from payments.tests.doubles.faults import LONGEST_HANG
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.test_iyzico import KEY, charge, finish, opened, paid, taken


@pytest.fixture(scope="module")
def running():
    with IyzicoDouble() as double:
        yield double


@pytest.fixture
def double(running, settings):
    running.forms.clear()
    running.seen.clear()
    running.heal()
    running.signs, running.status = True, 200
    for name, value in running.options().items():
        setattr(settings, name, value)
    return running


def test_what_installments_cost_is_the_shoppers_and_our_amount_stays(double):
    payment = paid(double, installment=6, surcharge="8.50")
    iyzico = Iyzico()
    state = iyzico.fetch(charge(), reference=payment.reference)
    assert (state.authorized, state.method.installments) == (8490, 6)
    assert iyzico.capture(payment, key="c", amount=8490).amount == 8490
    assert str(double.form_of(payment.reference).paid) == "93.40"
    iyzico.refund(payment, key="r1", amount=4000)
    iyzico.refund(payment, key="r2", amount=4490)
    assert str(double.form_of(payment.reference).refunded) == "93.40"


def test_reserved_money_is_taken_once(double):
    payment = paid(double)
    for _ in range(2):
        answer = Iyzico().capture(payment, key="c", amount=8490)
        assert (answer.outcome, answer.amount) == (Outcome.APPROVED, 8490)
    assert double.keys("capture") == ["c"]
    assert double.charges() == [(KEY, 8490, "EUR", 8490, 0)]


def test_a_part_of_it_is_taken_once_and_the_rest_is_given_up(double):
    payment = paid(double, installment=3, surcharge="4.00")
    for _ in range(2):
        assert Iyzico().capture(payment, key="c", amount=5000).amount == 5000
    rest = Iyzico().capture(payment, key="rest", amount=3490)
    assert (rest.outcome, rest.code) == (Outcome.DECLINED, "not_capturable")
    assert double.charges() == [(KEY, 8490, "EUR", 5000, 0)]


def test_canceled_money_is_not_taken(double):
    payment = paid(double)
    Iyzico().void(payment, key="v")
    answer = Iyzico().capture(payment, key="c", amount=8490)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "not_capturable")


def test_reserved_money_is_given_back_once(double):
    payment = paid(double)
    for _ in range(2):
        assert Iyzico().void(payment, key="v").outcome is Outcome.APPROVED
    assert Iyzico().fetch(charge(), reference=payment.reference).voided
    assert double.charges() == [(KEY, 8490, "EUR", 0, 0)]


def test_a_page_is_given_back_by_its_token(double):
    token = opened(double)
    assert Iyzico().void(Known(KEY, token, 8490, "EUR"), key="v").outcome is Outcome.APPROVED
    double.pay(token)
    assert Iyzico().void(Known(KEY, token, 8490, "EUR"), key="v").outcome is Outcome.APPROVED
    assert double.forms[token].is_canceled
    assert Iyzico().fetch(charge(), reference=token).voided


def test_taken_money_goes_back_as_a_refund_once_the_day_is_over(double):
    payment = taken(double)
    double.form_of(payment.reference).day_is_over = True
    for _ in range(2):
        assert Iyzico().void(payment, key="v").outcome is Outcome.APPROVED
    assert double.charges() == [(KEY, 8490, "EUR", 8490, 8490)]


def test_refunds_add_up_to_what_was_taken_and_no_further(double):
    payment = taken(double)
    assert Iyzico().refund(payment, key="r1", amount=3000).amount == 3000
    assert Iyzico().refund(payment, key="r2", amount=5490).outcome is Outcome.APPROVED
    refused = Iyzico().refund(payment, key="r3", amount=1)
    assert refused.outcome is Outcome.DECLINED
    assert double.charges() == [(KEY, 8490, "EUR", 8490, 8490)]


@pytest.mark.parametrize("how", ["lost", "reset", "500", "garbage"])
def test_a_refund_whose_answer_was_lost_is_not_sent_again(double, how):
    payment = taken(double)
    double.fail("refund", how)
    with pytest.raises(ProviderAway):
        Iyzico().refund(payment, key="r", amount=3000)
    double.heal()
    assert Iyzico().refund(payment, key="r", amount=3000).outcome is Outcome.APPROVED
    assert double.charges() == [(KEY, 8490, "EUR", 8490, 3000)]


def test_nothing_is_sent_back_before_iyzico_says_what_was(double):
    payment = taken(double)
    double.form_of(payment.reference).is_reported = False
    with pytest.raises(ProviderAway):
        Iyzico().refund(payment, key="r", amount=3000)
    assert double.keys("refund") == []


def test_a_page_whose_answer_was_lost_is_unknown_to_iyzico_by_our_key(double):
    double.fail("authorize", "lost")
    with pytest.raises(ProviderAway):
        Iyzico().authorize(charge())
    double.heal()
    assert Iyzico().fetch(charge(), reference="") is None


def test_a_payment_is_found_by_our_key_alone(double):
    payment = taken(double)
    state = Iyzico().fetch(charge(), reference="")
    assert (state.reference, state.captured) == (payment.reference, 8490)


@pytest.mark.parametrize("how", ["refused", "lost", "500", "429", "reset", "garbage"])
@pytest.mark.parametrize("call", ["authorize", "finish"])
def test_whatever_is_no_clear_answer_is_none(double, call, how):
    token = opened(double)
    double.fail(call, how)
    with pytest.raises(ProviderAway):
        Iyzico().authorize(charge()) if call == "authorize" else finish(token)


def test_a_server_that_hangs_is_left_in_time(double, settings):
    double.fail("authorize", "hang")
    start = time.monotonic()
    with pytest.raises(ProviderAway):
        Iyzico().authorize(charge())
    assert time.monotonic() - start < LONGEST_HANG / 2


def test_an_answer_that_somebody_else_signed_is_none(double):
    payment, token = paid(double), opened(double)
    double.signs = False
    for ask in (
        lambda: Iyzico().authorize(charge()),
        lambda: finish(token, **double.pay(token)),
        lambda: Iyzico().capture(payment, key="c", amount=8490),
        lambda: Iyzico().void(payment, key="v"),
    ):
        with pytest.raises(ProviderAway, match="signature"):
            ask()


def test_wrong_keys_charge_nothing_and_are_no_refusal_of_the_card(double, settings):
    settings.IYZICO_SECRET_KEY = "mistyped"
    with pytest.raises(ProviderAway, match="1000"):
        Iyzico().authorize(charge())


def test_what_one_request_is_signed_with_never_reaches_another(double):
    opened(double)
    assert "Authorization" not in IyzipayResource.header


@pytest.mark.parametrize("status", [302, 429, 500, 503])
def test_an_answer_counts_only_with_the_status_of_one(double, status):
    payment = paid(double)
    double.status = status
    with pytest.raises(ProviderAway, match=str(status)):
        Iyzico().capture(payment, key="c", amount=8490)


def test_an_answer_without_end_is_left(double, monkeypatch):
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 64)
    with pytest.raises(ProviderAway):
        Iyzico().authorize(charge())


def test_cards_are_not_typed_here():
    with pytest.raises(CardRefused):
        Iyzico().tokenize(Card("4242424242424242", 12, 2030, "123"))
