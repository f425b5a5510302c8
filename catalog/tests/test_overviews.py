"""Pages that lead on: brands, collections, size guides."""

import pytest

from catalog import overviews
from catalog.listings import listed
from catalog.models import Brand, Collection, CollectionProduct, Product
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from catalog.tests.pages import meta, structured
from catalog.tests.test_sizing import chart

pytestmark = pytest.mark.django_db


def entries(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.context["entries"]


def in_collection(product, slug="mill-ends"):
    collection = Collection.objects.create(
        title=slug.capitalize(), slug=slug, status=Collection.Status.ACTIVE, thread="woad"
    )
    CollectionProduct.objects.create(collection=collection, product=product)
    return collection


def test_a_brand_comes_with_its_best_pieces_and_how_many_there_are(client):
    for units, color in ((1, "oat"), (9, "navy"), (0, "rust"), (3, "plum")):
        ProductFactory(units_sold=units, colors=(color,))
    listed.count_places()
    [brand] = entries(client, "/brands/")
    assert (brand.title, brand.url, brand.note) == ("Northmill", "/brands/northmill/", "4 products")
    shown = [picture.src.split("/front/")[1] for picture in brand.pictures]
    assert [src[:3] for src in shown] == ["nav", "plu", "oat"]


def test_a_brand_without_anything_to_sell_is_not_named(client):
    BrandFactory(slug="oderwerk")
    ProductFactory(status=Product.Status.ARCHIVED, brand=BrandFactory(slug="kestrel"))
    ProductFactory()
    assert [entry.title for entry in entries(client, "/brands/")] == ["Northmill"]


def test_many_brands_stand_by_letter(client, monkeypatch):
    monkeypatch.setattr(overviews, "PICTURED", 2)
    for name in ("Émile", "Elm", "Ash", "1st"):
        brand = Brand.objects.create(slug=name.encode().hex(), name=name)
        ProductFactory(brand=brand)
    letters = client.get("/brands/").context["letters"]
    assert [(letter, len(named)) for letter, named in letters] == [("", 1), ("A", 1), ("E", 2)]
    assert 'aria-label="Other signs"' in client.get("/brands/").content.decode()


def test_a_collection_says_how_much_it_holds(client):
    in_collection(ProductFactory())
    listed.count_places()
    [collection] = entries(client, "/collections/")
    assert (collection.note, collection.thread) == ("1 product", "woad")


def test_a_guide_shows_its_sizes_and_a_piece_cut_by_it(client):
    guide = chart(title="Tops", sizes=["s", "m"])
    product = ProductFactory(colors=("navy",), size_chart=guide)
    [entry] = entries(client, "/size-guide/")
    assert (entry.title, entry.note) == ("Tops", "S to M")
    assert "/front/navy" in entry.pictures[0].src
    Product.objects.filter(pk=product.pk).update(status=Product.Status.ARCHIVED)
    assert entries(client, "/size-guide/")[0].pictures == []


@pytest.mark.parametrize("count", [1, 6])
def test_the_number_of_queries_does_not_grow(client, count, django_assert_max_num_queries):
    for number in range(count):
        product = ProductFactory(
            brand=BrandFactory(slug=f"brand-{number}"), size_chart=chart(slug=f"chart-{number}")
        )
        in_collection(product, f"collection-{number}")
    for path, most in (("/brands/", 6), ("/collections/", 5), ("/size-guide/", 6)):
        with django_assert_max_num_queries(most):
            assert len(entries(client, path)) == count


@pytest.mark.parametrize("path", ["/brands/", "/collections/", "/size-guide/"])
def test_an_overview_is_told_to_other_sites_and_calm_when_empty(client, path):
    response = client.get(path)
    assert "Nothing here yet" in response.content.decode()
    assert meta(response, "og:image").endswith("-social.png")
    assert meta(response, "description")
    [_home, here] = structured(response)["BreadcrumbList"]["itemListElement"]
    assert here["item"] == f"http://testserver{path}"


@pytest.mark.django_db(transaction=True)
def test_a_brand_that_begins_to_sell_shows_at_once(client):
    product = ProductFactory(status=Product.Status.DRAFT, category=CategoryFactory())
    assert entries(client, "/brands/") == []
    product.status = Product.Status.ACTIVE
    product.save()
    assert "Northmill" in client.get("/brands/").content.decode()
