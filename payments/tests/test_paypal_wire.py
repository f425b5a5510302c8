"""What gets lost between PayPal and us: found again by its key, and nothing is done twice."""

import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from threading import Thread

import pytest

from payments.errors import CardRefused, ProviderAway
from payments.providers.base import Card, Outcome
from payments.providers.paypal import PayPal
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.test_paypal import KEY, approved, books, captured, charge, known


@pytest.fixture
def double(settings):
    with paypal_in_use(settings) as double:
        yield double


@pytest.fixture
def paypal(double):
    return PayPal()


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
                time.sleep(0.1)

    def log_message(self, *words):
        """Quiet."""


def test_an_answer_that_drips_is_not_waited_for(paypal, settings):
    # Less than it takes; no letter is waited for as long, however busy the machine.
    settings.PROVIDER_ANSWER_SECONDS = 3
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
