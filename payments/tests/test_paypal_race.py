"""Shoppers and staff who do the same at PayPal at the same moment."""

from functools import partial

import pytest

from inventory.tests.crowd import all_at_once
from orders.models import Order
from orders.tests.factories import placed_order, variant_in_stock
from payments import processing, recovery, refunding
from payments.models import Payment, Refund
from payments.refunding import LineRefund
from payments.tests.doubles.paypal import paypal_in_use
from shop.models import new_id

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CROWD = 8


@pytest.fixture
def double(settings):
    with paypal_in_use(settings) as double:
        yield double


def approved(double):
    """An order that waits for its shopper, who has confirmed at PayPal."""
    order = placed_order((variant_in_stock(units=30, price=1000), 9))
    payment = processing.pay(order_id=order.pk, provider_name="PAYPAL", method=double.method())
    return order, payment, double.shopper_pays(payment)


def held(double):
    """What is reserved and not released."""
    order = double.only_order()
    return [row["status"] for row in order["authorizations"] if row["status"] != "VOIDED"]


def test_many_tabs_that_come_back_at_once_pay_once(double):
    order, payment, came = approved(double)
    outcomes = all_at_once([partial(processing.finish, payment.pk, came)] * CROWD)
    assert all(isinstance(one, Payment) for one in outcomes)
    assert Order.objects.get().status == "PAID"
    assert [row[3:] for row in double.charges()] == [(order.total, 0)]
    assert len(double.only_order()["captures"]) == 1


def test_who_cancels_while_another_tab_comes_back_is_charged_all_or_nothing(double):
    order, payment, came = approved(double)
    ends = [{"approved": "no"}, came] * (CROWD // 2)
    all_at_once([partial(processing.finish, payment.pk, end) for end in ends])
    after = recovery.resume(payment.pk)
    is_paid = Order.objects.get().status == "PAID"
    assert after.status == ("CAPTURED" if is_paid else "FAILED")
    assert held(double) == (["CAPTURED"] if is_paid else [])
    taken = [row[3] for row in double.charges() if row[3]]
    assert taken == ([order.total] if is_paid else [])


def test_refunds_at_the_same_moment_never_give_back_more_than_was_taken(double):
    order, payment, came = approved(double)
    processing.finish(payment.pk, came)
    item = order.items.get()
    refunds = [
        partial(
            refunding.refund,
            order_id=order.pk,
            lines={item.pk: LineRefund(0, 2000)},
            reason=Refund.Reason.PRICE,
            key=new_id(),
        )
        for _ in range(CROWD)
    ]
    made = [one for one in all_at_once(refunds) if isinstance(one, Refund)]
    assert len(made) == 4
    payment.refresh_from_db()
    ((*_what, captured, refunded),) = double.charges()
    assert (captured, refunded) == (payment.captured_amount, payment.refunded_amount)
    assert refunded == 8000
