"""Captures, cancellation and refunds of one order at the same moment."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone

from inventory.tests.crowd import all_at_once
from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import variant_in_stock
from payments import capturing, refunding, releasing, settling
from payments.errors import CaptureRefused, TooMuchCaptured
from payments.models import Capture, Payment, Refund, SandboxCapture, SandboxCharge
from payments.refunding import LineRefund
from payments.tests.holding import at_shipment, charge, held, sums
from shop.events.relay import deliver_due
from shop.models import new_id
from shop.operations.invariants.checking import violations

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("at_shipment"),
]

__all__ = ["at_shipment"]

CROWD, ROUNDS = 15, 15


def captures(payment, *, amount):
    return [
        partial(capturing.capture, payment_id=payment.pk, amount=amount, key=new_id())
        for _ in range(CROWD)
    ]


def test_fifteen_captures_never_take_more_than_was_authorized():
    _order, payment = held((variant_in_stock(units=30, price=1000), 9))
    outcomes = all_at_once(captures(payment, amount=1000))
    assert sum(isinstance(one, Payment) for one in outcomes) == 9
    assert sum(isinstance(one, TooMuchCaptured | CaptureRefused) for one in outcomes) == 6
    assert sums(payment) == ("CAPTURED", 9000, 0, 0)
    assert charge(payment) == ("captured", 9000, 0)
    assert SandboxCapture.objects.count() == 9


def test_one_capture_sent_fifteen_times_is_one():
    _order, payment = held((variant_in_stock(units=30, price=1000), 9))
    (first, *_others) = captures(payment, amount=1000)
    outcomes = all_at_once([first] * CROWD)
    assert all(isinstance(one, Payment) for one in outcomes)
    assert sums(payment)[1] == charge(payment)[1] == 1000


def rows_of(payment):
    """Rows written beside the act, which locks the order before it counts."""
    return [partial(Capture.objects.create, payment=payment, amount=2000) for _ in range(CROWD)]


def test_the_database_alone_holds_the_bound():
    _order, payment = held((variant_in_stock(units=30, price=1000), 9))
    outcomes = all_at_once(rows_of(payment))
    assert sum(isinstance(one, Capture) for one in outcomes) == 4
    assert sum(isinstance(one, IntegrityError) for one in outcomes) == CROWD - 4


def test_without_the_trigger_the_same_crowd_goes_beyond_it():
    """The control run."""
    _order, payment = held((variant_in_stock(units=30, price=1000), 9))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'payments_capture'::regclass"
            " AND tgname LIKE '%within_authorized%'"
        )
        (trigger,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE payments_capture DISABLE TRIGGER {trigger}")
    try:
        outcomes = all_at_once(rows_of(payment))
        assert all(isinstance(one, Capture) for one in outcomes)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE payments_capture ENABLE TRIGGER {trigger}")


def test_capture_cancel_and_refund_at_the_same_moment():
    """Whoever comes first: canceled, nothing of it kept, and both ledgers alike."""
    orders = []
    for number in range(ROUNDS):
        order, payment = held((variant_in_stock(units=30, price=1000), 3))
        capturing.capture(payment_id=payment.pk, amount=500, key=new_id())
        line = {order.items.get().pk: LineRefund(0, 300)}
        acts = [
            partial(capturing.capture, payment_id=payment.pk, amount=1000, key=new_id()),
            partial(lifecycle.call_off, order.pk, reason="Changed my mind"),
            partial(refunding.refund, order_id=order.pk, lines=line, reason="PRICE", key=new_id()),
        ]
        all_at_once(acts[number % 3 :] + acts[: number % 3])
        orders.append((order, payment))
    deliver_due()
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        for order_id in releasing.canceled():
            releasing.call_back(order_id)
        for refund_id in settling.unfinished():
            settling.settle(refund_id)
    for order, payment in orders:
        assert Order.objects.get(pk=order.pk).status == "CANCELED"
        row = Payment.objects.get(pk=payment.pk)
        remote = SandboxCharge.objects.get(idempotency_key=str(payment.pk))
        assert row.captured_amount in (500, 1500)
        assert (row.status, row.held_amount) == ("REFUNDED", 0)
        assert row.refunded_amount == row.captured_amount
        assert (remote.captured_amount, remote.refunded_amount) == (
            row.captured_amount,
            row.refunded_amount,
        )
    assert not Refund.objects.filter(status="REQUESTED").exists()
    assert list(violations()) == []


class Killed(BaseException):
    """The process ends here: nothing catches it."""


@pytest.mark.parametrize("where", ["before the call", "after the call"])
def test_process_killed_around_the_call_takes_the_money_once(monkeypatch, where):
    _order, payment = held((variant_in_stock(units=30, price=1000), 3))
    key = new_id()

    def killed(*args, **kwargs):
        raise Killed

    name = "ask" if where == "before the call" else "_record"
    with monkeypatch.context() as patched:
        patched.setattr(capturing, name, killed)
        with pytest.raises(Killed):
            capturing.capture(payment_id=payment.pk, amount=1000, key=key)
    assert sums(payment)[1] == 0
    assert charge(payment)[1] == (0 if where == "before the call" else 1000)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert capturing.unfinished() == [key]
        capturing.settle(key)
    assert sums(payment)[1] == charge(payment)[1] == 1000
    assert SandboxCapture.objects.get().idempotency_key == str(key)
