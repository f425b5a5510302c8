"""Disputes: the money is held, comes back or is gone, in whatever order one hears of it."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from orders.documents import invoices
from orders.models import InvoiceKind, OrderMail
from orders.placed import lifecycle, refundable
from payments import disputes, refunding, settling
from payments.due import amount_due
from payments.errors import DisputeDecided, PaymentDisputed, RefundRefused
from payments.models import Dispute, PaymentTransaction, ReconciliationFinding, Refund
from payments.tests.disputing import paid, tell
from shop.events.relay import deliver_due
from shop.models import new_id
from shop.operations.invariants.checking import violations

pytestmark = pytest.mark.django_db


def give(order, amount, **more):
    plain = {"lines": {}, "extra": amount, "reason": Refund.Reason.GOODWILL, "key": new_id()}
    return refunding.refund(order_id=order.pk, **plain | more)


def notes():
    rows = PaymentTransaction.objects.filter(kind="DISPUTE").order_by("created_at")
    return list(rows.values_list("code", flat=True))


def test_disputed_payment_is_held_with_reason_and_deadline():
    _order, payment = paid()
    dispute = tell(payment)
    assert (dispute.status, dispute.reason, dispute.amount) == ("OPEN", "FRAUDULENT", 3490)
    assert (payment.status, payment.captured_amount) == ("DISPUTED", 3490)
    assert dispute.days_left == 7
    assert notes() == ["opened"]


def test_nothing_of_a_disputed_payment_goes_back():
    order, payment = paid()
    tell(payment)
    with pytest.raises(PaymentDisputed):
        give(order, 500)
    assert not Refund.objects.exists()


def test_won_dispute_leaves_the_payment_as_it_was():
    order, payment = paid()
    tell(payment)
    dispute = tell(payment, "WON")
    assert (dispute.status, payment.status, payment.refunded_amount) == ("WON", "CAPTURED", 0)
    assert give(order, 500).status == "SUCCEEDED"


def test_won_dispute_of_a_partly_refunded_payment_stays_partly_refunded():
    order, payment = paid()
    give(order, 500)
    tell(payment, amount=2990)
    assert payment.status == "DISPUTED"
    tell(payment, "WON", amount=2990)
    assert (payment.status, payment.refunded_amount) == ("PARTIALLY_REFUNDED", 500)


def test_lost_dispute_is_a_refund_with_a_credit_note_and_nobody_owes_it_again():
    order, payment = paid()
    invoices.issue_invoice(order.pk)
    tell(payment)
    dispute = tell(payment, "LOST")
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", 3490)
    assert (dispute.taken.reason, dispute.taken.amount) == ("DISPUTED", 3490)
    assert order.invoices.get(kind=InvoiceKind.CREDIT_NOTE).total == 3490
    assert amount_due(order) == 0
    assert refundable.of_order(order).amount_left == 0
    assert [found.invariant.says for found in violations()] == []


def test_after_a_lost_dispute_nothing_more_can_go_back():
    order, payment = paid()
    tell(payment, "LOST")
    with pytest.raises(RefundRefused):
        give(order, 1)
    assert Refund.objects.get().reason == "DISPUTED"


def test_part_that_was_lost_lowers_what_is_left_of_the_lines():
    order, payment = paid()
    tell(payment, amount=1000)
    dispute = tell(payment, "LOST", amount=1000)
    assert (payment.status, payment.refunded_amount) == ("PARTIALLY_REFUNDED", 1000)
    assert dispute.taken.lines.get().quantity == 0
    left = refundable.of_order(order)
    assert left.amount_left == 2490
    assert give(order, 2000).status == "SUCCEEDED"


def test_customer_gets_no_letter_that_we_gave_back_what_the_bank_took(
    django_capture_on_commit_callbacks,
):
    order, payment = paid()
    with django_capture_on_commit_callbacks(execute=True):
        tell(payment, "LOST")
    deliver_due()
    assert not OrderMail.objects.filter(order=order, kind=OrderMail.Kind.REFUNDED).exists()


def test_same_news_again_changes_nothing():
    _order, payment = paid()
    until = timezone.now() + timedelta(days=7)
    first = tell(payment, respond_by=until)
    tell(payment, respond_by=until)
    tell(payment, "LOST")
    tell(payment, "LOST")
    assert Dispute.objects.get().opened_at == first.opened_at
    assert Refund.objects.count() == 1
    assert notes() == ["opened", "lost"]


def test_beginning_heard_after_the_end_changes_nothing():
    _order, payment = paid()
    now = timezone.now()
    tell(payment, "WON", at=now)
    dispute = tell(payment, at=now - timedelta(days=2))
    assert (dispute.status, payment.status) == ("WON", "CAPTURED")


def test_decision_counts_however_late_it_is_heard():
    _order, payment = paid()
    now = timezone.now()
    tell(payment, at=now)
    assert tell(payment, "LOST", at=now - timedelta(hours=1)).status == "LOST"


def test_decided_dispute_is_never_decided_anew():
    _order, payment = paid()
    tell(payment, "WON")
    dispute = tell(payment, "LOST")
    assert (dispute.status, payment.refunded_amount) == ("WON", 0)
    with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
        Dispute.objects.update(status="LOST")


def test_second_dispute_holds_the_payment_until_it_is_won_too():
    _order, payment = paid()
    tell(payment, amount=1000)
    tell(payment, amount=1000, reference="dp_2")
    tell(payment, "WON", amount=1000)
    assert payment.status == "DISPUTED"
    tell(payment, "WON", amount=1000, reference="dp_2")
    assert payment.status == "CAPTURED"


def test_one_lost_of_two_keeps_the_rest_held():
    _order, payment = paid()
    tell(payment, amount=1000)
    tell(payment, amount=1000, reference="dp_2")
    tell(payment, "LOST", amount=1000)
    assert (payment.status, payment.refunded_amount) == ("DISPUTED", 1000)
    tell(payment, "WON", amount=1000, reference="dp_2")
    assert payment.status == "PARTIALLY_REFUNDED"


def test_what_was_given_back_before_the_bank_took_it_is_found():
    order, payment = paid()
    give(order, 3000)
    tell(payment, "LOST", amount=3490)
    found = ReconciliationFinding.objects.get()
    assert (found.kind, found.ours, found.theirs) == ("LOST_TWICE", "€4.90", "€34.90")
    assert (payment.status, payment.refunded_amount) == ("REFUNDED", 3490)


def test_refund_on_its_way_when_the_dispute_comes_still_counts():
    order, payment = paid()
    made = refunding.request(
        order_id=order.pk, lines={}, extra=500, reason="GOODWILL", key=new_id()
    )
    tell(payment, amount=2990)
    assert settling.settle(made.pk).status == "SUCCEEDED"
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("DISPUTED", 500)
    tell(payment, "WON", amount=2990)
    assert payment.status == "PARTIALLY_REFUNDED"


def test_order_called_off_while_held_gets_its_money_back_when_we_win():
    order, payment = paid()
    tell(payment)
    lifecycle.call_off(order.pk, reason="", actor_id=None)
    deliver_due()
    assert not Refund.objects.exists()
    tell(payment, "WON")
    assert (Refund.objects.get().amount, Refund.objects.get().status) == (3490, "REQUESTED")


def test_accepted_dispute_is_gone_like_a_lost_one():
    _order, payment = paid()
    dispute = tell(payment)
    made = disputes.accept(dispute_id=dispute.pk, note="Parcel was lost")
    payment.refresh_from_db()
    assert (made.status, payment.status) == ("ACCEPTED", "REFUNDED")
    assert tell(payment, "LOST").status == "ACCEPTED"
    with pytest.raises(DisputeDecided):
        disputes.accept(dispute_id=dispute.pk, note="")


def test_dispute_starts_open_and_is_never_deleted():
    _order, payment = paid()
    tell(payment)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Dispute.objects.all()._raw_delete("default")
    row = Dispute.objects.get()
    row.pk, row.provider_reference, row.status = new_id(), "dp_9", "WON"
    with pytest.raises(ProgrammingError, match="Cannot insert"), transaction.atomic():
        row.save(force_insert=True)
