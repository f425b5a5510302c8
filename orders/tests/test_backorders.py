"""What a paid order waits for."""

import pytest
from django.urls import reverse

from inventory import backorders, stock
from inventory.models import Backorder
from orders.carts import cart as carts
from orders.errors import TooManyPacked
from orders.placed import fulfillment, lifecycle
from orders.tests.factories import filled_cart, paid_order, variant_in_stock
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


def test_order_says_what_it_waits_for_until_it_has_come(client, shirt):
    order = paid_order((shirt, 5))
    page = reverse("orders:order", args=[order.token])
    assert ships_by(client, page)
    relay.deliver_due()
    assert ships_by(client, page)
    row = shirt.stocks.get()
    stock.adjust(stock_id=row.pk, quantity_change=3, note="Delivery", kind="PURCHASE")
    assert not ships_by(client, page)
