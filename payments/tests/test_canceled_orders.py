"""Money of orders that are called off goes back."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from orders.placed import lifecycle
from orders.tests.factories import placed_order
from payments import processing, recovery, settling
from payments.models import Refund, SandboxCharge
from payments.tests.cards import GOOD, method
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db


def paid():
    order = placed_order()
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    return order, payment


def jobs():
    names = ["payments.give_back_canceled", "payments.settle_refund"]
    return [job.args for job in ProcrastinateJob.objects.filter(task_name__in=names)]


def test_called_off_order_has_its_money_given_back():
    order, payment = paid()
    lifecycle.call_off(order.pk, reason="Changed my mind")
    deliver_due()
    refund = Refund.objects.get()
    assert jobs() == [{"refund_id": str(refund.pk)}]
    for _ in range(2):
        settling.settle(refund.pk)
        recovery.give_back_canceled(order.pk)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", order.total)
    assert SandboxCharge.objects.get().refunded_amount == order.total
    assert payment.transactions.filter(kind="REFUND").count() == 1
    assert not payment.transactions.filter(kind="VOID").exists()


def test_payment_that_is_resumed_after_its_order_was_called_off_goes_back_once():
    order, payment = paid()
    lifecycle.call_off(order.pk, reason="Changed my mind")
    for _ in range(2):
        recovery.resume(payment.pk)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", order.total)
    assert Refund.objects.get().status == "SUCCEEDED"


def test_order_that_nobody_paid_needs_no_job():
    order = placed_order()
    lifecycle.cancel(order.pk, reason="Changed my mind")
    deliver_due()
    assert jobs() == []


def test_money_of_an_order_that_goes_on_stays():
    order, payment = paid()
    recovery.give_back_canceled(order.pk)
    payment.refresh_from_db()
    assert payment.status == "CAPTURED"
