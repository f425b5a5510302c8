"""What machines read on a product page."""

import csv

import pytest

from catalog.models import Brand
from catalog.tests.factories import CategoryFactory, ProductFactory, variant
from catalog.tests.pages import meta, structured
from orders.tests.factories import standard_delivery

pytestmark = pytest.mark.django_db


def read(client, product):
    return client.get(product.get_absolute_url())


def test_offers_tell_prices_and_stock(client):
    product = ProductFactory(sizes=("s",), category=CategoryFactory(name="Tees"))
    variant(product, "navy", "m", stock=0)
    response = read(client, product)
    data = structured(response)
    offers = {offer["sku"][-1]: offer for offer in data["Product"]["offers"]}
    assert (offers["S"]["price"], offers["S"]["priceCurrency"]) == ("49.00", "EUR")
    assert offers["S"]["availability"] == "https://schema.org/InStock"
    assert offers["M"]["availability"] == "https://schema.org/OutOfStock"
    names = [item["name"] for item in data["BreadcrumbList"]["itemListElement"]]
    assert names == ["Home", "Tees", product.title]


def test_an_offer_and_the_feed_lead_to_the_same_page_of_the_variant(client):
    product = ProductFactory(sizes=("s", "m"))
    offers = structured(read(client, product))["Product"]["offers"]
    addresses = {offer["sku"]: offer["url"] for offer in offers}
    feed = client.get("/feeds/products.csv")
    rows = csv.DictReader(b"".join(feed.streaming_content).decode("utf-8-sig").splitlines())
    assert addresses == {row["id"]: row["link"] for row in rows}
    [chosen] = {url for sku, url in addresses.items() if sku.endswith("-M")}
    page = client.get(chosen).context["page"]
    assert (page.color, page.size) == ("navy", "m")


def test_the_label_is_told_to_machines(client):
    fibers = [
        {"part": "shell", "fiber": "cotton", "percent": 98},
        {"part": "shell", "fiber": "elastane", "percent": 2},
    ]
    product = ProductFactory(
        fibers=fibers, care=["WASH_30"], origin="PT", passport_url="https://passport.example/1"
    )
    data = structured(read(client, product))["Product"]
    assert data["material"] == "98 % cotton, 2 % elastane"
    assert data["countryOfOrigin"] == {"@type": "Country", "name": "PT"}
    told = {one["name"]: one["value"] for one in data["additionalProperty"]}
    assert told == {
        "Care": "Wash at up to 30 °C",
        "Digital product passport": "https://passport.example/1",
    }


def test_what_is_not_known_is_not_told(client):
    data = structured(read(client, ProductFactory()))["Product"]
    assert not {"material", "countryOfOrigin", "additionalProperty", "manufacturer"} & set(data)


def test_the_maker_is_told_with_an_address(client):
    product = ProductFactory()
    Brand.objects.update(maker_name="Northmill GmbH", maker_address="Hafen 1\n20457 Hamburg")
    assert structured(read(client, product))["Product"]["manufacturer"] == {
        "@type": "Organization",
        "name": "Northmill GmbH",
        "address": "Hafen 1 20457 Hamburg",
    }


def test_each_offer_has_delivery_and_the_way_back(client, settings):
    settings.SHOP_RETURN_DAYS = 45
    standard_delivery()
    data = structured(read(client, ProductFactory(sizes=("s", "m"))))
    first, second = data["Product"]["offers"]
    assert first["shippingDetails"]["@id"] == data["OfferShippingDetails"]["@id"]
    assert data["OfferShippingDetails"]["shippingRate"]["currency"] == "EUR"
    assert first["hasMerchantReturnPolicy"]["merchantReturnDays"] == 45
    assert second["hasMerchantReturnPolicy"] == {"@id": first["hasMerchantReturnPolicy"]["@id"]}


def test_a_title_cannot_leave_the_structured_data(client):
    response = read(client, ProductFactory(title="</script><b>&"))
    assert structured(response)["Product"]["name"] == "</script><b>&"
    assert "</script><b>" not in response.content.decode()


def test_other_sites_get_a_picture_in_pixels(client):
    response = read(client, ProductFactory())
    assert meta(response, "og:type") == "product"
    assert meta(response, "og:image").endswith("-social.png")


@pytest.mark.parametrize(
    ("policy", "stock", "word"),
    [
        ("TRACK", 1, "InStock"),
        ("TRACK", 0, "OutOfStock"),
        ("CONTINUE", 1, "InStock"),
        ("CONTINUE", 0, "BackOrder"),
        ("DENY", 1, "OutOfStock"),
    ],
)
def test_an_offer_tells_whether_and_how_it_can_be_bought(client, policy, stock, word):
    data = structured(read(client, ProductFactory(stock=stock, inventory_policy=policy)))
    assert data["Product"]["offers"][0]["availability"] == f"https://schema.org/{word}"
