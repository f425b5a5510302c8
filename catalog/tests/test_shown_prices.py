"""Reductions as shoppers and search engines see them."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.cards import price_of
from catalog.goods import goods_of, with_goods
from catalog.models import Product, ProductVariant
from catalog.pricing import schedules as price_schedules
from catalog.tests.factories import CategoryFactory, ProductFactory, variant
from catalog.tests.test_cards import card_of, old

pytestmark = pytest.mark.django_db


def reduce(product, price, size=None):
    rows = ProductVariant.objects.filter(product=product)
    rows = rows.filter(option_values__size=size) if size else rows
    rows.update(price=price)
    return product


def shown(product):
    [[goods]] = goods_of(with_goods(Product.objects.filter(pk=product.pk)))
    return price_of(goods.variants, "EUR")


def test_a_reduced_card_names_old_price_percentage_and_lowest_of_thirty_days():
    price = card_of(reduce(old(price=5900), 3900)).price
    assert (price.current, price.was, price.lowest_30_days) == (3900, 5900, 5900)
    assert (price.percent_off, price.is_from) == (33, False)


def test_a_range_is_reduced_only_where_its_lowest_price_is():
    price = shown(reduce(old(price=5900, sizes=("s", "m")), 3900, size="s"))
    assert (price.current, price.was, price.is_from) == (3900, 5900, True)
    product = reduce(old(price=5900, sizes=("s", "m")), 4900, size="s")
    variant(product, "navy", "xl", price=3900)
    price = shown(product)
    assert (price.current, price.was, price.is_from) == (3900, None, True)


def test_of_variants_at_one_price_the_one_reduced_least_speaks_for_all():
    product = reduce(old(price=5900, sizes=("s",)), 3900)
    variant(product, "navy", "xl", price=4900)
    reduce(product, 3900, size="xl")
    assert shown(product).lowest_30_days == 4900
    variant(product, "navy", "xxl", price=3900)
    assert shown(product).was is None


def test_a_recommended_price_never_stands_beside_a_reduction():
    product = old(price=5900, sizes=())
    variant(product, "navy", "s", compare_at_price=9900)
    price = shown(reduce(product, 3900))
    assert (price.was, price.rrp) == (5900, None)


def test_sale_comes_before_new_and_low_and_after_sold_out():
    product = reduce(ProductFactory(price=5900, sizes=("s",), stock=2), 3900)
    assert [kind for kind, _ in card_of(product).badges] == ["sale", "new"]
    product = reduce(ProductFactory(price=5900, stock=0), 3900)
    assert [kind for kind, _ in card_of(product).badges] == ["sold_out"]


@pytest.mark.parametrize("path", ["/p/plain/", "/c/tops/"])
def test_pages_always_name_the_lowest_price_with_a_reduction(client, path):
    reduce(ProductFactory(slug="plain", price=5900, category=CategoryFactory(slug="tops")), 3900)
    text = client.get(path).content.decode()
    assert "−33 %" in text
    assert "Lowest price in the last 30 days: €59.00" in text


def offers_on(client, path):
    text = client.get(path).content.decode()
    blocks = re.findall(r"<script type=.application/ld\+json.>(.*?)</script>", text, re.S)
    return next(data["offers"] for data in map(json.loads, blocks) if "offers" in data)


def test_search_engines_are_told_until_when_a_planned_price_holds(client):
    product = ProductFactory(slug="plain", price=5000, sizes=("s", "m"))
    one = product.variants.first()
    now = timezone.now()
    price_schedules.plan(
        product=product,
        variant=one,
        percent_off=20,
        starts_at=now,
        ends_at=now + timedelta(days=3),
        by=None,
    )
    assert not any("priceValidUntil" in offer for offer in offers_on(client, "/p/plain/"))
    price_schedules.begin_due(now)
    offers = {offer["sku"]: offer for offer in offers_on(client, "/p/plain/")}
    reduced = offers.pop(one.sku)
    assert reduced["price"] == "40.00"
    assert reduced["priceValidUntil"].startswith(f"{now + timedelta(days=3):%Y-%m-%d}")
    assert not any("priceValidUntil" in offer for offer in offers.values())
