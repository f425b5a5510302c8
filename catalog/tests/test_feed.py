"""The product feed that comparison sites read."""

import csv
import io
import os
import time
from xml.etree import ElementTree

import pytest

from catalog.content import feeds
from catalog.models import Product, ProductVariant
from catalog.tests.factories import CategoryFactory, ProductFactory, variant

pytestmark = pytest.mark.django_db

G = "{http://base.google.com/ns/1.0}"
#: Products of a portion with their stock, and their variants.
PORTION_QUERIES = 2
#: The colors and sizes, the category tree, and the portion that is empty.
OTHER_QUERIES = 3


@pytest.fixture(autouse=True)
def folder(settings):
    return settings.FEEDS_ROOT


def body(response):
    return b"".join(response.streaming_content)


def entries(client):
    channel = ElementTree.fromstring(body(client.get("/feeds/products.xml"))).find("channel")
    return [
        {field.tag.removeprefix(G): field.text for field in item} for item in channel.iter("item")
    ]


def test_each_variant_is_an_entry_in_the_words_of_the_trade(client):
    tops = CategoryFactory(slug="tops", name="Tops")
    tees = CategoryFactory(slug="tees", name="Tees", parent=tops)
    product = ProductFactory(category=tees, colors=("navy",), sizes=("s",), price=4990)
    ProductVariant.objects.update(barcode="4006381333931", weight_grams=210)
    [entry] = entries(client)
    assert entry == {
        "id": product.variants.get().sku,
        "item_group_id": product.slug,
        "title": f"{product.title}, NAVY, S",
        "description": product.description,
        "link": f"http://testserver{product.get_absolute_url()}?color=navy&size=s",
        "image_link": "http://testserver/media/img/g/tee/front/navy-1200.png",
        "availability": "in_stock",
        "price": "49.90 EUR",
        "brand": "Northmill",
        "color": "NAVY",
        "size": "S",
        "gtin": "4006381333931",
        "identifier_exists": "yes",
        "product_type": "Tops > Tees",
        "condition": "new",
        "shipping_weight": "210 g",
    }
    assert client.get(entry["link"]).status_code == 200


def test_a_reduction_names_the_lowest_price_of_thirty_days():
    ProductFactory(colors=("navy",), sizes=("s",), price=4500)
    for price in (4990, 3990):
        ProductVariant.objects.update(price=price)
    [item] = feeds.items(str)
    assert (item["price"], item["sale_price"]) == ("45.00 EUR", "39.90 EUR")


@pytest.mark.parametrize(
    ("policy", "word"),
    [("TRACK", "out_of_stock"), ("CONTINUE", "backorder"), ("DENY", "out_of_stock")],
)
def test_an_empty_shelf_is_said_by_its_policy(policy, word):
    ProductFactory(colors=("navy",), sizes=("s",), stock=0, inventory_policy=policy)
    [item] = feeds.items(str)
    assert item["availability"] == word
    assert bool(item.get("availability_date")) == (word == "backorder")


def test_what_nobody_may_see_is_not_offered():
    ProductFactory(status=Product.Status.DRAFT)
    ProductFactory(status=Product.Status.ARCHIVED)
    assert list(feeds.items(str)) == []


@pytest.mark.parametrize(
    ("barcode", "is_known"),
    [
        ("4006381333931", True),
        ("4006381333930", False),
        ("2001234567893", False),
        ("036000291452", True),
        ("96385074", True),
        ("", False),
        ("４００６３８１３３３９３１", False),
    ],
)
def test_only_numbers_known_to_all_are_told(barcode, is_known):
    assert feeds.is_gtin(barcode) is is_known


def test_signs_and_formulas_stay_text(client):
    title = '=1+1 <b>&"\x0b tee'
    ProductFactory(title=title, colors=("navy",), sizes=("s",))
    [entry] = entries(client)
    assert entry["title"] == '=1+1 <b>&"  tee, NAVY, S'
    response = client.get("/feeds/products.csv")
    [row] = csv.DictReader(io.StringIO(body(response).decode()))
    assert row["title"] == f"'{title}, NAVY, S"


@pytest.mark.parametrize("count", [2, 6])
def test_a_portion_costs_the_same_however_large(count, django_assert_num_queries):
    for _ in range(count):
        ProductFactory()
    with django_assert_num_queries(PORTION_QUERIES + OTHER_QUERIES):
        found = list(feeds.items(str))
    assert len(found) == ProductVariant.objects.count()


def test_portions_hold_every_variant_once(monkeypatch):
    monkeypatch.setattr(feeds, "PRODUCTS", 2)
    for _ in range(5):
        variant(ProductFactory(colors=("navy",), sizes=("s",)), "navy", "m")
    ids = [item["id"] for item in feeds.items(str)]
    assert len(ids) == len(set(ids)) == 10


def test_the_feed_is_kept_and_made_anew_when_it_is_old(client, folder):
    ProductFactory(colors=("navy",), sizes=("s",))
    assert len(entries(client)) == 1
    ProductFactory(colors=("navy",), sizes=("s",))
    assert len(entries(client)) == 1
    [file] = folder.iterdir()
    old = time.time() - feeds.FRESH_SECONDS - 1
    os.utime(file, (old, old))
    assert len(entries(client)) == 2


def test_who_has_it_already_gets_nothing_again(client):
    response = client.get("/feeds/products.xml")
    again = client.get("/feeds/products.xml", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/feeds/products.exe").status_code == 404


def test_a_feed_that_breaks_leaves_the_old_one(folder, monkeypatch):
    file = feeds.current("csv", str)
    before = file.read_bytes()
    os.utime(file, (0, 0))
    monkeypatch.setattr(feeds, "items", lambda absolute: iter([{"id": None}, 1]))
    with pytest.raises(AttributeError):
        feeds.current("csv", str)
    assert file.read_bytes() == before
    assert list(folder.iterdir()) == [file]
