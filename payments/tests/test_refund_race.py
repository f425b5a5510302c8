"""Many refunds of one payment at the same moment."""

from functools import partial

import pytest
from django.db import IntegrityError, connection

from inventory.tests.crowd import all_at_once
from orders.tests.factories import placed_order, variant_in_stock
from payments import processing, refunding
from payments.errors import RefundRefused
from payments.models import Payment, Refund, RefundPart, SandboxCharge, SandboxRefund
from payments.refunding import LineRefund
from payments.tests.cards import method
from shop.accounts.models import User
from shop.models import new_id

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CROWD = 15


def paid():
    order = placed_order((variant_in_stock(units=30, price=1000), 9))
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    return order, payment


def refunds_of(order, *, amount):
    """As many refunds as the crowd has hands, asked for by two people in turn."""
    people = [User.objects.create_user(f"till-{name}@example.com") for name in "ab"]
    item = order.items.get()
    return [
        partial(
            refunding.refund,
            order_id=order.pk,
            lines={item.pk: LineRefund(0, amount)},
            reason=Refund.Reason.PRICE,
            key=new_id(),
            actor_id=people[number % 2].pk,
        )
        for number in range(CROWD)
    ]


def test_fifteen_refunds_never_give_back_more_than_was_captured():
    order, payment = paid()
    outcomes = all_at_once(refunds_of(order, amount=1000))
    made = [one for one in outcomes if isinstance(one, Refund)]
    assert len(made) == 9
    assert all(isinstance(one, Refund | RefundRefused) for one in outcomes)
    payment.refresh_from_db()
    charge = SandboxCharge.objects.get()
    assert payment.refunded_amount == charge.refunded_amount == 9000
    assert sum(SandboxRefund.objects.values_list("amount", flat=True)) == 9000
    assert Refund.objects.filter(status="SUCCEEDED").count() == 9


def test_one_refund_sent_fifteen_times_is_one():
    order, payment = paid()
    (first, *_others) = refunds_of(order, amount=1000)
    outcomes = all_at_once([first] * CROWD)
    assert len({one.pk for one in outcomes}) == 1
    payment.refresh_from_db()
    assert payment.refunded_amount == SandboxCharge.objects.get().refunded_amount == 1000


def parts_of(order, payment):
    """Parts written beside the act, which locks the order before it counts."""
    rows = [
        Refund.objects.create(
            order=order, key=new_id(), reason="OTHER", currency="EUR", amount=2000, goods=2000
        )
        for _ in range(CROWD)
    ]
    return [
        partial(RefundPart.objects.create, refund=row, payment=payment, amount=2000) for row in rows
    ]


def test_the_database_alone_holds_the_bound():
    order, payment = paid()
    outcomes = all_at_once(parts_of(order, payment))
    most = payment.captured_amount // 2000
    assert sum(isinstance(one, RefundPart) for one in outcomes) == most
    assert sum(isinstance(one, IntegrityError) for one in outcomes) == CROWD - most


def test_without_the_trigger_the_same_crowd_goes_beyond_it():
    """The control run."""
    order, payment = paid()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'payments_refundpart'::regclass"
            " AND tgname LIKE '%within_captured%'"
        )
        (trigger,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE payments_refundpart DISABLE TRIGGER {trigger}")
    try:
        outcomes = all_at_once(parts_of(order, payment))
        assert all(isinstance(one, RefundPart) for one in outcomes)
        captured = Payment.objects.get(pk=payment.pk).captured_amount
        assert sum(RefundPart.objects.values_list("amount", flat=True)) > captured
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE payments_refundpart ENABLE TRIGGER {trigger}")
