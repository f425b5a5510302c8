"""Orders that are paid by bank transfer, or where they are collected."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone
from stdnum import iso11649

from inventory.models import Reservation
from orders.carts import cart as carts
from orders.mailing import mails
from orders.models import Order, OrderMail
from orders.placed import expiry
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    placed_order,
    ready_checkout,
    shown_total,
    variant_in_stock,
)
from orders.tests.test_pick_up import pick_up, point
from payments import awaiting, offline, processing
from payments.errors import MeansGone, NothingToPay
from payments.models import Awaited, Payment
from payments.tests.cards import ASKS, GOOD, method
from payments.tests.transfers import TOTAL, awaiting_transfer

pytestmark = pytest.mark.django_db

PAYMENT, REVIEW, EXPRESS = "/checkout/payment/", "/checkout/review/", "/checkout/express/"
CARD = {"means": "card", "number": GOOD, "expiry": "12/30", "security_code": "123"}
Kind = Awaited.Kind


@pytest.fixture
def checkout():
    return ready_checkout(filled_cart((variant_in_stock(price=5000), 1)))


@pytest.fixture
def client(checkout):
    return visitor(checkout)


def visitor(checkout):
    client = Client()
    client.cookies[carts.COOKIE] = checkout.cart.token
    return client


def collect(checkout):
    """Have the order collected instead of sent."""
    checkout.shipping_method, checkout.pick_up_point = pick_up(), point("mitte", "10119")
    checkout.save()


def order_by(client, checkout, means):
    client.post(PAYMENT, {"means": means})
    total = shown_total(checkout)
    return client.post(REVIEW, {"total": total, "due": total, "key": "k" * 22})


def test_an_order_by_transfer_waits_for_days_with_its_units(client, checkout, settings):
    response = order_by(client, checkout, "transfer")
    order = Order.objects.get()
    assert (response.status_code, response["Location"]) == (303, order.get_absolute_url())
    assert (order.status, Payment.objects.count()) == ("PENDING", 0)
    wait = timedelta(days=settings.BANK_TRANSFER_DAYS)
    assert order.payment_due_at == order.placed_at + wait
    assert Reservation.objects.get(order=order).expires_at == order.payment_due_at


def test_its_pages_say_where_the_money_goes(client, checkout):
    page = client.get(order_by(client, checkout, "transfer")["Location"]).content.decode()
    awaited = Awaited.objects.get()
    status = client.get(f"/order/{awaited.order.token}/").content.decode()
    for text in (page, status):
        for words in ("Please transfer €54.90", awaited.iban_shown, awaited.reference_shown):
            assert words in text


def test_the_review_names_the_means_and_no_card(client, checkout):
    client.post(PAYMENT, {"means": "transfer"})
    text = client.get(REVIEW).content.decode()
    assert "Bank transfer" in text
    assert "••••" not in text
    assert "Buy now" in text


def test_the_same_page_sent_twice_is_one_order(client, checkout):
    first = order_by(client, checkout, "transfer")
    second = client.post(REVIEW, {"total": TOTAL, "due": TOTAL, "key": "k" * 22})
    assert first["Location"] == second["Location"]
    assert (Order.objects.count(), Awaited.objects.count()) == (1, 1)


def test_the_reference_is_the_order_number_with_check_digits():
    reference = awaiting.creditor_reference("ORD-2026-000123")
    assert reference.endswith("ORD2026000123")
    assert iso11649.is_valid(reference)


def test_another_choice_keeps_the_reference(settings):
    order = awaiting_transfer()
    order.pick_up_point = point("mitte", "10119")
    order.save()
    again = awaiting.begin(order_id=order.pk, kind=Kind.PICK_UP)
    assert (again.kind, again.reference) == ("PICK_UP", order.awaited.reference)


def test_above_the_limit_no_transfer_is_offered(client, checkout, settings):
    settings.BANK_TRANSFER_MAX = TOTAL - 1
    assert 'value="transfer"' not in client.get(PAYMENT).content.decode()
    order = placed_order((variant_in_stock(price=5000), 1))
    with pytest.raises(MeansGone):
        awaiting.begin(order_id=order.pk, kind=Kind.TRANSFER)
    assert not Awaited.objects.exists()


def test_without_an_account_no_transfer_is_offered(client, settings):
    settings.BANK_TRANSFER = {}
    assert 'value="transfer"' not in client.get(PAYMENT).content.decode()


def test_a_wrong_iban_stops_the_shop(settings):
    assert not [found for found in run_checks() if found.id == "payments.E009"]
    settings.BANK_TRANSFER = {"iban": "DE02120300000000202052", "holder": "Selvedge"}
    assert [found.id for found in run_checks() if found.id == "payments.E009"]


def test_paying_at_pick_up_is_for_what_is_collected(client, checkout):
    assert 'value="pick-up"' not in client.get(PAYMENT).content.decode()
    collect(checkout)
    assert 'value="pick-up"' in client.get(PAYMENT).content.decode()
    page = client.get(order_by(client, checkout, "pick-up")["Location"]).content.decode()
    assert "Please pay €50.00 when you collect it" in page
    assert Awaited.objects.get().kind == "PICK_UP"


@pytest.mark.parametrize("is_collected", [False, True])
def test_the_last_step_says_where_it_is_collected(client, checkout, is_collected):
    if is_collected:
        collect(checkout)
    client.post(PAYMENT, {"means": "transfer"})
    page = client.get(REVIEW).content.decode()
    assert ("mitte, Weg 1, 10119 Berlin" in page) == is_collected
    assert ("Delivery address" in page) != is_collected


def test_an_order_that_is_sent_cannot_be_paid_at_pick_up():
    order = placed_order((variant_in_stock(price=5000), 1))
    with pytest.raises(MeansGone):
        awaiting.begin(order_id=order.pk, kind=Kind.PICK_UP)


def test_express_refuses_paying_at_pick_up_for_a_parcel(client, checkout):
    pick_up()
    point("mitte", "10119")
    total = shown_total(checkout)
    sent = {
        "email": checkout.email,
        **ADDRESS,
        "billing_same": "on",
        "method": "standard",
        "means": "pick-up",
        "total": total,
        "key": "k" * 22,
    }
    refused = client.post(EXPRESS, sent)
    assert refused.status_code == 422
    assert "Choose that as delivery, or pay another way" in refused.content.decode()
    assert not Order.objects.exists()
    ordered = client.post(EXPRESS, {**sent, "means": "transfer"})
    assert ordered["Location"] == Order.objects.get().get_absolute_url()
    assert Awaited.objects.get().kind == "TRANSFER"


def test_the_link_of_an_order_offers_a_transfer():
    order = placed_order((variant_in_stock(price=5000), 1))
    url = f"/order/{order.token}/pay/"
    response = Client().post(url, {"means": "transfer", "total": TOTAL})
    assert response["Location"] == f"/order/{order.token}/"
    assert Awaited.objects.get().order == order


def test_a_card_may_pay_what_waited_for_a_transfer(client, checkout):
    order_by(client, checkout, "transfer")
    client.post(PAYMENT, CARD)
    client.post(REVIEW, {"total": TOTAL})
    assert Order.objects.get().status == "PAID"


def test_the_banks_question_is_answered_with_no_when_a_transfer_is_chosen():
    order = placed_order((variant_in_stock(price=5000), 1))
    asked = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(ASKS))
    awaiting.begin(order_id=order.pk, kind=Kind.TRANSFER)
    asked.refresh_from_db()
    assert asked.status == "FAILED"


def test_an_attempt_that_reached_no_provider_does_not_keep_a_transfer_out():
    order = placed_order((variant_in_stock(price=5000), 1))
    lost = Payment.objects.create(order=order, provider="SANDBOX", currency="EUR", amount=TOTAL)
    awaiting.begin(order_id=order.pk, kind=Kind.TRANSFER)
    lost.refresh_from_db()
    assert lost.status == "EXPIRED"


def test_a_paid_order_awaits_nothing():
    order = awaiting_transfer()
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    with pytest.raises(NothingToPay):
        awaiting.begin(order_id=order.pk, kind=Kind.TRANSFER)


def test_what_did_not_come_is_canceled_and_its_units_are_free(settings):
    order = awaiting_transfer()
    with time_machine.travel(timezone.now() + timedelta(days=settings.BANK_TRANSFER_DAYS - 1)):
        assert expiry.cancel_unpaid_orders() == 0
    with time_machine.travel(timezone.now() + timedelta(days=settings.BANK_TRANSFER_DAYS)):
        assert expiry.cancel_unpaid_orders() == 1
    order.refresh_from_db()
    assert order.status == "CANCELED"
    assert not Reservation.objects.filter(order=order, status="ACTIVE").exists()


def test_the_reminder_comes_once_and_names_account_and_reference(settings):
    order = awaiting_transfer()
    assert awaiting.remind() == 0
    soon = order.payment_due_at - timedelta(days=settings.BANK_TRANSFER_REMINDER_DAYS)
    with time_machine.travel(soon + timedelta(hours=1)):
        assert [awaiting.remind(), awaiting.remind()] == [1, 0]
        mails.send(OrderMail.objects.get(order=order, reference="reminder").pk)
    letter = mail.outbox[-1]
    assert letter.subject == f"Your order {order.number} waits for your payment"
    assert order.awaited.reference_shown in letter.body
    assert order.awaited.iban_shown in letter.alternatives[0][0]


def test_who_paid_meanwhile_is_not_reminded():
    order = awaiting_transfer()
    with time_machine.travel(order.payment_due_at - timedelta(hours=1)):
        awaiting.remind()
    offline.record(order_id=order.pk, reference="cash desk 1")
    assert mails.send(OrderMail.objects.get(order=order, reference="reminder").pk) is False


def test_the_confirmation_says_where_to_transfer_to():
    order = awaiting_transfer()
    mails.queue(order.pk, OrderMail.Kind.PLACED)
    mails.send(OrderMail.objects.get(order=order, kind="PLACED").pk)
    assert order.awaited.reference_shown in mail.outbox[-1].body
    assert "Please transfer €54.90" in mail.outbox[-1].alternatives[0][0]


def test_who_pays_at_pick_up_is_not_told_to_pay_before(client, checkout):
    collect(checkout)
    order_by(client, checkout, "pick-up")
    order = Order.objects.get()
    mails.queue(order.pk, OrderMail.Kind.PLACED)
    mails.send(OrderMail.objects.get(order=order, kind="PLACED").pk)
    for text in (mail.outbox[-1].body, mail.outbox[-1].alternatives[0].content):
        assert "Please pay €50.00 when you collect it" in text
        assert "until your payment arrives" not in text
