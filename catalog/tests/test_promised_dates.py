"""The day on which a piece that is not there yet will leave, as pages promise it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as day_of

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from inventory import purchasing, transfers
from inventory.models import Location, Transfer
from inventory.tests import buying
from inventory.tests.builders import shelf
from orders import summary
from orders.shipping import delivery
from orders.tests.factories import standard_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    policy = Product.InventoryPolicy.CONTINUE
    return ProductFactory(sizes=("m",), stock=0, inventory_policy=policy)


def promise(client, product):
    return client.get(reverse("catalog:product", args=[product.slug])).content.decode()


def test_page_promises_the_usual_day(client, product, settings):
    settings.BACKORDER_DAYS = 33
    day = timezone.localdate() + timedelta(days=33)
    assert f"ships by {day_of(day, 'j F')}" in promise(client, product)


def test_page_promises_the_day_of_the_next_delivery(client, product):
    day = timezone.localdate() + timedelta(days=4)
    places = [Location.objects.create(code=code, name=code) for code in ("mill", "shop")]
    moving = Transfer.objects.create(source=places[0], destination=places[1], expected_on=day)
    moving.lines.create(variant=product.variants.get(), quantity=1)
    moving.status, moving.sent_at = Transfer.Status.SENT, timezone.now()
    moving.save()
    assert f"ships by {day_of(day, 'j F')}" in promise(client, product)


def test_page_says_when_a_parcel_of_it_arrives(client, product, settings):
    settings.BACKORDER_DAYS = 33
    method = standard_delivery()
    day = timezone.localdate() + timedelta(days=33)
    option = delivery.option_of(method, 0, leaves_on=day)
    page = promise(client, product)
    assert summary.arrival(option.arrives_from, option.arrives_until) in page
    assert "Order within" not in page


@pytest.mark.django_db(transaction=True)
def test_kept_page_promises_no_transfer_of_which_nothing_came(client, product):
    usual = promise(client, product)
    places = [Location.objects.create(code="mill", name="Mill", can_ship=False)]
    places.append(Location.objects.get(can_ship=True))
    shelf(variant := product.variants.get(), 1, at="mill")
    moving = Transfer.objects.create(
        source=places[0],
        destination=places[1],
        expected_on=timezone.localdate() + timedelta(days=3),
    )
    line = moving.lines.create(variant=variant, quantity=1)
    moving = transfers.send(moving.pk, version=moving.version)
    assert promise(client, product) != usual
    transfers.receive(
        moving.pk, version=moving.version, arrived={line.pk: 0}, is_last=True, difference="Lost"
    )
    [said] = re.findall(r"ships by \d+ \w+", usual)
    assert said in promise(client, product)


@pytest.mark.django_db(transaction=True)
def test_kept_page_promises_another_day_once_goods_are_ordered_and_called_off(client, product):
    usual = promise(client, product)
    day = timezone.localdate() + timedelta(days=2)
    order = buying.sent((product.variants.get(), 5, 1500), expected_on=day)
    assert f"ships by {day_of(day, 'j F')}" in promise(client, product)
    purchasing.cancel(order.pk)
    [said] = re.findall(r"ships by \d+ \w+", usual)
    assert said in promise(client, product)
