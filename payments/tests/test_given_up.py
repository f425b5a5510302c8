"""Attempts that were given up: what a provider may hold of them goes back in the end."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.tests.factories import placed_order
from payments import processing, providers, recovery
from payments.models import Payment, SandboxCharge
from payments.tasks import void_given_up
from payments.tests.cards import ASKS, DECLINED, GOOD, method
from payments.tests.wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire(monkeypatch, settings):
    made = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", made.name]
    monkeypatch.setitem(providers._PROVIDERS, made.name, made)
    return made


def pay(number=GOOD):
    order = placed_order()
    return processing.pay(order_id=order.pk, provider_name="STRIPE", method=method(number))


def later(**ahead):
    return time_machine.travel(timezone.now() + timedelta(**ahead))


def job():
    return void_given_up(0)


@pytest.mark.parametrize("how", ["unreachable", "mute"])
def test_void_without_an_answer_is_asked_again_until_it_is_known(wire, how):
    wire.meanwhile["authorize"] = lambda: Payment.objects.update(status="EXPIRED")
    setattr(wire, how, {"void"})
    payment = pay()
    for minutes in (2, 3):
        with later(minutes=minutes):
            assert recovery.unvoided() == [payment.pk]
            job()
    setattr(wire, how, set())
    with later(minutes=4):
        job()
        assert recovery.unvoided() == []
    assert SandboxCharge.objects.get().status == "voided"
    results = payment.transactions.filter(kind="VOID").values_list("result", flat=True)
    assert list(results) == ["ERROR", "ERROR", "ERROR", "SUCCESS"]


def test_process_killed_before_the_void_leaves_it_to_the_job(wire):
    asked = pay(ASKS)
    Payment.objects.filter(pk=asked.pk).update(status="EXPIRED")
    with later(minutes=2):
        assert recovery.unvoided() == [asked.pk]
        job()
        assert recovery.unvoided() == []
    assert SandboxCharge.objects.get().status == "voided"


def test_money_whose_capture_was_declined_is_not_kept(wire):
    wire.meanwhile["authorize"] = lambda: SandboxCharge.objects.filter(captured_amount=0).update(
        amount=1
    )
    refused = pay()
    assert refused.status == "FAILED"
    with later(minutes=2):
        assert recovery.unvoided() == [refused.pk]
        job()
    assert SandboxCharge.objects.get(idempotency_key=str(refused.pk)).status == "voided"


def test_nothing_is_asked_about_an_attempt_that_was_declined(wire):
    pay(DECLINED)
    with later(minutes=2):
        assert recovery.unvoided() == []


def test_attempt_of_long_ago_is_left_alone(wire):
    wire.meanwhile["authorize"] = lambda: Payment.objects.update(status="EXPIRED")
    wire.unreachable = {"void"}
    pay()
    with later(days=recovery.UNVOIDED_DAYS + 1):
        assert recovery.unvoided() == []
