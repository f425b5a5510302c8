"""PayPal's interface against a double that keeps its contract: each outcome, each retry."""

import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from threading import Thread

import pytest

from payments.errors import CardRefused, ProviderAway
from payments.providers.base import Buyer, Card, Charge, Known, Line, Outcome
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


def test_fetch_tells_the_sums(paypal, double):
    reference = captured(paypal, double, 5490)
    paypal.refund(known(reference), key="refund", amount=490)
    state = paypal.fetch(charge(), reference=reference)
    assert (state.outcome, state.voided, state.awaits_us) == (Outcome.APPROVED, False, False)
    assert (state.authorized, state.captured, state.refunded) == (5490, 5490, 490)


def test_an_order_whose_answer_was_lost_is_found_by_its_key(paypal, double):
    double.fail("authorize", "lost")
    with pytest.raises(ProviderAway):
        paypal.authorize(charge())
    double.heal()
    state = paypal.fetch(charge(), reference="")
    assert (state.outcome, state.reference) == (Outcome.CHALLENGE, double.only_order()["id"])
    assert state.redirect_url
    assert double.keys("authorize") == [KEY, KEY]


def test_an_order_that_paypal_forgot_was_never_paid(paypal, double):
    asked = paypal.authorize(charge())
    double.orders.clear()
    state = paypal.fetch(charge(), reference=asked.reference)
    assert (state.outcome, state.code) == (Outcome.DECLINED, "challenge_timed_out")
    assert paypal.void(known(asked.reference), key="void").outcome == Outcome.APPROVED


def test_an_order_of_another_payment_is_none_of_ours(paypal, double):
    asked = paypal.authorize(charge())
    double.only_order()["unit"]["custom_id"] = "another"
    double.approve(asked.reference)
    for call in (
        lambda: paypal.finish(charge(), reference=asked.reference, answer={}),
        lambda: paypal.fetch(charge(), reference=asked.reference),
    ):
        with pytest.raises(ProviderAway):
            call()
    assert double.charges() == []


@pytest.mark.parametrize("how", ["refused", "lost", "500", "429", "hang", "reset", "garbage"])
@pytest.mark.parametrize("call", ["finish", "capture", "void", "refund"])
def test_each_fault_of_each_call_is_survived_with_the_same_key(paypal, double, call, how):
    acts = {
        "finish": lambda: paypal.finish(charge(), reference=reference, answer={}),
        "capture": lambda: paypal.capture(known(reference), key="capture", amount=5490),
        "refund": lambda: paypal.refund(known(reference), key="refund", amount=490),
        "void": lambda: paypal.void(known(reference), key="void"),
    }
    reference = paypal.authorize(charge()).reference
    double.approve(reference)
    order = ["finish", "void"] if call == "void" else ["finish", "capture", "refund"]
    for name in order:
        if name == call:
            double.fail(call, how)
            with pytest.raises(ProviderAway):
                acts[name]()
            double.heal()
        assert acts[name]().outcome == Outcome.APPROVED
    assert all(first == second for first, second in pairwise(double.keys(call)))
    assert books(double) == ((0, 0) if call == "void" else (5490, 490))


@pytest.mark.parametrize("how", ["refused", "500", "429", "hang", "reset", "garbage"])
def test_an_answer_that_is_none_is_no_answer(paypal, double, how):
    reference = approved(paypal, double)
    double.fail("fetch", how)
    for call in (
        lambda: paypal.fetch(charge(), reference=reference),
        lambda: paypal.capture(known(reference), key="capture", amount=5490),
    ):
        with pytest.raises(ProviderAway):
            call()


def test_a_token_is_kept_and_a_refused_one_exchanged_once(paypal, double):
    reference = approved(paypal, double)
    assert len(double.tokens) == 1
    double.tokens[:] = ["another"]
    assert paypal.fetch(charge(), reference=reference).authorized == 5490
    assert len(double.tokens) == 2


def test_wrong_keys_are_no_answer_and_are_in_no_message(paypal, double, settings):
    settings.PAYPAL_SECRET = "wrong-and-secret"
    with pytest.raises(ProviderAway) as refused:
        paypal.authorize(charge())
    assert "wrong-and-secret" not in str(refused.value)
    assert double.orders == {}


def test_an_answer_without_end_is_cut_off(paypal, double, monkeypatch):
    monkeypatch.setattr("payments.providers.paypal.wire.MOST_BYTES", 100)
    with pytest.raises(ProviderAway, match="too long"):
        paypal.authorize(charge())


class Dripping(BaseHTTPRequestHandler):
    """A whole answer, but a letter at a time."""

    def do_POST(self):
        data = b'{"access_token": "t", "expires_in": 3600}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with suppress(OSError):
            for letter in data:
                self.wfile.write(bytes([letter]))
                time.sleep(0.02)

    def log_message(self, *words):
        """Quiet."""


def test_an_answer_that_drips_is_not_waited_for(paypal, settings):
    settings.PROVIDER_ANSWER_SECONDS = 0.3
    with HTTPServer(("127.0.0.1", 0), Dripping) as server:
        settings.PAYPAL_API_URL = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(ProviderAway, match="too long"):
            paypal.authorize(charge())
        thread.join()


def test_nobody_types_a_card_for_paypal(paypal):
    with pytest.raises(CardRefused):
        paypal.tokenize(Card("4242424242424242", 12, 2030, "123"))


def test_what_may_be_kept_holds_nothing_of_the_shopper(paypal, double):
    answer = paypal.capture(known(approved(paypal, double)), key="capture", amount=5490)
    assert set(answer.raw) == {"id", "status", "reason"}
