"""Our answers to disputes reach the provider, and its news at once make one dispute."""

import io
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from orders.tests.factories import placed_order, variant_in_stock
from payments import disputes, processing
from payments.errors import ProviderAway
from payments.models import Dispute, Payment, Refund
from payments.providers.base import EvidenceFile
from payments.providers.paypal import PayPal
from payments.providers.stripe import Stripe
from payments.tests.disputing import news, paid, tell
from payments.tests.doubles.paypal import PayPalDouble
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.holding import held, send
from shop.operations.invariants.checking import violations

pytestmark = pytest.mark.django_db

PDF = EvidenceFile("slip.pdf", "application/pdf", b"%PDF-1.7 slip")


def picture():
    made = io.BytesIO()
    Image.new("RGB", (4, 4)).save(made, "WEBP")
    return EvidenceFile("parcel.webp", "image/webp", made.getvalue())


def using(double, settings):
    for name, value in double.options().items():
        setattr(settings, name, value)
    settings.PAYMENT_PROVIDERS = [double.provider, "SANDBOX"]
    return double


@pytest.fixture
def paypal(settings):
    with PayPalDouble() as double:
        yield using(double, settings)


@pytest.fixture
def stripe(settings):
    with StripeDouble() as double:
        yield using(double, settings)


def test_paypal_gets_text_and_documents_in_a_form(paypal):
    PayPal().submit_evidence("PP-D-1", text="It arrived.", files=[picture(), PDF])
    row = paypal.disputes["PP-D-1"]
    assert (row["status"], row["notes"]) == ("UNDER_REVIEW", "It arrived.")
    assert [content[:5] for content in row["files"]] == [b"%PDF-", b"%PDF-"]
    assert row["files"][1] == PDF.content


@pytest.mark.parametrize("act", ["evidence", "acceptance"])
def test_an_answer_to_paypal_whose_reply_was_lost_is_sent_again_in_peace(paypal, act):
    def answer():
        if act == "evidence":
            PayPal().submit_evidence("PP-D-1", text="It arrived.", files=[])
        else:
            PayPal().accept_dispute("PP-D-1", note="Lost")

    paypal.fail("evidence", "lost")
    with pytest.raises(ProviderAway):
        answer()
    paypal.heal()
    answer()
    assert paypal.disputes["PP-D-1"]["notes"] in ("It arrived.", "Lost")


def test_accepting_tells_stripe_that_the_bank_may_have_it(stripe):
    order = placed_order()
    payment = processing.pay(order_id=order.pk, provider_name="STRIPE", method=stripe.method())
    reference = f"dp_{payment.provider_reference[3:]}"
    dispute = tell(payment, reference=reference)
    stripe.fail("fetch", "500")
    with pytest.raises(ProviderAway):
        disputes.accept(dispute_id=dispute.pk, note="Lost in the post")
    dispute.refresh_from_db()
    assert dispute.status == "OPEN"
    stripe.heal()
    assert disputes.accept(dispute_id=dispute.pk, note="Lost").status == "ACCEPTED"
    assert stripe.disputes[payment.provider_reference[3:]]["status"] == "lost"


def test_a_dispute_that_stripe_decided_meanwhile_is_accepted_in_peace(stripe):
    answer = Stripe()
    order = placed_order()
    payment = processing.pay(order_id=order.pk, provider_name="STRIPE", method=stripe.method())
    reference = f"dp_{payment.provider_reference[3:]}"
    for _ in range(2):
        answer.accept_dispute(reference, note="")
    assert stripe.disputes[payment.provider_reference[3:]]["status"] == "lost"


def test_a_lost_dispute_of_a_payment_captured_in_parts_takes_what_was_captured(settings):
    settings.PAYMENT_CAPTURE = "at_shipment"
    order, payment = held((variant_in_stock(price=1000), 2))
    send(order, 1)
    payment.refresh_from_db()
    captured = payment.captured_amount
    assert 0 < captured < payment.authorized_amount
    tell(payment, amount=captured)
    tell(payment, "LOST", amount=captured)
    assert (payment.refunded_amount, payment.captured_amount) == (captured, captured)
    assert payment.held_amount == payment.authorized_amount - captured
    assert Refund.objects.get().amount == captured
    assert [found.invariant.says for found in violations()] == []


@pytest.mark.django_db(transaction=True)
def test_news_at_once_and_out_of_order_make_one_dispute_with_a_legal_history():
    _order, payment = paid()
    now = timezone.now()
    said = [(news(payment), now + timedelta(seconds=place)) for place in range(14)]
    said += [(news(payment, "LOST"), now + timedelta(seconds=place)) for place in range(6)]
    random.Random(5).shuffle(said)

    def hear(row):
        try:
            disputes.take_news(Payment.objects.get(pk=payment.pk), *row)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hear, said))
    dispute = Dispute.objects.get()
    payment.refresh_from_db()
    assert (dispute.status, payment.status, payment.refunded_amount) == ("LOST", "REFUNDED", 3490)
    codes = list(payment.transactions.filter(kind="DISPUTE").values_list("code", flat=True))
    assert (codes.count("lost"), codes[-1]) == (1, "lost")
    assert codes.count("opened") <= 1
    assert Refund.objects.count() == 1
