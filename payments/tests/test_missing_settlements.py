"""What a provider did not pay out long after it should have is found, until it has."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.tests.factories import placed_order
from payments import findings, refunding, settlements, tasks
from payments.errors import ProviderAway
from payments.models import Payment, ReconciliationFinding
from payments.tests.disputing import paid
from payments.tests.doubles.paypal import paypal_in_use
from payments.tests.settling import differing, line, take
from shop.models import new_id
from tests.back_office import staff

pytestmark = pytest.mark.django_db


def captured(days_ago):
    _order, payment = paid()
    at = timezone.now() - timedelta(days=days_ago)
    Payment.objects.filter(pk=payment.pk).update(captured_at=at)
    payment.refresh_from_db()
    return payment


def first_told(days_ago):
    """The line of a payment of those days, before which no provider told anything."""
    first = captured(days_ago)
    take(first, line(first, at=first.captured_at))


def test_less_than_was_captured_is_found_when_nothing_comes_after_it():
    _order, payment = paid()
    take(payment, line(payment, 1000))
    assert settlements.look_again() == 0
    assert settlements.look_again(timezone.now() + timedelta(days=11)) == 1
    assert differing().get().theirs == "€10.00"
    take(payment, line(payment, 2490, reference="line-2"))
    assert not differing().exists()


def test_nothing_at_all_of_a_payment_is_found_once_and_ends_when_its_line_comes():
    first_told(100)
    payment = captured(39)
    assert settlements.look_again() == 0
    later = timezone.now() + timedelta(days=2)
    assert (settlements.look_again(later), settlements.look_again(later)) == (1, 1)
    found = differing().get()
    assert (found.payment, found.ours, found.theirs) == (payment, "€34.90", "€0.00")
    take(payment, line(payment, reference="line-2"))
    assert not differing().exists()
    assert settlements.look_again(later) == 0


def test_nothing_of_a_payment_of_which_a_part_went_back_is_found_too():
    first_told(100)
    order, payment = paid()
    refunding.refund(order_id=order.pk, lines={}, extra=500, reason="GOODWILL", key=new_id())
    captured_at = timezone.now() - timedelta(days=41)
    Payment.objects.filter(pk=payment.pk).update(captured_at=captured_at)
    assert settlements.look_again() == 1
    assert differing().get().payment == payment


def test_nothing_is_missed_of_what_was_captured_before_the_first_line_or_of_who_tells_none(
    settings,
):
    settings.PAYMENT_PROVIDERS = ["SANDBOX", "STRIPE"]
    captured(200)
    Payment.objects.create(
        order=placed_order(), provider="MANUAL", status="CAPTURED", currency="EUR", amount=100,
        authorized_amount=100, captured_amount=100,
        captured_at=timezone.now() - timedelta(days=90),
    )  # fmt: skip
    assert settlements.look_again() == 0
    first_told(100)
    assert settlements.look_again() == 0
    assert not differing().exists()


def test_a_closed_finding_stays_as_it_is_until_another_line_comes():
    _order, payment = paid()
    take(payment, line(payment, 1000))
    later = timezone.now() + timedelta(days=11)
    assert settlements.look_again(later) == 1
    findings.close(finding_id=differing().get().pk, note="Held back", actor_id=staff().pk)
    before = ReconciliationFinding.objects.values().get()
    with time_machine.travel(later):
        assert settlements.look_again() == 0
    assert ReconciliationFinding.objects.values().get() == before
    take(payment, line(payment, 500, reference="line-2"))
    assert settlements.look_again(later) == 1
    assert differing().get().theirs == "€15.00"


def test_more_late_payments_than_a_batch_are_all_found(monkeypatch):
    monkeypatch.setattr(settlements, "_BATCH", 2)
    first_told(100)
    for _ in range(5):
        captured(50)
    assert settlements.look_again() == differing().count() == 5


def test_what_is_missing_is_looked_for_while_a_provider_is_away(settings):
    first_told(100)
    payment = captured(50)
    with paypal_in_use(settings) as double:
        double.fail("fetch", "500")
        with pytest.raises(ProviderAway):
            tasks.collect_settlements(timestamp=0)
    assert differing().get().payment == payment
