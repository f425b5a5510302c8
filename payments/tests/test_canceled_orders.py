"""Money of orders that are called off goes back."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from orders.placed import lifecycle
from orders.tests.factories import placed_order
from payments import processing
from payments.models import SandboxCharge
from payments.tests.cards import GOOD, method
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db

JOB = "payments.give_back_canceled"


def paid():
    order = placed_order()
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    return order, payment


def jobs():
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=JOB)]


def test_called_off_order_has_its_money_given_back():
    order, payment = paid()
    lifecycle.call_off(order.pk, reason="Changed my mind")
    deliver_due()
    assert jobs() == [{"order_id": str(order.pk)}]
    for _ in range(2):
        processing.give_back_canceled(order.pk)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", order.total)
    assert SandboxCharge.objects.get().status == "voided"
    assert payment.transactions.filter(kind="VOID").count() == 1


def test_order_that_nobody_paid_needs_no_job():
    order = placed_order()
    lifecycle.cancel(order.pk, reason="Changed my mind")
    deliver_due()
    assert jobs() == []


def test_money_of_an_order_that_goes_on_stays():
    order, payment = paid()
    processing.give_back_canceled(order.pk)
    payment.refresh_from_db()
    assert payment.status == "CAPTURED"
