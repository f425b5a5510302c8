"""Stripe as a provider, against localstripe: a Stripe server that other people wrote.

It knows no idempotency keys, no search, no disputes, no redirect to a bank's page (its question is
answered by a call of its own) and one reason to decline: those are proven in test_stripe.py alone.
"""

import queue

import pytest

from orders.models import Order
from orders.tests.factories import placed_order
from payments import processing, recovery
from payments.errors import ProviderAway
from payments.models import Payment
from payments.providers.base import Charge, Known, Method, Outcome
from payments.providers.news import NoticeKind
from payments.providers.stripe import Stripe
from payments.tests.doubles.faults import Double, Reply
from payments.tests.doubles.localstripe import ThroughLocalstripe, running
from payments.tests.doubles.using import in_use

pytestmark = pytest.mark.own_servers

#: Cards of localstripe.
GOOD, DECLINED, ASKS = "4242424242424242", "4000000000000341", "4000002760003184"


@pytest.fixture(scope="module")
def address():
    with running() as found:
        yield found


@pytest.fixture
def line(address, settings):
    with in_use(ThroughLocalstripe(address), settings) as made:
        yield made


@pytest.fixture
def remote(line):
    return Stripe()


def card(line, number=GOOD):
    """The token that Stripe's script would have got for a card."""
    typed = {"number": number, "exp_month": 12, "exp_year": 2090, "cvc": "123"}
    form = {f"card[{name}]": text for name, text in typed.items()}
    return line.do("/v1/payment_methods", type="card", **form)["id"]


def charge(token, key="a key"):
    return Charge(key, 5490, "EUR", token, "https://shop.example/back/", buyer=lambda: None)


@pytest.fixture
def authorized(remote, line):
    answer = remote.authorize(charge(card(line)))
    assert (answer.outcome, answer.amount) == (Outcome.APPROVED, 5490)
    return Known("a key", answer.reference, 5490, "EUR")


def test_authorized_money_is_captured_and_given_back_in_parts(remote, authorized):
    taken = remote.capture(authorized, key="c", amount=5490)
    assert (taken.outcome, taken.amount) == (Outcome.APPROVED, 5490)
    parts = [remote.refund(authorized, key=key, amount=2000) for key in ("r1", "r2", "r2")]
    assert [one.outcome for one in parts] == [Outcome.APPROVED] * 3
    assert parts[1] == parts[2]
    state = remote.fetch(charge("", "a key"), reference=authorized.reference)
    assert (state.captured, state.refunded) == (5490, 4000)


def test_part_of_the_money_is_captured(remote, authorized):
    assert remote.capture(authorized, key="c", amount=2000).amount == 2000
    state = remote.fetch(charge(""), reference=authorized.reference)
    assert (state.authorized, state.captured, state.refunded) == (5490, 2000, 0)


def test_void_releases_the_money_which_cannot_be_captured_then(remote, line, authorized):
    assert remote.void(authorized, key="v").outcome == Outcome.APPROVED
    state = remote.fetch(charge(""), reference=authorized.reference)
    assert (state.voided, state.captured) == (True, 0)


def test_declined_card_holds_nothing(remote, line):
    answer = remote.authorize(charge(card(line, DECLINED)))
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "card_declined")


def test_unknown_card_is_refused(remote):
    answer = remote.authorize(charge("pm_unknown"))
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "invalid_method")


@pytest.mark.parametrize(
    ("is_yes", "outcome", "code"),
    [("true", Outcome.APPROVED, ""), ("false", Outcome.DECLINED, "authentication_failed")],
)
def test_bank_that_asks_is_answered(remote, line, is_yes, outcome, code):
    asked = remote.authorize(charge(card(line, ASKS)))
    assert asked.outcome == Outcome.CHALLENGE
    path = f"/v1/payment_intents/{asked.reference}"
    secret = line.do(path, **{"metadata[seen]": "yes"})["client_secret"]
    line.do(f"{path}/_authenticate", client_secret=secret, success=is_yes)
    answer = remote.finish(charge(""), reference=asked.reference, answer={})
    assert (answer.outcome, answer.code) == (outcome, code)


def test_capture_whose_reply_was_lost_took_the_money_once(remote, line, authorized):
    line.fail("capture", "lost")
    with pytest.raises(ProviderAway):
        remote.capture(authorized, key="c", amount=5490)
    line.heal()
    assert remote.capture(authorized, key="c", amount=5490).amount == 5490
    assert set(line.keys("capture")) == {"c"}


@pytest.mark.django_db
def test_order_is_paid(line):
    order = placed_order()
    method = Method(card(line))
    paid = processing.pay(order_id=order.pk, provider_name="STRIPE", method=method)
    assert (paid.status, Order.objects.get().status) == ("CAPTURED", "PAID")
    assert (paid.card_brand, paid.card_last4) == ("Visa", "4242")


@pytest.mark.django_db
def test_order_whose_capture_was_lost_is_paid_by_the_job(line):
    order = placed_order()
    line.fail("capture", "lost")
    processing.pay(order_id=order.pk, provider_name="STRIPE", method=Method(card(line)))
    assert Order.objects.get().status == "PENDING"
    line.heal()
    recovery.resume(Payment.objects.get().pk)
    assert Order.objects.get().status == "PAID"


class Mailbox(Double):
    """Where localstripe sends its events."""

    def __init__(self):
        super().__init__()
        self.came = queue.Queue()

    def call_of(self, request):
        return ""

    def respond(self, request):
        self.came.put((request.headers, request.body))
        return Reply()


def test_events_it_signs_are_understood(remote, line, authorized):
    with Mailbox() as mailbox:
        line.do("/_config/webhooks/shop", url=mailbox.url, secret="whsec_localstripe")
        remote.capture(authorized, key="c", amount=5490)
        # Events of other tests come late, and here too.
        notices = (remote.read_notice(*mailbox.came.get(timeout=30)) for _ in range(20))
        notice = next(one for one in notices if one.reference == authorized.reference)
    assert notice.kind == NoticeKind.PAYMENT
    assert (notice.amount, notice.currency) == (5490, "EUR")
