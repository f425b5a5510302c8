"""Rules of the payment tables that the database itself keeps."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from orders.tests.factories import placed_order
from payments import processing
from payments.models import Payment
from payments.tests.cards import DECLINED, method

pytestmark = pytest.mark.django_db


def attempt(order, **fields):
    plain = {"provider": "SANDBOX", "currency": "EUR", "amount": order.total}
    return Payment.objects.create(order=order, **plain | fields)


def paid():
    order = placed_order()
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())


@pytest.mark.parametrize(
    ("amounts", "constraint"),
    [
        ({"amount": 0}, "payment_amount_in_bounds"),
        ({"amount": 100_000_001}, "payment_amount_in_bounds"),
        ({"authorized_amount": 9_999_999}, "refunded_captured_authorized_in_order"),
        ({"captured_amount": 1}, "refunded_captured_authorized_in_order"),
        ({"authorized_amount": 1, "refunded_amount": 1}, "captured_authorized_in_order"),
        ({"refunded_amount": -1}, "refunded_captured_authorized_in_order"),
        ({"status": "CAPTURED"}, "payment_captured_has_an_amount"),
        ({"card_last4": "42a2"}, "payment_card_last4_is_four_digits"),
    ],
)
def test_impossible_amounts_are_refused(amounts, constraint):
    order = placed_order()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        attempt(order, **amounts)
    assert not Payment.objects.exists()


def test_order_has_one_live_payment_at_most():
    order = placed_order()
    attempt(order, status="FAILED")
    attempt(order)
    with (
        pytest.raises(IntegrityError, match="payment_one_live_per_order"),
        transaction.atomic(),
    ):
        attempt(order)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_payment SET amount = amount - 1",
        "UPDATE payments_payment SET currency = 'USD'",
        "UPDATE payments_payment SET status = 'INITIATED'",
        "UPDATE payments_payment SET status = 'FAILED'",
        "DELETE FROM payments_payment",
        "UPDATE payments_paymenttransaction SET result = 'DECLINED'",
        "DELETE FROM payments_paymenttransaction",
        "TRUNCATE payments_paymenttransaction",
    ],
)
def test_history_of_a_payment_cannot_be_rewritten(statement):
    payment = paid()
    with (
        pytest.raises(DatabaseError, match=r"payments_payment|Invalid transition"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Payment.objects.get().status == "CAPTURED"
    assert payment.transactions.count() == 2


def test_failed_payment_stays_failed():
    order = placed_order()
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(DECLINED))
    payment.status = "CAPTURED"
    payment.authorized_amount = payment.captured_amount = payment.amount
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        payment.save()
