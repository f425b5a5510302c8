"""The goods of a paid order come later: it arrives later, and its customer hears of it once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.formats import date_format

from inventory import purchasing, stock
from inventory.tests import buying
from orders import subscribers
from orders.models import Order, OrderNote
from orders.placed import lifecycle, notes, queues
from orders.shipping import delivery
from orders.tests.factories import paid_order, standard_delivery, variant_in_stock
from shop.events import relay
from shop.events.models import OutboxEvent
from shop.models import new_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def ahead(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def shirt():
    return variant_in_stock(units=0, policy="CONTINUE")


@pytest.fixture
def bought(shirt):
    return buying.sent((shirt, 4, 1500), expected_on=ahead(9))


@pytest.fixture
def order(shirt, bought):
    order = paid_order((shirt, 3))
    relay.deliver_due()
    return order


def test_customer_hears_of_the_new_day_and_the_order_arrives_later(order, bought, settings):
    settings.SHOP_URL = "https://shop.example"
    purchasing.expect(bought.pk, expected_on=ahead(15))
    relay.deliver_due()
    order.refresh_from_db()
    option = delivery.option_of(standard_delivery(), 0, leaves_on=ahead(15))
    assert (order.delivery_from, order.delivery_until) == (
        option.arrives_from,
        option.arrives_until,
    )
    note = order.notes.get()
    notes.send(note.pk)
    [letter] = mail.outbox
    assert letter.to == [order.email]
    for text in (note.text, letter.body):
        assert f"{order.items.get().title}" in text
        assert f"ships by {date_format(ahead(15))}" in text
        assert "you can cancel the order" in text
    assert f"https://shop.example/order/{order.token}/" in letter.body


def test_order_whose_goods_have_all_come_is_packed_and_arrives_like_others(shirt, order):
    row, until = shirt.stocks.get(), order.delivery_until
    for units, arrives in (
        (2, until),
        (1, delivery.option_of(standard_delivery(), 0).arrives_until),
    ):
        stock.adjust(stock_id=row.pk, quantity_change=units, note="Delivery", kind="PURCHASE")
        relay.deliver_due()
        order.refresh_from_db()
        assert order.delivery_until == arrives
    assert arrives < until


def test_late_order_whose_goods_have_come_stays_late(shirt, order):
    Order.objects.update(delivery_from=ahead(0), delivery_until=ahead(0))
    stock.adjust(
        stock_id=shirt.stocks.get().pk, quantity_change=3, note="Delivery", kind="PURCHASE"
    )
    relay.deliver_due()
    order.refresh_from_db()
    assert order.delivery_until == ahead(0)


def test_event_that_comes_twice_is_one_message(order, bought):
    purchasing.expect(bought.pk, expected_on=ahead(15))
    relay.deliver_due()
    subscribers.put_off(OutboxEvent.objects.get(type="backorder.delayed"))
    assert order.notes.count() == 1


@pytest.mark.parametrize("is_canceled", [True, False], ids=["canceled", "come"])
def test_order_that_waits_no_more_hears_nothing(shirt, order, bought, is_canceled):
    purchasing.expect(bought.pk, expected_on=ahead(15))
    if is_canceled:
        lifecycle.call_off(order.pk, reason="Changed my mind")
    else:
        row = shirt.stocks.get()
        stock.adjust(stock_id=row.pk, quantity_change=3, note="Delivery", kind="PURCHASE")
    relay.deliver_due()
    assert not order.notes.exists()
    assert OutboxEvent.objects.get(type="backorder.delayed").status == "DELIVERED"


def test_what_the_shop_writes_by_itself_answers_no_question(order, bought):
    notes.receive(order_id=order.pk, text="When will it come?", key=new_id())
    purchasing.expect(bought.pk, expected_on=ahead(15))
    relay.deliver_due()
    assert order.notes.filter(kind=OrderNote.Kind.CUSTOMER).exists()
    assert list(queues.to_answer()) == [order]
