"""What whoever placed an order sees of its refunds: on its page and by mail."""

import re

import pytest
from django.core import mail

from orders.mailing import mails
from orders.models import OrderMail
from orders.tests.factories import member, placed_order, variant_in_stock
from payments import processing, providers, refunding
from payments.models import Refund
from payments.refunding import LineRefund
from payments.tests.cards import method
from payments.tests.wire import Wire
from shop.events.relay import deliver_due
from shop.models import new_id
from tests.back_office import signed_in

pytestmark = pytest.mark.django_db


def paid(by="SANDBOX", **fields):
    order = placed_order((variant_in_stock(price=1000), 3), **fields)
    processing.pay(order_id=order.pk, provider_name=by, method=method())
    return order


def give(order, amount=1290, **more):
    lines = {order.items.get().pk: LineRefund(1, amount)}
    return refunding.refund(order_id=order.pk, lines=lines, reason="RETURNED", key=new_id(), **more)


def page(client, order):
    return client.get(f"/order/{order.token}/").content.decode().replace("\xa0", "")


def test_page_of_the_order_says_what_went_back_and_when_it_arrives(client):
    order = paid()
    assert "Refunds" not in page(client, order)
    give(order)
    shown = page(client, order)
    assert "€12.90 · Visa. Your bank shows it within 5 working days." in shown
    # An id, and the shirt's number, may happen to have these digits.
    words = shown.replace(order.items.get().title, "")
    assert not re.search(r"(?<![\w-])4242(?![\w-])", words)


def test_account_shows_the_same_refund():
    buyer = member()
    order = paid(user=buyer)
    give(order, to="STORE_CREDIT")
    shown = signed_in(buyer).get(f"/account/orders/{order.number}/").content.decode()
    assert "€12.90 · Store credit. You can spend it at once." in shown.replace("\xa0", "")


def test_refund_on_its_way_says_so_and_a_failed_one_is_silent(client, monkeypatch, settings):
    wire = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", wire.name]
    monkeypatch.setitem(providers._PROVIDERS, wire.name, wire)
    order = paid(by=wire.name)
    wire.unreachable.add("refund")
    give(order)
    assert "We are giving it back." in page(client, order)
    Refund.objects.update(status="FAILED", failed_at=order.placed_at)
    assert "Refunds" not in page(client, order)


def test_mail_says_how_much_goes_where_and_when():
    order = paid()
    give(order)
    deliver_due()
    for _ in range(2):
        mails.send(OrderMail.objects.get(kind="REFUNDED").pk)
    (letter,) = mail.outbox
    words = letter.body.replace("\xa0", "")
    assert f"For order {order.number} we return €12.90." in words
    assert "Visa •••• 4242" in words
    assert "within 5 working days" in words
    assert "Visa •••• 4242" in letter.alternatives[0].content


def test_more_refunds_cost_the_page_no_more_statements(client, django_assert_num_queries):
    order = paid()
    give(order, 100)
    with django_assert_num_queries(15) as few:
        page(client, order)
    give(order, 100)
    give(order, 100, to="STORE_CREDIT")
    with django_assert_num_queries(len(few)):
        page(client, order)
