"""Captures in several parts at Stripe: where the account may, each once, the rest released."""

from dataclasses import replace

import pytest

from orders.tests.factories import placed_order, variant_in_stock
from payments import processing
from payments.models import Payment
from payments.providers.base import Outcome
from payments.providers.stripe import Stripe
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from payments.tests.holding import send
from payments.tests.test_stripe import KEY, charge, known
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db

AMOUNT = 5490


@pytest.fixture
def double(settings):
    with in_use(StripeDouble(), settings) as made:
        settings.PAYMENT_CAPTURE = "at_shipment"
        made.has_multicapture = True
        yield made


@pytest.fixture
def remote(double):
    return Stripe()


def in_parts():
    return replace(charge(), in_parts=True)


@pytest.fixture
def divisible(remote):
    answer = remote.authorize(in_parts())
    assert answer.is_divisible
    return known(answer)


def part(remote, payment, key, amount, *, is_last=False):
    return remote.capture(payment, key=f"{KEY[:-1]}{key}", amount=amount, is_last=is_last)


def test_parts_are_captured_one_after_the_other(remote, double, divisible):
    first = part(remote, divisible, "a", 2000)
    second = part(remote, divisible, "b", 3490, is_last=True)
    assert [(one.outcome, one.amount) for one in (first, second)] == [
        (Outcome.APPROVED, 2000),
        (Outcome.APPROVED, 3490),
    ]
    assert double.charges() == [(KEY, AMOUNT, "EUR", AMOUNT, 0)]


def test_a_part_whose_reply_was_lost_is_taken_once_also_after_stripe_forgot_its_key(
    remote, double, divisible
):
    first = part(remote, divisible, "a", 2000)
    double.forget_keys()
    assert part(remote, divisible, "a", 2000) == first
    assert double.charges() == [(KEY, AMOUNT, "EUR", 2000, 0)]


def test_the_rest_of_a_capture_in_parts_is_released_once(remote, double, divisible):
    part(remote, divisible, "a", 2000)
    for _ in range(2):
        assert remote.release(divisible, key="r").outcome == Outcome.APPROVED
    assert part(remote, divisible, "b", 1000).outcome == Outcome.DECLINED
    assert double.charges() == [(KEY, AMOUNT, "EUR", 2000, 0)]


def test_an_account_that_may_not_part_captures_once(remote, double):
    double.has_multicapture = False
    answer = remote.authorize(in_parts())
    assert not answer.is_divisible
    assert part(remote, known(answer), "a", 2000).amount == 2000
    assert double.charges() == [(KEY, AMOUNT, "EUR", 2000, 0)]


def test_stripe_says_until_when_the_money_is_held(remote, double, divisible):
    state = remote.fetch(charge(), reference=divisible.reference)
    begun = double.intents[divisible.reference].created
    assert state.expires_at.timestamp() == begun + 7 * 86400
    assert state.is_divisible


@pytest.mark.parametrize("may_part", [True, False])
def test_parcels_take_their_share_where_stripe_parts_and_all_at_once_where_not(double, may_part):
    double.has_multicapture = may_part
    order = placed_order((variant_in_stock(price=1000), 3))
    processing.pay(order_id=order.pk, provider_name="STRIPE", method=double.method())
    deliver_due()
    send(order, 1)
    payment = Payment.objects.get()
    assert payment.is_divisible is may_part
    assert payment.captured_amount == (1490 if may_part else 3490)
    send(order, 2)
    payment.refresh_from_db()
    assert (payment.captured_amount, payment.held_amount) == (3490, 0)
    assert double.charges() == [(str(payment.pk), 3490, "EUR", 3490, 0)]
