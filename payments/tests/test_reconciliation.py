"""Ledgers that differ are found: what is safe is mended, the rest waits for staff."""

import dataclasses
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import placed_order, variant_in_stock
from payments import findings, processing, providers, reconciliation, refunding
from payments.errors import FindingClosed
from payments.models import Payment, ReconciliationFinding, SandboxCharge, SandboxRefund
from payments.tests.cards import method
from payments.tests.disputing import paid, tell
from payments.tests.wire import Wire
from shop.models import new_id
from tests.back_office import staff

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=10)


@pytest.fixture
def wire(monkeypatch, settings):
    made = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", made.name]
    monkeypatch.setitem(providers._PROVIDERS, made.name, made)
    return made


def reconcile(after=LATER):
    with time_machine.travel(timezone.now() + after, tick=False):
        return reconciliation.reconcile()


def theirs(payment, **changed):
    """Change what the provider has written of the payment."""
    SandboxCharge.objects.filter(idempotency_key=str(payment.pk)).update(**changed)


def by_hand(order, status, *, there, **more):
    """A payment as a crash left it, ``there`` as the provider has it."""
    authorized = order.total if status in ("AUTHORIZED", "CAPTURED") else 0
    plain = {
        "provider": "SANDBOX",
        "status": status,
        "currency": order.currency,
        "amount": order.total,
        "authorized_amount": authorized,
        "captured_amount": authorized if status == "CAPTURED" else 0,
    }
    payment = Payment.objects.create(order=order, **plain | more)
    charge = SandboxCharge.objects.create(
        idempotency_key=str(payment.pk),
        method_token="sandbox_ok_1",
        currency=order.currency,
        amount=order.total,
        status=there,
        captured_amount=order.total if there == "captured" else 0,
    )
    if there == "captured":
        charge.captures.create(idempotency_key=f"{payment.pk}:capture", amount=order.total)
    return payment


def give(order, amount):
    return refunding.refund(
        order_id=order.pk, lines={}, extra=amount, reason="GOODWILL", key=new_id()
    )


def kinds(status="OPEN"):
    rows = ReconciliationFinding.objects.filter(status=status).order_by("kind")
    return list(rows.values_list("kind", flat=True))


def test_ledgers_that_agree_give_nothing_to_look_at():
    order, _payment = paid()
    give(order, 500)
    report = reconcile()
    assert (report.asked, report.found, report.mended) == (1, 0, 0)
    assert kinds() == []


def test_what_changed_a_moment_ago_is_left_to_the_jobs():
    _order, payment = paid()
    theirs(payment, captured_amount=9999)
    assert reconcile(timedelta(minutes=1)).asked == 0


def test_payment_whose_capture_was_never_heard_of_is_finished(wire):
    order = placed_order()
    wire.mute.add("capture")
    processing.pay(order_id=order.pk, provider_name=wire.name, method=method())
    wire.mute.clear()
    report = reconcile()
    order.refresh_from_db()
    assert (order.status, order.payments.get().status) == ("PAID", "CAPTURED")
    assert (report.mended, report.found) == (1, 0)
    assert SandboxCharge.objects.get().captured_amount == order.total


def test_paid_order_that_was_never_told_is_told():
    order = placed_order()
    by_hand(order, "CAPTURED", there="captured")
    report = reconcile()
    order.refresh_from_db()
    assert (order.status, report.mended) == ("PAID", 1)


def test_authorization_that_was_given_up_here_is_released_there():
    payment = by_hand(placed_order(), "EXPIRED", there="authorized")
    report = reconcile()
    assert SandboxCharge.objects.get().status == "voided"
    assert (report.mended, kinds()) == (1, [])
    assert payment.transactions.get().kind == "VOID"


def test_money_taken_by_an_attempt_that_was_given_up_goes_back():
    by_hand(placed_order(), "FAILED", there="captured")
    reconcile()
    assert SandboxCharge.objects.get().captured_amount == 0


def test_authorization_of_a_canceled_order_is_released():
    order = placed_order()
    payment = by_hand(order, "AUTHORIZED", there="authorized")
    lifecycle.cancel(order.pk, reason="")
    reconcile()
    payment.refresh_from_db()
    assert (payment.status, SandboxCharge.objects.get().status) == ("VOIDED", "voided")


def test_refund_that_arrived_and_was_never_heard_of_is_recorded(wire):
    order, payment = paid(by=wire.name)
    wire.mute.add("refund")
    refund = give(order, 500)
    wire.mute.clear()
    reconcile()
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.status, payment.refunded_amount) == ("SUCCEEDED", 500)
    assert SandboxRefund.objects.count() == 1


def test_more_taken_there_is_listed_with_both_ledgers_and_not_touched():
    _order, payment = paid()
    theirs(payment, captured_amount=6980)
    report = reconcile()
    found = ReconciliationFinding.objects.get()
    assert (found.kind, report.found, report.mended) == ("CAPTURED_TWICE", 1, 0)
    assert found.ours == "CAPTURED €34.90 / €34.90 / €0.00"
    assert found.theirs == "APPROVED €34.90 / €69.80 / €0.00"
    assert SandboxCharge.objects.get().captured_amount == 6980


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"captured_amount": 100}, "NOT_CAPTURED"),
        ({"idempotency_key": "x"}, "UNKNOWN_THERE"),
        ({"refunded_amount": 100}, "REFUND_UNKNOWN"),
    ],
)
def test_what_else_differs_is_listed(changed, kind):
    _order, payment = paid()
    theirs(payment, **changed)
    reconcile()
    assert kinds() == [kind]


