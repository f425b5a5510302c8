"""The sandbox: what its test cards do, and what it tells by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.models import Order
from orders.tests.factories import placed_order
from payments import messages, notices, processing, recovery, settling
from payments.charges import charge_of, known
from payments.errors import ProviderAway
from payments.models import Payment, ProviderNotice, SandboxCharge, SandboxNotice
from payments.providers import provider, sandbox
from payments.providers.base import Outcome
from payments.tasks import tell_sandbox
from payments.tests.cards import DISPUTED, ENDED, GOOD, LATE, LOST, method
from payments.tests.telling import called_off

pytestmark = pytest.mark.django_db


def pay(number):
    order = placed_order()
    return processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(number))


def authorized(number=GOOD):
    """A payment that only the sandbox knows the end of."""
    order = placed_order()
    payment = Payment.objects.create(
        order=order,
        provider="SANDBOX",
        currency=order.currency,
        amount=order.total,
        method_token=method(number).token,
    )
    provider("SANDBOX").authorize(charge_of(payment))
    return payment


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def told():
    """Let the sandbox tell what is due, and look into all of it."""
    sent = tell_sandbox(timestamp=0)
    for notice_id in notices.waiting():
        notices.process(notice_id)
    return sent


def test_a_lost_answer_is_found_out_by_asking_and_charged_once():
    payment = pay(LOST)
    assert payment.status == "INITIATED"
    assert recovery.resume(payment.pk).status == "CAPTURED"
    assert SandboxCharge.objects.get().captured_amount == payment.amount


def test_a_late_charge_is_known_by_its_notice():
    payment = pay(LATE)
    assert recovery.resume(payment.pk).status == "INITIATED"
    assert told() == 0
    with later(seconds=sandbox.SILENT + 1):
        assert told() == 1
    payment.refresh_from_db()
    assert payment.status == "CAPTURED"
    assert Order.objects.get(pk=payment.order_id).status == "PAID"


def test_the_first_notice_of_a_late_charge_comes_again_after_that_of_its_capture():
    payment = pay(LATE)
    with later(seconds=sandbox.SILENT + 1):
        told()
    # The clock goes on, so that each is sent at another moment.
    with time_machine.travel(timezone.now() + timedelta(seconds=sandbox.AGAIN + 1)):
        told()
    kinds = [notice.payload["type"] for notice in ProviderNotice.objects.order_by("created_at")]
    assert kinds == ["payment.authorized", "payment.captured"]
    sent = SandboxNotice.objects.order_by("sent_at").values_list("content__type", flat=True)
    assert list(sent) == ["payment.authorized", "payment.captured", "payment.authorized"]
    assert payment.transactions.filter(kind="WEBHOOK").count() == 2
    assert SandboxCharge.objects.get().captured_amount == payment.amount


def test_a_notice_that_could_not_be_stored_is_sent_again(monkeypatch):
    pay(LATE)

    def away(*args, **kwargs):
        raise ProviderAway("no connection")

    with later(seconds=sandbox.SILENT + 1):
        with monkeypatch.context() as broken:
            broken.setattr(provider("SANDBOX"), "read_notice", away)
            with pytest.raises(ProviderAway):
                tell_sandbox(timestamp=0)
        assert ProviderNotice.objects.count() == 0
        assert told() == 1


def test_an_authorization_that_ended_early_charges_nothing_and_says_so():
    payment = pay(ENDED)
    assert (payment.status, payment.failure_code) == ("FAILED", "authorization_expired")
    assert "Nothing was charged" in messages.explain(payment)
    assert SandboxCharge.objects.get().captured_amount == 0
    assert Order.objects.get(pk=payment.order_id).status == "PENDING"


def test_a_disputed_charge_is_told_a_minute_after_its_capture():
    payment = pay(DISPUTED)
    assert payment.status == "CAPTURED"
    assert told() == 0
    with later(seconds=sandbox.DISPUTED_AFTER + 1):
        assert told() == 1
    notice = ProviderNotice.objects.get()
    assert (notice.kind, notice.payment, notice.status) == ("DISPUTE", payment, "PROCESSED")
    assert notice.dispute["amount"] == payment.amount


@pytest.mark.parametrize(("text", "outcome"), [("Signed for", "WON"), ("losing_evidence", "LOST")])
def test_evidence_decides_a_dispute(text, outcome):
    pay(DISPUTED)
    opened = SandboxNotice.objects.get().content["dispute"]
    provider("SANDBOX").submit_evidence(opened["reference"], text=text, files=[])
    closed = SandboxNotice.objects.latest("created_at").content
    assert closed["type"] == "dispute.closed"
    assert closed["dispute"] == opened | {"outcome": outcome}


def test_parts_are_taken_each_once_for_its_key_and_never_more_than_was_authorized():
    payment = authorized()
    remote, amount = provider("SANDBOX"), payment.amount

    def take(key, part, is_last=False):
        return remote.capture(known(payment), key=key, amount=part, is_last=is_last)

    assert take("a", 100).outcome == take("a", 100).outcome == Outcome.APPROVED
    assert SandboxCharge.objects.get().captured_amount == 100
    assert take("b", amount).code == "not_capturable"
    assert take("c", 50, is_last=True).amount == 50
    assert take("d", 1).code == "not_capturable"
    assert SandboxCharge.objects.get().captured_amount == 150


def test_a_token_that_the_sandbox_never_gave_is_declined():
    order = placed_order()
    payment = Payment(order=order, amount=100, currency="EUR", method_token="sandbox_what_1")
    assert provider("SANDBOX").authorize(charge_of(payment)).code == "invalid_method"


def test_a_late_refund_is_told():
    payment = pay(LATE)
    with later(seconds=sandbox.SILENT + 1):
        told()
        refund = called_off(payment.order_id)
        settling.settle(refund.pk)
        told()
    assert ProviderNotice.objects.filter(kind="REFUND", status="PROCESSED").count() == 1
