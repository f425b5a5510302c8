"""Product pages say what is taken off by itself."""

import pytest

from catalog.models import Collection
from catalog.tests.factories import CategoryFactory, ProductFactory
from orders.models import Promotion
from orders.promotions import advertised

pytestmark = pytest.mark.django_db


def promotion(**fields):
    plain = {"name": "Autumn", "currency": "EUR", "kind": "PERCENTAGE", "value": 2000}
    return Promotion.objects.create(**plain | fields)


@pytest.fixture
def tee():
    tops = CategoryFactory(slug="tops", name="Tops")
    return ProductFactory(slug="tee", category=CategoryFactory(slug="tees", name="T", parent=tops))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Autumn: 20 % off"),
        ({"minimum_order": 6000}, "Autumn: 20 % off from €60.00"),
        ({"kind": "FREE_SHIPPING", "value": 0}, "Autumn: Free delivery"),
        (
            {"kind": "CHEAPEST_OFF", "value": 10_000, "group_size": 3, "group_discounted": 1},
            "Autumn: 3 for 2",
        ),
        ({"kind": "SET_PRICE", "value": 5000, "group_size": 2}, "Autumn: 2 for €50.00"),
    ],
)
def test_what_is_given_is_told_in_words(tee, fields, words):
    promotion(**fields)
    assert advertised.of_product(tee.pk) == [words]


def test_goods_of_a_category_above_or_a_collection_are_told_and_others_not(tee):
    tops = tee.category_links.get().category.parent
    other = ProductFactory(slug="bag", category=CategoryFactory(slug="bags", name="Bags"))
    held = Collection.objects.create(title="Mill ends", slug="mill-ends", kind="MANUAL")
    held.product_links.create(product=other)
    promotion(category_ids=[tops.pk])
    promotion(name="Ends", collection_ids=[held.pk])
    assert advertised.of_product(tee.pk) == ["Autumn: 20 % off"]
    assert advertised.of_product(other.pk) == ["Ends: 20 % off"]


def test_reduced_goods_are_not_promised_what_leaves_them_out(tee):
    promotion(skips_sale_items=True)
    assert advertised.of_product(tee.pk, is_on_sale=True) == []
    assert advertised.of_product(tee.pk) == ["Autumn: 20 % off"]


@pytest.mark.django_db(transaction=True)
def test_a_kept_page_tells_of_a_promotion_with_the_next_request(client, tee):
    page = tee.get_absolute_url()
    assert "Autumn" not in client.get(page).content.decode()
    row = promotion(product_ids=[tee.pk])
    assert "Autumn: 20 % off" in client.get(page).content.decode()
    row.is_active = False
    row.save()
    assert "Autumn" not in client.get(page).content.decode()
