"""What a paid order waits for."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as day_of

from inventory import backorders, stock
from inventory.models import Backorder
from orders import summary
from orders.carts import cart as carts
from orders.errors import TooManyPacked
from orders.mailing import mails
from orders.models import Order, OrderMail
from orders.placed import fulfillment, lifecycle
from orders.shipping import delivery
from orders.tests.factories import (
    filled_cart,
    paid_order,
    placed_order,
    ready_checkout,
    standard_delivery,
    variant_in_stock,
)
from shop.events import relay
from shop.models import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def shirt():
    return variant_in_stock(units=2, policy="CONTINUE")


def test_paid_order_waits_for_what_was_not_there(shirt):
    order = paid_order((shirt, 5))
    relay.deliver_due()
    row = Backorder.objects.get()
    assert (row.order_id, row.variant_id, row.quantity) == (order.pk, shirt.pk, 3)
    assert row.since == order.paid_at


def test_order_of_goods_that_are_there_waits_for_nothing(shirt):
    paid_order((shirt, 2))
    relay.deliver_due()
    assert not Backorder.objects.exists()


def test_order_that_is_called_off_waits_no_more(shirt):
    order = paid_order((shirt, 5))
    relay.deliver_due()
    lifecycle.call_off(order.pk, reason="Changed my mind")
    relay.deliver_due()
    assert backorders.waiting_of([order.pk]) == {}
    row = shirt.stocks.get()
    stock.adjust(stock_id=row.pk, quantity_change=3, note="Delivery", kind="PURCHASE")
    row.refresh_from_db()
    assert row.on_hand == 5


def test_what_has_still_to_come_is_not_packed(shirt):
    order = paid_order((shirt, 5))
    relay.deliver_due()
    item = order.items.get()
    with pytest.raises(TooManyPacked):
        fulfillment.pack(order_id=order.pk, quantities={item.pk: 3}, key=new_id())
    assert lifecycle.mark_fulfilled(order.pk).status == "PAID"
    row = shirt.stocks.get()
    stock.adjust(stock_id=row.pk, quantity_change=3, note="Delivery", kind="PURCHASE")
    assert lifecycle.mark_fulfilled(order.pk).status == "FULFILLED"
    parcels = order.shipments.order_by("created_at")
    assert [parcel.items.get().quantity for parcel in parcels] == [2, 3]


def test_event_that_comes_after_the_order_was_called_off_opens_nothing(shirt):
    order = paid_order((shirt, 5))
    lifecycle.call_off(order.pk, reason="Changed my mind")
    relay.deliver_due()
    assert not Backorder.objects.exists()


def ships_by(client, page):
    return "ships by" in client.get(page).content.decode()


def test_cart_says_when_what_is_not_there_will_leave(client):
    for units, wanted in ((9, False), (2, True)):
        cart = filled_cart((variant_in_stock(units=units, policy="CONTINUE"), 5))
        client.cookies[carts.COOKIE] = cart.token
        assert ships_by(client, reverse("orders:cart")) is wanted


def in_days(days):
    """When a parcel of what leaves in so many days arrives."""
    leaves_on = timezone.localdate() + timedelta(days=days)
    option = delivery.option_of(standard_delivery(), 0, leaves_on=leaves_on)
    return option.arrives_from, option.arrives_until


def test_order_arrives_when_all_of_it_has_come(shirt, settings):
    settings.BACKORDER_DAYS = 15
    order = paid_order((shirt, 5), (variant_in_stock(), 1))
    assert (order.delivery_from, order.delivery_until) == in_days(15)
    order.refresh_from_db()
    assert (order.delivery_from, order.delivery_until) == in_days(15)


@pytest.mark.parametrize("page", ["orders:cart", "orders:checkout", "payments:express"])
def test_way_to_an_order_says_when_all_of_it_arrives(client, shirt, settings, page):
    settings.BACKORDER_DAYS = 15
    cart = ready_checkout(filled_cart((shirt, 5))).cart
    client.cookies[carts.COOKIE] = cart.token
    shown = client.get(reverse(page)).content.decode()
    assert summary.arrival(*in_days(15)) in shown
    assert summary.arrival(*in_days(0)) not in shown


def test_last_pieces_that_lie_in_ones_checkout_are_there(client):
    cart = filled_cart((variant_in_stock(units=2, policy="CONTINUE"), 2))
    client.cookies[carts.COOKIE] = cart.token
    ready_checkout(cart)
    assert not ships_by(client, reverse("orders:cart"))
    assert not ships_by(client, reverse("payments:express"))


def test_order_says_what_it_waits_for_until_it_has_come(client, shirt):
    order = paid_order((shirt, 5))
    page = reverse("orders:order", args=[order.token])
    assert ships_by(client, page)
    relay.deliver_due()
    assert ships_by(client, page)
    row = shirt.stocks.get()
    stock.adjust(stock_id=row.pk, quantity_change=3, note="Delivery", kind="PURCHASE")
    assert not ships_by(client, page)


def test_order_that_waits_for_goods_is_not_said_to_be_packed(client, shirt):
    order = paid_order((shirt, 5))
    relay.deliver_due()
    page = reverse("orders:order", args=[order.token])
    days = summary.arrival(order.delivery_from, order.delivery_until)
    waits = f"Paid. Not all of it is here yet; expect it {days}."
    assert waits in client.get(page).content.decode()
    stock.adjust(
        stock_id=shirt.stocks.get().pk, quantity_change=3, note="Delivery", kind="PURCHASE"
    )
    assert "Paid. We pack it now" in client.get(page).content.decode()


def test_order_that_was_never_paid_waits_for_nothing(client, shirt):
    order = placed_order((shirt, 5))
    lifecycle.cancel(order.pk, reason="Changed my mind")
    assert not ships_by(client, reverse("orders:order", args=[order.token]))


def test_day_that_has_passed_is_promised_no_more(client, shirt, settings):
    settings.BACKORDER_DAYS = 6
    order = paid_order((shirt, 5))
    relay.deliver_due()
    today = timezone.localdate()
    Backorder.objects.update(promised_on=today - timedelta(days=1))
    Order.objects.update(delivery_from=today - timedelta(days=1), delivery_until=today)
    day = day_of(today + timedelta(days=6), "j F")
    page = client.get(reverse("orders:order", args=[order.token])).content.decode()
    assert f"ships by {day}" in page


def test_letter_says_what_the_order_waits_for(shirt, settings):
    settings.BACKORDER_DAYS = 6
    order = paid_order((shirt, 5))
    relay.deliver_due()
    assert mails.send(OrderMail.objects.get(order=order).pk)
    [letter] = mail.outbox
    day = day_of(timezone.localdate() + timedelta(days=6), "j F")
    for text in (letter.body, letter.alternatives[0].content):
        assert f"On order, ships by {day}" in text
        assert "Not all of it is here yet" in text
        assert "We pack your order next" not in text
