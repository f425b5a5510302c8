"""From a settled return to the money: every cent once, also for what came in exchange."""

import pytest

from orders.models import Invoice, Order
from orders.placed import lifecycle
from orders.returns import settling
from orders.tests.factories import placed_order, variant_in_stock
from orders.tests.returning import ask, inspected, other_size
from payments import processing
from payments import settling as money
from payments.models import Refund
from payments.tests.cards import method
from shop.events.relay import deliver_due
from shop.operations.invariants.checking import violations

pytestmark = pytest.mark.django_db


def arrived(*lines):
    """An order that the sandbox was paid for, and that has arrived."""
    order = placed_order(*lines)
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    deliver_due()
    return arrive(order)


def arrive(order):
    for act in (lifecycle.mark_fulfilled, lifecycle.mark_shipped, lifecycle.mark_delivered):
        act(order.pk)
    return Order.objects.get(pk=order.pk)


def settle(asked):
    done = settling.settle(return_id=inspected(asked).pk)
    deliver_due()
    for refund in Refund.objects.filter(status="REQUESTED"):
        money.settle(refund.pk)
    return done


def test_settled_returns_give_back_all_that_was_paid_and_no_more():
    order = arrived((variant_in_stock(price=3333), 2), (variant_in_stock(price=1001), 1))
    for item in order.items.all():
        for _unit in range(item.quantity):
            asked = settle(ask(order, {item: 1}))
            refund = Refund.objects.get(key=asked.pk)
            assert refund.amount == asked.goods_amount + asked.shipping_amount
    assert sum(Refund.objects.values_list("amount", flat=True)) == order.total
    notes = Invoice.objects.filter(kind="CREDIT_NOTE").values_list("total", flat=True)
    assert sum(notes) == order.total
    assert not list(violations())


def test_two_returns_settled_before_money_moves_share_a_line_to_the_cent():
    order = arrived((variant_in_stock(price=3333), 2))
    item = order.items.get()
    for _unit in range(2):
        settling.settle(return_id=inspected(ask(order, {item: 1})).pk)
    deliver_due()
    assert sum(Refund.objects.values_list("amount", flat=True)) == order.total


def test_exchange_that_comes_back_is_paid_from_the_first_order():
    small = variant_in_stock(price=4990)
    order = arrived((small, 1))
    first = ask(order, outcome="EXCHANGE", variant=other_size(small, price=3990))
    again = arrive(settle(first).exchange_order)
    assert Refund.objects.get().amount == 1000
    settle(ask(again, reason="TOO_LARGE"))
    assert sum(Refund.objects.values_list("amount", flat=True)) == order.total
    assert not list(violations())
