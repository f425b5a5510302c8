"""What was sold lately, counted on from hour to hour."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.listings import best_sellers
from catalog.models import Product, SoldOnDay
from catalog.tests.factories import ProductFactory
from inventory.models import Movement, Stock

pytestmark = pytest.mark.django_db


def sell(product, units, days_ago=0):
    stock = Stock.objects.filter(variant__product=product).first()
    moment = timezone.now() - timedelta(days=days_ago)
    Movement.objects.create(stock=stock, kind="SALE", quantity_change=-units, created_at=moment)


def units_of(*products):
    sold = dict(Product.objects.values_list("pk", "units_sold"))
    return [sold[product.pk] for product in products]


def test_units_sold_are_those_of_the_last_ninety_days():
    product, other = ProductFactory(), ProductFactory(units_sold=5)
    stock = Stock.objects.filter(variant__product=product).first()
    for units in (2, 3):
        Movement.objects.create(stock=stock, kind="SALE", quantity_change=-units)
    long_ago = timezone.now() - timedelta(days=91)
    Movement.objects.create(stock=stock, kind="SALE", quantity_change=-1, created_at=long_ago)
    version = product.version
    assert best_sellers.count_units_sold() == 2
    sold = dict(Product.objects.values_list("pk", "units_sold"))
    assert (sold[product.pk], sold[other.pk]) == (5, 0)
    assert Product.objects.get(pk=product.pk).version == version


def test_units_sold_are_counted_on_from_the_last_count():
    lately, before, both = ProductFactory(), ProductFactory(), ProductFactory()
    sell(before, 4, days_ago=50), sell(both, 2, days_ago=50)
    best_sellers.count_units_sold()
    sell(lately, 1), sell(both, 3)
    assert best_sellers.count_units_sold() == 2
    assert units_of(lately, before, both) == [1, 4, 5]
    sell(both, 1)
    assert (best_sellers.count_units_sold(), best_sellers.count_units_sold()) == (1, 0)
    assert units_of(lately, before, both) == [1, 4, 6]


def test_units_sold_on_a_day_that_is_over_do_not_count_any_more(monkeypatch):
    product, other = ProductFactory(), ProductFactory()
    sell(product, 4, days_ago=50), sell(product, 1, days_ago=2), sell(other, 7, days_ago=50)
    best_sellers.count_units_sold()
    monkeypatch.setattr(best_sellers, "SOLD_WITHIN_DAYS", 20)
    assert best_sellers.count_units_sold() == 2
    assert units_of(product, other) == [1, 0]
    assert SoldOnDay.objects.count() == 1


def test_a_sale_of_yesterday_that_was_written_late_is_counted():
    product = ProductFactory()
    sell(product, 1)
    best_sellers.count_units_sold()
    sell(product, 2, days_ago=1)
    assert best_sellers.count_units_sold() == 1
    assert units_of(product) == [3]


def test_sales_of_the_past_count_when_the_days_are_forgotten():
    product = ProductFactory()
    sell(product, 1)
    best_sellers.count_units_sold()
    sell(product, 4, days_ago=50)
    assert best_sellers.count_units_sold() == 0
    best_sellers.forget_days()
    assert best_sellers.count_units_sold() == 1
    assert units_of(product) == [5]
