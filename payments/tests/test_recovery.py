"""What is finished or undone after a crash, a lost reply, or a provider that is away."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from inventory import stock
from inventory.tests.builders import counters
from orders.models import Order
from orders.placed import expiry, lifecycle
from orders.tests.factories import placed_order, variant_in_stock
from payments import processing, providers, recovery
from payments.charges import charge_of, known
from payments.models import Payment, SandboxCharge
from payments.providers import provider
from payments.tests.cards import ASKS, GOOD, method
from payments.tests.wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire(monkeypatch, settings):
    made = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", made.name]
    monkeypatch.setitem(providers._PROVIDERS, made.name, made)
    return made


def pay(order, number=GOOD, *, by="STRIPE"):
    return processing.pay(order_id=order.pk, provider_name=by, method=method(number))


def status_of(order):
    return Order.objects.get(pk=order.pk).status


def charges():
    return sorted(SandboxCharge.objects.values_list("status", "captured_amount"))


def open_payment(order):
    """A payment as a process that was killed before its first call leaves it."""
    card = method()
    return Payment.objects.create(
        order=order,
        provider="SANDBOX",
        currency=order.currency,
        amount=order.total,
        method_token=card.token,
    )


def authorize(payment):
    provider("SANDBOX").authorize(charge_of(payment))


def test_crash_between_charge_and_record_is_finished_with_one_charge():
    order = placed_order()
    payment = open_payment(order)
    authorize(payment)
    assert recovery.resume(payment.pk).status == "CAPTURED"
    assert status_of(order) == "PAID"
    assert charges() == [("captured", order.total)]


def test_crash_before_the_provider_was_asked_ends_the_attempt():
    order = placed_order()
    payment = open_payment(order)
    ended = recovery.resume(payment.pk)
    assert (ended.status, ended.failure_code) == ("EXPIRED", "never_reached_provider")
    assert pay(order, by="SANDBOX").status == "CAPTURED"
    assert charges() == [("captured", order.total)]


def test_crash_after_the_capture_is_finished_by_the_job():
    order = placed_order()
    payment = open_payment(order)
    authorize(payment)
    key = f"{payment.pk}:capture"
    provider("SANDBOX").capture(known(payment), key=key, amount=payment.amount)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert recovery.open_payments() == [payment.pk]
        recovery.resume(payment.pk)
        assert recovery.open_payments() == []
    assert status_of(order) == "PAID"


def test_job_leaves_a_payment_alone_that_was_just_touched():
    open_payment(placed_order())
    assert recovery.open_payments() == []


def test_resuming_twice_changes_nothing():
    order = placed_order()
    payment = open_payment(order)
    authorize(payment)
    first = recovery.resume(payment.pk)
    assert recovery.resume(payment.pk).captured_at == first.captured_at
    assert charges() == [("captured", order.total)]


def test_provider_away_leaves_the_payment_open_and_says_so(wire):
    order = placed_order()
    wire.unreachable = {"authorize"}
    payment = pay(order)
    assert (payment.status, status_of(order)) == ("INITIATED", "PENDING")
    assert payment.transactions.get().result == "ERROR"
    assert charges() == []


@pytest.mark.parametrize("call", ["authorize", "capture"])
def test_lost_reply_is_found_out_and_charged_once(wire, call):
    order = placed_order()
    wire.mute = {call}
    payment = pay(order)
    assert payment.status in ("INITIATED", "AUTHORIZED")
    wire.mute = set()
    assert recovery.resume(payment.pk).status == "CAPTURED"
    assert status_of(order) == "PAID"
    assert charges() == [("captured", order.total)]


def test_same_card_again_after_a_lost_reply_charges_once(wire):
    order, card = placed_order(), method()
    wire.mute = {"authorize"}
    for _ in range(2):
        payment = processing.pay(order_id=order.pk, provider_name="STRIPE", method=card)
        wire.mute = set()
    assert payment.status == "CAPTURED"
    assert charges() == [("captured", order.total)]


def test_other_card_while_the_provider_is_away_waits_for_the_first(wire):
    order = placed_order()
    wire.unreachable = {"authorize", "fetch"}
    first = pay(order)
    assert pay(order) == first
    assert Payment.objects.get().status == "INITIATED"
    assert charges() == []


def test_other_card_after_a_lost_reply_does_not_charge_both(wire):
    order = placed_order()
    wire.mute = {"authorize"}
    first = pay(order)
    wire.mute = set()
    assert pay(order) == first
    assert charges() == [("captured", order.total)]


def test_attempt_that_was_given_up_while_the_provider_worked_is_voided(wire):
    order = placed_order()
    wire.meanwhile["authorize"] = lambda: Payment.objects.update(status="EXPIRED")
    assert pay(order).status == "EXPIRED"
    assert charges() == [("voided", 0)]
    assert pay(order).status == "CAPTURED"
    assert charges() == [("captured", order.total), ("voided", 0)]


def test_challenge_without_an_answer_times_out():
    order = placed_order()
    asked = pay(order, ASKS, by="SANDBOX")
    with time_machine.travel(timezone.now() + timedelta(minutes=9)):
        assert recovery.resume(asked.pk).status == "INITIATED"
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        ended = recovery.resume(asked.pk)
    assert (ended.status, ended.failure_code) == ("EXPIRED", "challenge_timed_out")
    assert charges() == [("voided", 0)]


def test_order_canceled_while_the_bank_asks_gets_its_money_back():
    shirt = variant_in_stock(units=5)
    order = placed_order((shirt, 2))
    asked = pay(order, ASKS, by="SANDBOX")
    lifecycle.cancel(order.pk, reason="Changed my mind")
    given_back = processing.finish(asked.pk, {"approved": "yes"})
    assert (given_back.status, given_back.failure_code) == ("VOIDED", "order_canceled")
    assert status_of(order) == "CANCELED"
    assert charges() == [("voided", 0)]
    assert counters(shirt.stocks.get()) == (5, 0)


def test_order_canceled_while_the_money_is_taken_gets_it_back(wire):
    order = placed_order()
    wire.meanwhile["capture"] = lambda: lifecycle.cancel(order.pk, reason="Changed my mind")
    payment = pay(order)
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", order.total)
    assert status_of(order) == "CANCELED"
    assert charges() == [("voided", 0)]


def test_money_for_a_canceled_order_is_given_back_by_the_job_when_the_provider_returns(wire):
    order = placed_order()
    wire.meanwhile["capture"] = lambda: lifecycle.cancel(order.pk, reason="Changed my mind")
    wire.unreachable = {"void"}
    payment = pay(order)
    assert payment.status == "CAPTURED"
    wire.unreachable = set()
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert recovery.open_payments() == [payment.pk]
        assert recovery.resume(payment.pk).status == "REFUNDED"
    assert charges() == [("voided", 0)]


def test_late_payer_whose_units_were_sold_gets_the_money_back():
    shirt = variant_in_stock(units=2)
    order = placed_order((shirt, 2))
    asked = pay(order, ASKS, by="SANDBOX")
    with time_machine.travel(timezone.now() + timedelta(minutes=41)):
        quicker = placed_order((shirt, 1))
        assert pay(quicker, by="SANDBOX").status == "CAPTURED"
        late = processing.finish(asked.pk, {"approved": "yes"})
    assert (late.status, late.failure_code) == ("REFUNDED", "order_not_servable")
    assert late.refunded_amount == order.total
    assert (status_of(order), status_of(quicker)) == ("PENDING", "PAID")
    assert counters(shirt.stocks.get()) == (1, 0)


def test_late_payer_whose_units_are_still_there_is_served():
    shirt = variant_in_stock(units=2)
    order = placed_order((shirt, 2))
    asked = pay(order, ASKS, by="SANDBOX")
    with time_machine.travel(timezone.now() + timedelta(minutes=41)):
        assert processing.finish(asked.pk, {"approved": "yes"}).status == "CAPTURED"
    assert status_of(order) == "PAID"
    assert counters(shirt.stocks.get()) == (0, 0)


def test_attempt_in_the_last_minute_gets_time_to_end():
    order = placed_order()
    with time_machine.travel(order.payment_due_at - timedelta(seconds=30)):
        asked = pay(order, ASKS, by="SANDBOX")
    with time_machine.travel(order.payment_due_at + timedelta(minutes=5)):
        assert expiry.cancel_unpaid_orders() == 0
        assert processing.finish(asked.pk, {"approved": "yes"}).status == "CAPTURED"
    assert status_of(order) == "PAID"


def test_attempts_cannot_put_off_the_deadline_for_ever():
    order = placed_order()
    for minutes in (25, 34, 39):
        with time_machine.travel(order.placed_at + timedelta(minutes=minutes)):
            pay(order, ASKS, by="SANDBOX")
    due = Order.objects.get(pk=order.pk).payment_due_at
    assert due == order.placed_at + timedelta(minutes=40)


def test_units_that_were_lost_after_placing_do_not_stop_the_money_from_going_back():
    shirt = variant_in_stock(units=2)
    order = placed_order((shirt, 2))
    with time_machine.travel(timezone.now() + timedelta(minutes=41)):
        placed_order((shirt, 1))
        stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=-1, note="Moths")
    payment = open_payment(order)
    authorize(payment)
    assert recovery.resume(payment.pk).status == "REFUNDED"
    assert charges() == [("voided", 0)]
