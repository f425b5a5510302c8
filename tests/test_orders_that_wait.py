"""Orders that wait for goods, as staff find them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from inventory import stock
from orders.placed import lifecycle
from orders.tests.factories import paid_order, variant_in_stock
from shop.events.relay import deliver_due
from tests.back_office import signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def client():
    return signed_in(staff())


def text_of(response):
    return response.content.decode()


def page_of(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def test_what_has_still_to_come_is_told_from_what_can_be_packed(client):
    shirt = variant_in_stock(units=2, policy="CONTINUE")
    order = paid_order((shirt, 5))
    deliver_due()
    [row] = order.backorders.all()
    page = text_of(client.get(page_of(order)))
    assert "Waits for goods" in page
    to_pack, to_come = re.search(
        r"To pack</h3>(.*?)</div>.*?Still to come</h3>(.*?)</div>", page, re.DOTALL
    ).groups()
    assert '<span class="a-number">2 ×</span>' in to_pack
    assert '<span class="a-number">3 ×</span>' in to_come
    assert f"promised for {date_format(row.promised_on)}" in to_come
    lifecycle.mark_fulfilled(order.pk)
    page = text_of(client.get(page_of(order)))
    assert "To pack" not in page
    assert "its goods have not come yet" in page
    stock.adjust(stock_id=shirt.stocks.get().pk, quantity_change=3, note="In", kind="PURCHASE")
    page = text_of(client.get(page_of(order)))
    assert '<span class="a-number">3 ×</span>' in page
    assert all(words not in page for words in ("Still to come", "Waits for goods", "not come yet"))


def test_orders_that_wait_longer_than_promised_are_work_for_staff(client):
    order = paid_order((variant_in_stock(units=0, policy="CONTINUE"), 1))
    deliver_due()
    home = reverse("admin:index")
    assert "Promises missed" not in text_of(client.get(home))
    order.backorders.update(promised_on=timezone.localdate() - timedelta(days=1))
    assert "Promises missed" in text_of(client.get(home))
