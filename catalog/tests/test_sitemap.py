"""What search engines are told: sitemaps, robots.txt; and whom to tell of a hole."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.urls import NoReverseMatch, reverse

from catalog.content import sitemaps
from catalog.models import Product
from catalog.tests.factories import CategoryFactory, ProductFactory
from catalog.tests.pages import article, content_page
from catalog.tests.test_sizing import chart

pytestmark = pytest.mark.django_db

SPACE = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
}


def xml_of(response):
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/xml")
    return ElementTree.fromstring(b"".join(response.streaming_content))


def locations(response):
    return [found.text for found in xml_of(response).iterfind(".//s:loc", SPACE)]


def files(client):
    return [urlsplit(url).path for url in locations(client.get("/sitemap.xml"))]


def everything(client):
    return [url for file in files(client) for url in locations(client.get(file))]


def test_the_index_leads_to_every_page_and_to_those_only(client):
    category = CategoryFactory(slug="tops")
    product = ProductFactory(category=category)
    hidden = ProductFactory(status=Product.Status.ARCHIVED)
    content_page(), article(), content_page("draft", status="DRAFT"), chart()
    found = {url.removeprefix("http://testserver") for url in everything(client)}
    pages = {"/", "/c/tops/", product.get_absolute_url(), "/pages/about/", "/journal/thread/"}
    assert pages | {"/brands/", "/collections/", "/size-guide/", "/size-guide/tops/"} <= found
    assert not {hidden.get_absolute_url(), "/pages/draft/"} & found
    for url in found:
        assert client.get(url).status_code == 200, url


def test_sections_without_pages_in_this_shop_are_left_out(client):
    try:
        reverse("catalog:brand", args=["x"])
    except NoReverseMatch:
        assert client.get("/sitemap-brands.xml").status_code == 404
    else:
        assert "/sitemap-brands.xml" in files(client)
    assert client.get("/sitemap-secrets.xml").status_code == 404


def test_a_product_comes_with_its_change_and_its_picture(client):
    product = ProductFactory(colors=("navy",))
    [file] = [path for path in files(client) if "products" in path]
    [entry] = xml_of(client.get(file)).iterfind("s:url", SPACE)
    changed = datetime.fromisoformat(entry.find("s:lastmod", SPACE).text)
    product.refresh_from_db()
    assert abs(changed - product.updated_at) < timedelta(seconds=2)
    picture = entry.find("image:image/image:loc", SPACE).text
    assert picture.startswith("http://testserver/media/")
    assert "/front/navy" in picture


def test_products_come_in_files_that_together_hold_each_once(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "FULL", 2)
    products = {ProductFactory().get_absolute_url() for _ in range(5)}
    assert (sitemaps.begin_files(), sitemaps.begin_files()) == (2, 0)
    parts = [locations(client.get(path)) for path in files(client) if "products" in path]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert {urlsplit(url).path for part in parts for url in part} == products


def test_files_stay_as_they_are_when_products_come_and_go(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "FULL", 2)
    products = [ProductFactory() for _ in range(5)]
    sitemaps.begin_files()
    before = [path for path in files(client) if "products" in path]
    products[2].soft_delete()
    ProductFactory.create_batch(2)
    assert [path for path in files(client) if "products" in path] == before
    assert [len(locations(client.get(path))) for path in before] == [2, 1, 3]
    assert sitemaps.begin_files() == 1


def test_the_list_of_files_reads_no_products_however_many(client, django_assert_num_queries):
    ProductFactory.create_batch(3)
    with django_assert_num_queries(2):
        assert len(files(client)) > 1


@pytest.mark.parametrize("count", [1, 7])
def test_a_file_costs_one_statement_however_long(
    client, count, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(sitemaps, "ROWS", 2)
    first, *_others = [ProductFactory() for _ in range(count)]
    with django_assert_num_queries(1):
        found = locations(client.get(f"/sitemap-products-{first.pk}.xml"))
    assert len(found) == count
    for name in ("categories", "pages"):
        with django_assert_num_queries(1):
            locations(client.get(f"/sitemap-{name}.xml"))


def test_robots_close_what_is_private_and_what_repeats(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    closed = {
        "/cart/",
        "/checkout/",
        "/account/",
        "/admin/",
        "/search/",
        "/c/*?*sort=",
        "/brands/*?*sort=",
    }
    assert closed <= {line.removeprefix("Disallow: ") for line in lines}
    assert client.get("/robots.txt")["Content-Type"] == "text/plain; charset=utf-8"


def test_security_txt_names_a_contact_and_does_not_run_out(client, settings):
    text = client.get("/.well-known/security.txt").content.decode()
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Contact"] == f"mailto:{settings.SHOP_EMAIL}"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=90) < left < timedelta(days=365)
    assert fields["Canonical"] == "http://testserver/.well-known/security.txt"


def test_security_txt_leads_to_who_takes_reports_and_how_they_are_dealt_with(client, settings):
    settings.SECURITY_CONTACT = "https://shop.example/report"
    settings.SECURITY_POLICY_URL = "https://shop.example/pages/security/"
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert f"Contact: {settings.SECURITY_CONTACT}" in lines
    assert f"Policy: {settings.SECURITY_POLICY_URL}" in lines
