"""PayPal warrants what it holds for three days: later it is asked anew, before it is captured."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from payments.errors import ProviderAway
from payments.providers.base import Outcome
from payments.providers.paypal import PayPal
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.test_paypal import KEY, approved, books, known

FOUR_DAYS = timedelta(days=4)


@pytest.fixture
def double(settings):
    with paypal_in_use(settings) as double:
        yield double


@pytest.fixture
def paypal(double):
    return PayPal()


@pytest.fixture
def old(paypal, double):
    """The reference of a payment that was reserved four days ago."""
    reference = approved(paypal, double)
    with time_machine.travel(timezone.now() + FOUR_DAYS):
        yield reference


def take(paypal, reference, *, key="capture-1", amount=5490):
    return paypal.capture(known(reference), key=key, amount=amount)


def holds(double):
    return [row["status"] for row in double.only_order()["authorizations"]]


def up_of_capture(double):
    (capture,) = double.only_order()["captures"]
    return capture["links"][0]["href"].rpartition("/")[2]


def test_what_is_three_days_old_is_asked_for_anew_and_then_captured(paypal, double, old):
    assert take(paypal, old).outcome == Outcome.APPROVED
    _first, again = double.only_order()["authorizations"]
    assert up_of_capture(double) == again["id"]
    assert books(double) == (5490, 0)


def test_what_is_warranted_still_is_captured_as_it_is(paypal, double):
    reference = approved(paypal, double)
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=23)):
        take(paypal, reference)
    assert double.keys("reauthorize") == []
    assert holds(double) == ["CAPTURED"]


@pytest.mark.parametrize("issue", ["REAUTHORIZATION_NOT_SUPPORTED", "REAUTHORIZATION_TOO_SOON"])
def test_where_paypal_does_not_give_it_anew_the_first_one_is_captured(paypal, double, old, issue):
    double.refuse["reauthorize"] = issue
    assert take(paypal, old).outcome == Outcome.APPROVED
    assert holds(double) == ["CAPTURED"]


def test_a_new_one_that_is_denied_leaves_the_first_one_to_capture(paypal, double, old):
    double.turn_out["reauthorize"] = "DENIED"
    assert take(paypal, old).outcome == Outcome.APPROVED
    assert up_of_capture(double) == double.only_order()["authorizations"][0]["id"]


def test_nothing_is_captured_while_paypal_looks_at_the_new_one(paypal, double, old):
    double.turn_out["reauthorize"] = "PENDING"
    for _ in range(2):
        with pytest.raises(ProviderAway):
            take(paypal, old)
    double.settle("authorizations", "CREATED")
    assert take(paypal, old).outcome == Outcome.APPROVED
    assert books(double) == (5490, 0)


@pytest.mark.parametrize("call", ["reauthorize", "capture"])
@pytest.mark.parametrize("how", ["refused", "lost", "500", "429", "hang", "reset", "garbage"])
def test_a_fault_on_the_way_takes_the_money_once(paypal, double, old, call, how):
    double.fail(call, how)
    with pytest.raises(ProviderAway):
        take(paypal, old)
    double.heal()
    assert take(paypal, old).outcome == Outcome.APPROVED
    assert len(holds(double)) == 2
    assert books(double) == (5490, 0)
    assert len(set(double.keys(call))) == 1


def test_what_was_captured_in_part_is_not_asked_for_anew(paypal, double):
    reference = approved(paypal, double)
    paypal.capture(known(reference), key="capture-1", amount=2000, is_last=False)
    with time_machine.travel(timezone.now() + FOUR_DAYS):
        paypal.capture(known(reference), key="capture-2", amount=3490)
    assert double.keys("reauthorize") == []
    assert books(double) == (5490, 0)


def test_what_was_asked_for_anew_is_released_with_the_first(paypal, double, old):
    double.refuse["capture"] = "TRANSACTION_REFUSED"
    assert take(paypal, old).outcome == Outcome.DECLINED
    assert paypal.void(known(old), key="void-1").outcome == Outcome.APPROVED
    assert holds(double) == ["VOIDED", "VOIDED"]


def test_what_was_asked_for_anew_is_no_other_charge_in_the_list(paypal, double, old):
    take(paypal, old)
    rows = list(paypal.list_charges(timezone.now() - timedelta(days=1)))
    assert [(row.key, row.captured) for row in rows] == [(KEY, 0), (KEY, 5490)]


def test_the_rest_of_what_was_asked_for_anew_is_released(paypal, double, old):
    paypal.capture(known(old), key="capture-1", amount=2000, is_last=False)
    assert paypal.release(known(old), key="release-1").outcome == Outcome.APPROVED
    assert holds(double) == ["VOIDED", "VOIDED"]
    assert books(double) == (2000, 0)
