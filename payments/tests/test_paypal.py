"""PayPal's interface against a double that keeps its contract: each outcome, each retry."""

import pytest

from payments.providers.base import Buyer, Charge, Known, Line, Outcome
from payments.providers.paypal import PayPal
from payments.providers.paypal.books import written
from payments.tests.doubles.paypal import paypal_in_use
from shop.money import InvalidAmount

KEY = "0198c0de-0000-7000-8000-000000000001"
BACK = "https://shop.example/checkout/challenge/1/return/"
LIVES = {
    "full_name": "Ada Lovelace",
    "line1": "Lindenstr. 4",
    "line2": "",
    "city": "Berlin",
    "state": "",
    "postal_code": "10969",
    "country": "DE",
}


@pytest.fixture
def double(settings):
    with paypal_in_use(settings) as double:
        yield double


@pytest.fixture
def paypal(double):
    return PayPal()


def charge(amount=5490, currency="EUR", shipping=None):
    buyer = Buyer(
        email="ada@example.com",
        ip="203.0.113.7",
        language="pt-br",
        order_number="SV-1001",
        billing={},
        shipping=LIVES if shipping is None else shipping,
        lines=(Line("Tee", "TEE", 1, amount),),
    )
    return Charge(KEY, amount, currency, "", BACK, lambda: buyer)


def known(reference, amount=5490, currency="EUR"):
    return Known(KEY, reference, amount, currency)


def approved(paypal, double, amount=5490, currency="EUR"):
    """The payment's reference after the shopper has approved and come back."""
    asked = paypal.authorize(charge(amount, currency))
    double.approve(asked.reference)
    finished = paypal.finish(charge(amount, currency), reference=asked.reference, answer={})
    assert finished.outcome == Outcome.APPROVED
    return asked.reference


def captured(paypal, double, *parts):
    reference = approved(paypal, double, sum(parts))
    for number, part in enumerate(parts, start=1):
        is_last = number == len(parts)
        paypal.capture(known(reference), key=f"capture-{number}", amount=part, is_last=is_last)
    return reference


def books(double):
    ((_key, _amount, _currency, taken, given_back),) = double.charges()
    return taken, given_back


def test_the_shopper_is_sent_to_paypal_with_what_it_must_know(paypal, double):
    answer = paypal.authorize(charge())
    order = double.only_order()
    assert (answer.outcome, answer.reference) == (Outcome.CHALLENGE, order["id"])
    assert answer.redirect_url == f"{double.url}/checkoutnow?token={order['id']}"
    assert order["unit"]["amount"] == {"currency_code": "EUR", "value": "54.90"}
    assert (order["unit"]["custom_id"], order["unit"]["invoice_id"]) == (KEY, f"SV-1001-{KEY}")
    assert order["context"]["return_url"] == BACK
    assert order["context"]["cancel_url"] == f"{BACK}?approved=no"
    assert order["context"]["locale"] == "pt-BR"
    assert double.charges() == []


def test_a_parcels_address_is_told_and_nothing_of_what_has_no_parcel(paypal, double):
    paypal.authorize(charge())
    assert double.only_order()["unit"]["shipping"]["address"] == {
        "address_line_1": "Lindenstr. 4",
        "admin_area_2": "Berlin",
        "postal_code": "10969",
        "country_code": "DE",
    }
    double.orders.clear()
    double.forget_keys()
    paypal.authorize(charge(shipping={}))
    assert "shipping" not in double.only_order()["unit"]
    assert double.only_order()["context"]["shipping_preference"] == "NO_SHIPPING"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (5490, "EUR", "54.90"),
        (5, "EUR", "0.05"),
        (5490, "JPY", "5490"),
        (549000, "HUF", "5490"),
        (30000, "TWD", "300"),
    ],
)
def test_amounts_are_written_as_paypal_counts(amount, currency, text):
    assert written(amount, currency) == {"currency_code": currency, "value": text}


def test_parts_that_paypal_does_not_count_are_refused(paypal, double):
    with pytest.raises(InvalidAmount):
        written(549050, "HUF")
    answer = paypal.authorize(charge(549050, "HUF"))
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "amount_not_taken")
    assert double.orders == {}


@pytest.mark.parametrize(("currency", "amount"), [("EUR", 5490), ("HUF", 549000), ("JPY", 5490)])
def test_what_was_approved_is_reserved_taken_and_given_back(paypal, double, currency, amount):
    reference = approved(paypal, double, amount, currency)
    payment = known(reference, amount, currency)
    taken = paypal.capture(payment, key="capture", amount=amount)
    assert (taken.outcome, taken.amount) == (Outcome.APPROVED, amount)
    back = paypal.refund(payment, key="refund", amount=amount)
    assert (back.outcome, back.amount) == (Outcome.APPROVED, amount)
    assert double.charges() == [(KEY, amount, currency, amount, amount)]


def test_coming_back_twice_reserves_once(paypal, double):
    reference = approved(paypal, double)
    again = paypal.finish(charge(), reference=reference, answer={"token": reference})
    assert (again.outcome, again.amount) == (Outcome.APPROVED, 5490)
    assert len(double.only_order()["authorizations"]) == 1


def test_coming_back_without_having_approved_leads_there_again(paypal, double):
    asked = paypal.authorize(charge())
    told = {"token": asked.reference, "approved": "yes", "PayerID": "FORGED"}
    answer = paypal.finish(charge(), reference=asked.reference, answer=told)
    assert (answer.outcome, answer.redirect_url) == (Outcome.CHALLENGE, asked.redirect_url)
    assert double.charges() == []


def test_who_cancels_reserves_nothing_even_after_having_approved(paypal, double):
    asked = paypal.authorize(charge())
    double.approve(asked.reference)
    answer = paypal.finish(charge(), reference=asked.reference, answer={"approved": "no"})
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "authentication_failed")
    assert double.charges() == []


def test_a_cancel_that_comes_after_the_money_was_reserved_does_not_hide_it(paypal, double):
    reference = approved(paypal, double)
    answer = paypal.finish(charge(), reference=reference, answer={"approved": "no"})
    assert answer.outcome == Outcome.APPROVED


def test_a_declined_instrument_leads_back_to_paypal_to_choose_another(paypal, double):
    asked = paypal.authorize(charge())
    double.approve(asked.reference)
    double.refuse["finish"] = "INSTRUMENT_DECLINED"
    for _ in range(2):
        answer = paypal.finish(charge(), reference=asked.reference, answer={})
        assert (answer.outcome, answer.code) == (Outcome.CHALLENGE, "instrument_declined")
        assert answer.redirect_url == asked.redirect_url
    double.approve(asked.reference)
    answer = paypal.finish(charge(), reference=asked.reference, answer={})
    assert answer.outcome == Outcome.APPROVED
    first, second, third = double.keys("finish")
    assert first == second != third


@pytest.mark.parametrize(
    ("status", "outcome", "code"),
    [("DENIED", Outcome.DECLINED, "card_declined"), ("VOIDED", Outcome.DECLINED, "voided")],
)
def test_an_authorization_that_holds_nothing_is_declined(paypal, double, status, outcome, code):
    asked = paypal.authorize(charge())
    double.approve(asked.reference)
    double.turn_out["finish"] = status
    answer = paypal.finish(charge(), reference=asked.reference, answer={})
    assert (answer.outcome, answer.code) == (outcome, code)
