"""Refunds that other rooms bring about: returns, edits; credit and several payments as source."""

import pytest
from django.db import transaction

from orders.models import InvoiceKind
from orders.placed import lifecycle, refundable
from orders.tests.factories import placed_order, variant_in_stock
from payments import offline, processing, refund_sources, refunding, settling
from payments.credit import ledger
from payments.due import amount_due
from payments.models import CreditAccount, GiftCard, Refund, SandboxCharge
from payments.refunding import LineRefund
from payments.tests.cards import method
from payments.tests.credits import gift_card
from shop.events import outbox
from shop.events.relay import deliver_due
from shop.models import new_id

pytestmark = pytest.mark.django_db


def paid():
    order = placed_order((variant_in_stock(price=1000), 3))
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    order.refresh_from_db()
    return order, payment


def tell(about, what, **payload):
    with transaction.atomic():
        outbox.emit(what, about, payload={"shipping": 0} | payload)
    deliver_due()


def settled(order, *, amount=1000, units=1, to="ORIGINAL", key=None):
    lines = {str(order.items.get().pk): [units, amount]}
    facts = {"return": str(key or new_id()), "order": str(order.pk), "lines": lines, "to": to}
    tell(order, "return.settled", **facts)


def test_settled_return_is_paid_back_once():
    order, payment = paid()
    key = new_id()
    for _ in range(2):
        settled(order, key=key)
    made = Refund.objects.get(key=key)
    settling.settle(made.pk)
    payment.refresh_from_db()
    assert (made.reason, payment.refunded_amount) == ("RETURNED", 1000)
    assert refundable.of_order(order).lines[order.items.get().pk].units_left == 2


def test_return_that_a_colleague_paid_back_in_part_gets_the_rest():
    order, _payment = paid()
    lines = {order.items.get().pk: LineRefund(3, 2600)}
    refunding.refund(order_id=order.pk, lines=lines, reason="OTHER", key=new_id())
    settled(order)
    assert Refund.objects.get(reason="RETURNED").amount == 400
    settled(order)
    assert Refund.objects.filter(reason="RETURNED").count() == 1


def test_return_for_store_credit_leaves_the_card_alone():
    order, payment = paid()
    settled(order, to="STORE_CREDIT")
    made = settling.settle(Refund.objects.get().pk)
    payment.refresh_from_db()
    assert (made.status, payment.status, payment.refunded_amount) == ("SUCCEEDED", "CAPTURED", 0)
    assert SandboxCharge.objects.get().refunded_amount == 0
    assert CreditAccount.objects.get().balance == 1000
    assert refund_sources.most(order) == order.total - 1000


def test_reduced_order_gives_back_without_touching_what_is_left_of_its_lines():
    order, payment = paid()
    lines = {str(order.items.get().pk): [1, 1000]}
    tell(order, "order.reduced", edit=str(new_id()), lines=lines)
    settling.settle(Refund.objects.get(reason="EDITED").pk)
    payment.refresh_from_db()
    assert payment.refunded_amount == 1000
    assert refundable.of_order(order).goods_left == 3000
    assert not order.invoices.filter(kind=InvoiceKind.CREDIT_NOTE).exists()


def test_card_gets_its_money_first_and_the_rest_goes_to_the_gift_card():
    order = placed_order((variant_in_stock(price=1000), 3))
    card = gift_card(1000)
    ledger.settle(order, wanted={card.pk: 1000}, have={})
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    lines = {order.items.get().pk: LineRefund(3, 3000)}
    made = refunding.refund(order_id=order.pk, lines=lines, reason="RETURNED", key=new_id())
    payment.refresh_from_db()
    assert (made.status, payment.status) == ("SUCCEEDED", "REFUNDED")
    assert payment.refunded_amount == order.total - 1000
    assert GiftCard.objects.get().balance == 3000 - payment.refunded_amount
    order.refresh_from_db()
    assert refund_sources.most(order) == order.credit_applied == order.total - 3000
    assert amount_due(order) == 0


def test_store_credit_does_not_turn_a_gift_card_into_more():
    order = placed_order((variant_in_stock(price=1000), 3))
    card = gift_card(10_000)
    ledger.settle(order, wanted={card.pk: order.total}, have={})
    lifecycle.mark_paid(order.pk)
    settled(order, to="STORE_CREDIT")
    settling.settle(Refund.objects.get().pk)
    assert GiftCard.objects.get().balance == 10_000 - order.total + 1000
    assert not CreditAccount.objects.exists()
    order.refresh_from_db()
    assert amount_due(order) == 0


def test_money_that_came_by_transfer_is_given_back_by_hand():
    order = placed_order((variant_in_stock(price=1000), 3))
    payment = offline.record(order_id=order.pk, reference="Bank 17")
    settled(order)
    made = settling.settle(Refund.objects.get().pk)
    payment.refresh_from_db()
    assert (made.status, made.is_by_hand, payment.refunded_amount) == ("SUCCEEDED", True, 1000)
    assert payment.transactions.get(kind="REFUND").amount == 1000