def test_authorization_about_to_end_and_one_of_another_amount_are_listed():
    order = placed_order()
    soon = timezone.now() + timedelta(days=1)
    payment = by_hand(order, "AUTHORIZED", there="authorized", authorization_expires_at=soon)
    Payment.objects.filter(pk=payment.pk).update(captures_at_shipment=True)
    Order.objects.filter(pk=order.pk).update(paid_at=timezone.now())
    theirs(payment, amount=1)
    reconcile()
    assert kinds() == ["AMOUNT_DIFFERS", "EXPIRING"]


def test_refund_that_did_not_arrive_is_asked_for_again_by_staff_with_its_key():
    order, _payment = paid()
    give(order, 500)
    key = SandboxRefund.objects.get().idempotency_key
    SandboxRefund.objects.all().delete()
    SandboxCharge.objects.update(refunded_amount=0)
    reconcile()
    assert kinds() == ["REFUND_MISSING"]
    person = staff()
    done = reconciliation.mend(
        finding_id=ReconciliationFinding.objects.get().pk, actor_id=person.pk
    )
    assert (done.status, done.actor_id) == ("MENDED", person.pk)
    assert SandboxRefund.objects.get().idempotency_key == key
    assert SandboxCharge.objects.get().refunded_amount == 500


def test_refund_that_did_arrive_is_never_asked_for_twice():
    order, payment = paid()
    give(order, 500)
    give(order, 700)
    SandboxRefund.objects.filter(amount=500).delete()
    theirs(payment, refunded_amount=700)
    reconcile()
    reconciliation.mend(finding_id=ReconciliationFinding.objects.get().pk)
    amounts = SandboxRefund.objects.order_by("amount").values_list("amount", flat=True)
    assert list(amounts) == [500, 700]
    asked = payment.transactions.filter(kind="REFUND").order_by("created_at")
    assert list(asked.values_list("amount", flat=True)) == [500, 700, 500]


def test_second_run_finds_the_same_and_only_looks():
    _order, payment = paid()
    theirs(payment, captured_amount=6980)
    reconcile()
    first = ReconciliationFinding.objects.get()
    assert reconcile(LATER * 2).found == 1
    again = ReconciliationFinding.objects.get()
    assert again.first_seen_at == first.first_seen_at
    assert again.last_seen_at > first.last_seen_at


def test_finding_that_is_gone_is_mended_by_itself():
    _order, payment = paid()
    theirs(payment, captured_amount=6980)
    reconcile()
    theirs(payment, captured_amount=3490)
    reconcile(LATER * 2)
    assert (kinds(), kinds("MENDED")) == ([], ["CAPTURED_TWICE"])


def test_closed_finding_comes_back_only_when_a_ledger_changes():
    _order, payment = paid()
    theirs(payment, captured_amount=6980)
    reconcile()
    found = ReconciliationFinding.objects.get()
    findings.close(finding_id=found.pk, note="Told the provider", actor_id=staff().pk)
    with pytest.raises(FindingClosed):
        findings.close(finding_id=found.pk, note="", actor_id=None)
    reconcile(LATER * 2)
    assert kinds() == []
    theirs(payment, captured_amount=6981)
    reconcile(LATER * 3)
    assert kinds() == ["CAPTURED_TWICE"]


def test_what_a_bank_took_is_no_missing_refund():
    _order, payment = paid()
    tell(payment, "LOST", amount=1000)
    reconcile()
    assert kinds() == []


def test_payment_whose_dispute_came_before_its_money_is_held_later():
    order = placed_order()
    payment = by_hand(order, "AUTHORIZED", there="captured")
    tell(payment, amount=order.total)
    assert payment.status == "AUTHORIZED"
    reconcile()
    reconcile(LATER * 2)
    payment.refresh_from_db()
    assert payment.status == "DISPUTED"


def test_attempt_that_some_providers_would_charge_anew_is_not_asked_about(wire):
    wire.can = dataclasses.replace(wire.can, finds_by_key=False)
    by_hand(placed_order(), "EXPIRED", there="authorized", provider=wire.name)
    assert reconcile().asked == 0


def test_provider_that_is_away_stops_nobody_else_and_is_left_alone(wire):
    for _ in range(reconciliation.AWAY_LIMIT + 1):
        paid((variant_in_stock(), 1), by=wire.name)
    paid()
    wire.unreachable.add("fetch")
    report = reconcile()
    assert report.away == {wire.name}
    assert report.asked == reconciliation.AWAY_LIMIT + 1


def test_run_that_dies_half_way_is_run_again(wire):
    orders = [placed_order() for _ in range(2)]
    for order in orders:
        by_hand(order, "CAPTURED", there="captured", provider=wire.name)
    wire.meanwhile["fetch"] = _die
    with pytest.raises(KeyboardInterrupt):
        reconcile()
    assert reconcile(LATER * 2).mended == 2
    assert kinds() == []


def test_statements_do_not_grow_with_payments_beyond_the_providers_answers():
    def statements():
        with CaptureQueriesContext(connection) as seen:
            reconcile()
        return len([one for one in seen if "sandbox" not in one["sql"]])

    paid()
    few = statements()
    paid()
    paid()
    assert statements() == few


def test_command_says_what_it_did_and_fails_when_a_provider_is_away(wire):
    paid(by=wire.name)
    out = StringIO()
    with time_machine.travel(timezone.now() + LATER):
        call_command("reconcile_payments", stdout=out)
        assert out.getvalue() == "1 payments compared: 0 mended, 0 to look at.\n"
        wire.unreachable.add("fetch")
        with pytest.raises(CommandError, match="Not reached: STRIPE"):
            call_command("reconcile_payments", stdout=out)


def _die():
    raise KeyboardInterrupt
