"""Each call of each provider goes wrong in each way: both ledgers agree minutes later.

While it lasts, whoever pays sees a page that says so. Afterwards the jobs of five minutes are run.
"""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import member, placed_order
from payments import processing, recovery, settling
from payments.models import Payment, SandboxCharge
from payments.tests.doubles.faults import FAULTS
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.doubles.paypal import PayPalDouble
from payments.tests.doubles.sandbox import AskingSandboxDouble, SandboxDouble
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from payments.tests.telling import called_off
from shop.operations.invariants.checking import violations

pytestmark = pytest.mark.django_db

DOUBLES = (SandboxDouble, AskingSandboxDouble, StripeDouble, IyzicoDouble, PayPalDouble)
MATRIX = [
    pytest.param(double, call, how, id=f"{double.provider.lower()}-{call}-{how}")
    for double in DOUBLES
    for call in double.calls
    for how in FAULTS
]
MINUTES = 5
OPEN = ("INITIATED", "AUTHORIZED")


class Purchase:
    """Somebody who buys, at one provider."""

    def __init__(self, double):
        self.double = double
        self.buyer = member()
        self.order = placed_order(user=self.buyer)

    def pay(self):
        self.begin()
        return self.confirm()

    def begin(self):
        """All that happens before the shopper is asked, if they are."""
        made = processing.pay(
            order_id=self.order.pk, provider_name=self.double.provider, method=self.double.method()
        )
        self.payment_id = made.pk

    def confirm(self):
        """Do what the provider asks for, if it does."""
        payment = self.payment
        if payment.status == "INITIATED" and payment.three_d_secure == "CHALLENGED":
            payment = processing.finish(payment.pk, self.double.shopper_pays(payment))
        return payment

    @property
    def payment(self):
        return Payment.objects.get(pk=self.payment_id)

    def look(self):
        """The page that waits, while something is open: never an error."""
        client = Client()
        client.force_login(self.buyer)
        address = reverse("payments:challenge", args=[self.payment_id])
        for answer in (client.get(address), client.post(address, {"action": "check"})):
            assert answer.status_code in (200, 302, 303)
        if self.payment.status in OPEN:
            text = client.get(address).content.decode()
            assert "We are waiting for" in text or "Confirm the payment" in text


@pytest.fixture
def double(request, settings):
    settings.PAYMENT_PROVIDERS = [request.param.provider]
    with in_use(request.param(), settings) as made:
        yield made


def minutes_pass(purchase):
    """What the jobs of each minute do, and the shopper who looks at the page again."""
    start = timezone.now()
    for minute in range(1, MINUTES + 1):
        with time_machine.travel(start + timedelta(seconds=61 * minute)):
            for payment_id in recovery.open_payments():
                recovery.resume(payment_id)
            for refund_id in settling.unfinished():
                settling.settle(refund_id)
            if purchase.order.status != "CANCELED":
                purchase.confirm()


def assert_ledgers_agree(double):
    ours = Payment.objects.filter(provider=double.provider, captured_amount__gt=0).exclude(
        status__in=["VOIDED", "EXPIRED", "FAILED"]
    )
    theirs = [row for row in double.charges() if row[3]]
    assert sorted(theirs) == sorted(
        (str(row.pk), row.amount, row.currency, row.captured_amount, row.refunded_amount)
        for row in ours
    )


def assert_one_key(double, call):
    keys = double.keys(call)
    assert len(keys) > 0
    assert len(set(keys)) == 1, keys


def paid(order):
    return Order.objects.get(pk=order.pk).paid_at is not None


def go_wrong(purchase, call, how):
    """Buy until ``call`` goes wrong."""
    double = purchase.double
    if call == "fetch":
        double.fail("authorize", "lost")
        purchase.pay()
        double.heal()
        double.fail("fetch", how)
        recovery.resume(purchase.payment_id)
    elif call == "void":
        double.fail("capture", "refused")
        purchase.pay()
        lifecycle.cancel(purchase.order.pk, reason="Changed my mind")
        purchase.order.refresh_from_db()
        double.fail("void", how)
        recovery.give_back_canceled(purchase.order.pk)
    elif call == "refund":
        purchase.pay()
        double.fail("refund", how)
        settling.settle(called_off(purchase.order.pk).pk)
    elif call != "authorize" and "finish" in double.calls:
        # While an answer hangs others must come soon too: they are there before.
        purchase.begin()
        double.fail(call, how)
        purchase.confirm()
    else:
        double.fail(call, how)
        purchase.pay()


@pytest.mark.parametrize(("double", "call", "how"), MATRIX, indirect=["double"])
def test_a_fault_moves_no_money_twice_and_loses_none(double, call, how):
    purchase = Purchase(double)
    go_wrong(purchase, call, how)
    purchase.look()
    double.heal()
    minutes_pass(purchase)
    assert purchase.payment.status not in OPEN
    assert_ledgers_agree(double)
    assert [found.invariant.says for found in violations()] == []
    assert_one_key(double, call)
    if call in ("void", "refund"):
        assert kept(double) == 0
        return
    if not paid(purchase.order):
        # It never got there, and whoever buys tries again.
        assert kept(double) == 0
        purchase.pay()
    assert paid(purchase.order)
    assert kept(double) == purchase.order.total
    assert_ledgers_agree(double)


def kept(double):
    """What the provider holds of ours by the end."""
    return sum(captured - refunded for *_what, captured, refunded in double.charges())


def test_every_provider_that_takes_money_by_itself_is_in_the_matrix():
    assert {double.provider for double in DOUBLES} == {"SANDBOX", "STRIPE", "IYZICO", "PAYPAL"}


def test_the_matrix_would_notice_money_that_only_one_ledger_knows():
    with SandboxDouble() as double:
        Purchase(double).pay()
        assert_ledgers_agree(double)
        SandboxCharge.objects.update(captured_amount=1)
        with pytest.raises(AssertionError):
            assert_ledgers_agree(double)
