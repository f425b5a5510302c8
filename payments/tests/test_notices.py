"""What providers tell by themselves, and how little of it is believed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from orders.models import Order
from orders.placed import lifecycle
from orders.tests.factories import placed_order
from payments import notices, processing, recovery
from payments.charges import charge_of
from payments.models import Payment, PaymentTransaction, ProviderNotice, SandboxCharge
from payments.models.notices import troubled
from payments.providers import provider, sandbox_notices
from payments.tests.cards import ASKS, DECLINED, GOOD, LATE, method
from payments.tests.telling import called_off, receive, told
from shop.models import new_id

pytestmark = pytest.mark.django_db

KIND = PaymentTransaction.Kind


def pay(number=GOOD):
    order = placed_order()
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(number))


def crashed():
    """A payment that the sandbox approved and that nobody went on with."""
    order = placed_order()
    payment = Payment.objects.create(
        order=order,
        provider="SANDBOX",
        currency=order.currency,
        amount=order.total,
        method_token=method().token,
    )
    provider("SANDBOX").authorize(charge_of(payment))
    return payment


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def status_of(row):
    row.refresh_from_db()
    return row.status


def ledger():
    return sorted(SandboxCharge.objects.values_list("status", "captured_amount"))


def webhooks(payment):
    return payment.transactions.filter(kind=KIND.WEBHOOK)


def test_a_notice_finishes_a_payment_that_a_crash_left_open():
    payment = crashed()
    assert receive(told(payment)).status == "PROCESSED"
    assert status_of(payment) == "CAPTURED"
    assert status_of(payment.order) == "PAID"
    assert ledger() == [("captured", payment.amount)]
    assert webhooks(payment).get().amount == payment.amount


def test_the_same_event_again_is_one_notice_and_changes_nothing():
    payment = crashed()
    body = told(payment, event_id="event_twice")
    first = receive(body)
    before = Payment.objects.get(pk=payment.pk).version
    assert receive(body) == first
    assert ProviderNotice.objects.count() == webhooks(payment).count() == 1
    assert Payment.objects.get(pk=payment.pk).version == before


def test_notices_in_the_wrong_order_lead_to_the_same_end():
    payment = crashed()
    captured, authorized = told(payment, "payment.captured"), told(payment)
    assert receive(captured).status == receive(authorized).status == "PROCESSED"
    assert status_of(payment) == "CAPTURED"
    assert ledger() == [("captured", payment.amount)]


def test_a_late_notice_changes_nothing_of_a_payment_that_went_on():
    payment = pay()
    before = Payment.objects.get(pk=payment.pk).version
    with later(days=2):
        assert receive(told(payment)).status == "PROCESSED"
    assert Payment.objects.get(pk=payment.pk).version == before


def test_a_notice_of_money_for_an_attempt_that_has_ended_gives_it_back():
    payment = crashed()
    Payment.objects.filter(pk=payment.pk).update(status="EXPIRED")
    notice = receive(told(payment))
    assert (notice.status, notice.code) == ("PROCESSED", "given_back")
    assert ledger() == [("voided", 0)]
    assert status_of(payment) == "EXPIRED"


def test_a_notice_of_a_declined_payment_leaves_it_declined():
    payment = pay(DECLINED)
    assert receive(told(payment, "payment.failed")).status == "PROCESSED"
    assert status_of(payment) == "FAILED"
    assert not payment.transactions.filter(kind=KIND.VOID).exists()


def test_a_notice_about_a_payment_that_waits_for_its_shopper_leaves_it_waiting():
    payment = pay(ASKS)
    assert receive(told(payment)).status == "PROCESSED"
    assert status_of(payment) == "INITIATED"


def test_a_canceled_order_gets_its_money_back_when_a_notice_tells_of_it():
    payment = crashed()
    lifecycle.cancel(payment.order_id, reason="Changed my mind")
    assert receive(told(payment)).status == "PROCESSED"
    assert status_of(payment) == "VOIDED"
    assert ledger() == [("voided", 0)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": 1}, "wrong_amount"),
        ({"amount": 10_000_000}, "wrong_amount"),
        ({"amount": -1}, "wrong_amount"),
        ({"currency": "USD"}, "wrong_currency"),
    ],
)
def test_another_amount_or_currency_moves_nothing_and_staff_are_told(changed, code):
    payment = crashed()
    notice = receive(told(payment, **changed))
    assert (notice.status, notice.code) == ("MISMATCHED", code)
    assert (status_of(payment), status_of(payment.order)) == ("INITIATED", "PENDING")
    assert ledger() == [("authorized", 0)]
    assert list(troubled()) == [notice]


@pytest.mark.parametrize("event", ["refund.succeeded", "dispute.opened"])
def test_no_notice_is_about_more_than_was_paid(event):
    payment = pay()
    notice = receive(told(payment, event, amount=payment.amount + 1))
    assert (notice.status, notice.code) == ("MISMATCHED", "wrong_amount")


def test_a_notice_of_a_stranger_s_payment_is_looked_for_a_while_and_then_told():
    payment = crashed()
    body = told(payment, key=str(new_id()))
    notice = receive(body)
    assert (notice.status, notice.code, notice.payment) == ("RECEIVED", "unknown_payment", None)
    with later(minutes=20):
        assert notices.waiting() == [notice.pk]
        assert notices.process(notice.pk).status == "UNKNOWN"
    assert status_of(payment) == "INITIATED"


def test_a_notice_never_finds_a_payment_of_another_provider():
    payment = pay()
    Payment.objects.create(
        order=placed_order(), provider="STRIPE", provider_reference="other", amount=100,
        currency="EUR",
    )  # fmt: skip
    notice = receive(told(payment, key="", id="other"))
    assert notice.payment is None


def test_a_notice_without_our_key_is_found_by_the_provider_s_reference():
    payment = pay()
    assert receive(told(payment, key="")).payment == payment


def test_a_notice_of_no_concern_is_put_aside():
    notice = receive(told(crashed(), "balance.available"))
    assert (notice.status, notice.kind) == ("IGNORED", "OTHER")


def test_while_the_provider_is_away_the_notice_waits_longer_each_time():
    payment = pay(LATE)
    notice = receive(told(payment))
    assert (notice.status, notice.code, notice.tries) == ("RECEIVED", "provider_away", 1)
    assert notices.waiting() == []
    with later(seconds=31):
        assert notices.waiting() == [notice.pk]
        assert notices.process(notice.pk).status == "PROCESSED"
    assert status_of(payment) == "CAPTURED"
    assert webhooks(payment).count() == 1


def test_what_was_given_up_can_be_taken_up_again():
    notice = receive(told(crashed(), "dispute.opened"))
    assert (notice.status, notice.code) == ("FAILED", "no_dispute")
    assert notices.process_again([notice.pk]) == 1
    assert status_of(notice) == "RECEIVED"
    assert notices.process_again([notice.pk]) == 0


def test_an_error_of_ours_is_tried_again_until_it_is_given_up(monkeypatch):
    monkeypatch.setattr(recovery, "resume", None)
    notice = receive(told(crashed()))
    assert (notice.status, notice.code) == ("RECEIVED", "TypeError")
    for hours in range(1, notices.MOST_TRIES):
        with later(hours=hours):
            notice = notices.process(notice.pk)
    assert (notice.status, notice.tries) == ("FAILED", notices.MOST_TRIES)


def test_a_notice_that_another_worker_looks_into_is_left_alone():
    body = told(crashed())
    notice = notices.receive("SANDBOX", sandbox_notices.signed(body), body)
    ProviderNotice.objects.update(next_try_at=timezone.now() + timedelta(seconds=60))
    assert notices.process(notice.pk).tries == 0


def test_a_refund_on_its_way_is_asked_for_when_a_notice_tells_of_it():
    payment = pay()
    refund = called_off(payment.order_id)
    assert receive(told(payment, "refund.succeeded", amount=refund.amount)).status == "PROCESSED"
    assert status_of(refund) == "SUCCEEDED"
    assert SandboxCharge.objects.get().refunded_amount == refund.amount


def test_old_notices_are_forgotten_but_not_those_that_need_a_look():
    done, wrong = receive(told(pay())), receive(told(pay(), amount=1))
    with later(days=notices.KEEP_DAYS + 1):
        assert notices.remove_old() == 1
    assert list(ProviderNotice.objects.all()) == [wrong]
    assert done.status == "PROCESSED"


def test_what_a_provider_told_is_never_changed():
    notice = receive(told(pay()))
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        ProviderNotice.objects.filter(pk=notice.pk).update(amount=1)


def test_an_event_is_stored_once():
    notice = receive(told(pay()))
    notice.pk = new_id()
    with pytest.raises(IntegrityError, match="provider_notice_once_per_event"):
        notice.save(force_insert=True)


def test_an_order_is_never_paid_by_a_notice_alone():
    payment = crashed()
    SandboxCharge.objects.all().delete()
    assert receive(told(payment, "payment.captured")).status == "PROCESSED"
    assert Order.objects.get(pk=payment.order_id).status == "PENDING"
    assert status_of(payment) == "EXPIRED"
