"""Money that is taken with parcels and given up in the end, while calls go wrong in each way.

As in ``test_provider_faults``: five minutes later both ledgers agree, each operation kept its key.
"""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import placed_order, variant_in_stock
from payments import capturing, releasing, settling
from payments.tests.doubles.faults import FAULTS
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.doubles.paypal import PayPalDouble
from payments.tests.doubles.sandbox import SandboxDouble
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from payments.tests.holding import send
from payments.tests.test_provider_faults import (
    MINUTES,
    Purchase,
    assert_ledgers_agree,
    assert_one_key,
    kept,
)
from shop.events.relay import deliver_due
from shop.models import new_id
from shop.operations.invariants.checking import violations

pytestmark = pytest.mark.django_db

DOUBLES = (SandboxDouble, StripeDouble, IyzicoDouble, PayPalDouble)
#: What a provider is asked so that it gives up the rest; iyzico does with the first capture.
RELEASES = {SandboxDouble: "release", StripeDouble: "void", PayPalDouble: "void"}


def matrix(doubles):
    return pytest.mark.parametrize(
        ("double", "how"),
        [
            pytest.param(double, how, id=f"{double.provider.lower()}-{how}")
            for double in doubles
            for how in FAULTS
        ],
        indirect=["double"],
    )


@pytest.fixture
def double(request, settings):
    settings.PAYMENT_PROVIDERS = [request.param.provider]
    settings.PAYMENT_CAPTURE = "at_shipment"
    with in_use(request.param(), settings) as made:
        made.has_multicapture = True
        yield made


def reserved(double):
    """Three shirts at 10.00 and delivery for 4.90, whose money is held."""
    purchase = Purchase(double)
    purchase.order = placed_order((variant_in_stock(price=1000), 3), user=purchase.buyer)
    purchase.pay()
    deliver_due()
    purchase.order = Order.objects.get(pk=purchase.order.pk)
    assert (purchase.payment.status, kept(double)) == ("AUTHORIZED", 0)
    return purchase


def minutes_pass():
    start = timezone.now()
    for minute in range(1, MINUTES + 1):
        with time_machine.travel(start + timedelta(seconds=61 * minute)):
            for unfinished, act in (
                (capturing.unfinished, capturing.settle),
                (releasing.unfinished, releasing.finish),
                (releasing.canceled, releasing.call_back),
                (settling.unfinished, settling.settle),
            ):
                for row_id in unfinished():
                    act(row_id)


@matrix(DOUBLES)
def test_a_parcel_takes_its_share_once_and_the_next_one_the_rest(double, how):
    purchase = reserved(double)
    double.fail("capture", how)
    send(purchase.order, 1)
    assert purchase.payment.captured_amount == 0
    double.heal()
    minutes_pass()
    taken = purchase.payment.captured_amount
    assert taken == (3490 if double.provider == "IYZICO" else 1490)
    assert_one_key(double, "capture")
    assert_ledgers_agree(double)
    send(purchase.order, 2)
    assert purchase.payment.captured_amount == kept(double) == purchase.order.total
    assert_ledgers_agree(double)
    assert [found.invariant.says for found in violations()] == []


@matrix(RELEASES)
def test_what_is_left_of_a_canceled_order_is_given_up_and_its_part_goes_back(double, how):
    purchase = reserved(double)
    capturing.capture(payment_id=purchase.payment_id, amount=500, key=new_id())
    call = RELEASES[type(double)]
    double.fail(call, how)
    lifecycle.call_off(purchase.order.pk, reason="Changed my mind")
    releasing.call_back(purchase.order.pk)
    assert purchase.payment.releasing_at is not None
    double.heal()
    minutes_pass()
    payment = purchase.payment
    assert (payment.status, payment.held_amount, payment.releasing_at) == ("REFUNDED", 0, None)
    assert (payment.captured_amount, payment.refunded_amount, kept(double)) == (500, 500, 0)
    assert double.held_amount() == 0
    assert_one_key(double, call)
    assert_ledgers_agree(double)
    assert [found.invariant.says for found in violations()] == []


@pytest.mark.parametrize("double", RELEASES, indirect=True)
def test_the_doubles_would_notice_money_that_nobody_gave_up(double):
    reserved(double)
    assert double.held_amount() == 3490
