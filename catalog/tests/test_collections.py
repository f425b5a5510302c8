from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from catalog.listings import collections
from catalog.models import Collection, CollectionProduct, Product, ProductVariant
from catalog.tests.factories import BrandFactory, CategoryFactory, MediaFactory, ProductFactory
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

ACTIVE = Collection.Status.ACTIVE


def by_rule(slug="rule", status=ACTIVE, **rule):
    return Collection.objects.create(
        title=slug.title(), slug=slug, kind=Collection.Kind.RULE, rule=rule, status=status
    )


def members(collection):
    collections.refresh(collection.pk)
    links = CollectionProduct.objects.filter(collection=collection)
    return set(links.values_list("product__title", flat=True))


def titles(response):
    return [card.title for card in response.context["listing"].cards]


def test_a_page_shows_a_collection_in_the_order_that_staff_gave_it(client):
    collection = Collection.objects.create(
        title="Mill ends", slug="mill-ends", status=ACTIVE, thread="weld"
    )
    for position, title in ((2, "Second"), (1, "First"), (3, "Third")):
        CollectionProduct.objects.create(
            collection=collection, product=ProductFactory(title=title), position=position
        )
    response = client.get("/collections/mill-ends/")
    assert titles(response) == ["First", "Second", "Third"]
    assert '<body class="t-weld">' in response.content.decode()
    assert titles(client.get("/collections/mill-ends/", {"sort": "newest"}))[0] == "Third"


def test_a_draft_is_no_page_and_stands_on_none(client):
    Collection.objects.create(title="Mill ends", slug="mill-ends")
    assert client.get("/collections/mill-ends/").status_code == 404
    assert "Mill ends" not in client.get("/collections/").content.decode()


def test_all_conditions_of_a_rule_must_hold():
    tops = CategoryFactory(slug="tops")
    ours = {"category": tops, "tags": ["wool"], "price": 5000}
    ProductFactory(title="Meets all", **ours)
    ProductFactory(title="Other tag", **ours | {"tags": ["linen"]})
    ProductFactory(title="Too dear", **ours | {"price": 9000})
    ProductFactory(title="Elsewhere", **ours | {"category": CategoryFactory()})
    ProductFactory(title="Other brand", brand=BrandFactory(slug="oderwerk"), **ours)
    ProductFactory(title="Old", published_at=timezone.now() - timedelta(days=40), **ours)
    rule = by_rule(
        tags=["wool", "silk"], categories=["tops"], brands=["northmill"], price_to=6000, new_days=30
    )
    assert members(rule) == {"Meets all"}


def test_members_follow_the_rule(django_assert_max_num_queries):
    rule = by_rule(price_to=5000)
    cheap, dear = ProductFactory(title="A", price=4000), ProductFactory(title="B", price=9000)
    assert members(rule) == {"A"}
    ProductVariant.objects.filter(product=cheap).update(price=9000)
    ProductVariant.objects.filter(product=dear).update(price=4000)
    assert collections.refresh_all() == 2
    assert members(rule) == {"B"}
    assert collections.refresh_all() == 0


@pytest.mark.parametrize("looked_at", [1, 3, 50])
def test_the_newest_that_meet_a_rule_are_its_members(monkeypatch, looked_at):
    monkeypatch.setattr(collections, "MOST_MEMBERS", 2)
    monkeypatch.setattr(collections, "LOOKED_AT", looked_at)
    now = timezone.now()
    for age, tags in enumerate(([], ["wool"], [], ["wool"], ["wool"])):
        ProductFactory(title=str(age), tags=tags, published_at=now - timedelta(days=age))
    rule = by_rule(tags=["wool"])
    assert members(rule) == {"1", "3"}
    Product.objects.filter(title="1").update(tags=[])
    assert members(rule) == {"3", "4"}


def test_what_is_chosen_by_hand_is_left_alone():
    collection = Collection.objects.create(title="Hand", slug="hand", status=ACTIVE)
    CollectionProduct.objects.create(collection=collection, product=ProductFactory())
    assert collections.refresh(collection.pk) == 0
    assert collection.product_links.count() == 1


def test_a_brand_has_a_page(client):
    ProductFactory(title="Theirs", brand=BrandFactory(slug="oderwerk", name="Oderwerk"))
    ProductFactory(title="Ours")
    assert titles(client.get("/brands/oderwerk/")) == ["Theirs"]
    assert "/brands/oderwerk/" in client.get("/brands/").content.decode()
    assert client.get("/brands/nobody/").status_code == 404


def test_the_page_of_a_brand_shows_its_picture(client):
    brand = BrandFactory(slug="oderwerk", image=MediaFactory(file="img/shed.jpg"))
    head = client.get("/brands/oderwerk/").content.decode().partition('id="results"')[0]
    assert 'src="/media/img/shed.jpg"' in head
    brand.image = None
    brand.save()
    assert "p-place-head--picture" not in client.get("/brands/oderwerk/").content.decode()


def test_the_home_page_leads_to_the_first_collection(client):
    by_rule("later", price_to=1)
    Collection.objects.filter(slug="later").update(display_order=2)
    by_rule("first", price_to=1)
    text = client.get("/").content.decode()
    assert '<a class="c-button" href="/collections/first/">Shop the collection</a>' in text
    assert "/collections/later/" not in text


@pytest.fixture
def boss():
    return signed_in(staff())


FORM = {
    "title": "Cheap",
    "slug": "cheap",
    "status": "ACTIVE",
    "kind": "RULE",
    "thread": "woad",
    "display_order": "0",
    "product_links-TOTAL_FORMS": "0",
    "product_links-INITIAL_FORMS": "0",
}


def test_staff_write_a_rule_into_fields(boss):
    ProductFactory(title="Tee", price=1900, category=CategoryFactory(slug="tops"))
    url = reverse("admin:catalog_collection_add")
    response = boss.post(url, FORM | {"price_to": "20", "categories": ["tops"], "new_days": "30"})
    assert response.status_code == 302, response.context["errors"]
    collection = Collection.objects.get()
    assert collection.rule == {"price_to": 2000, "categories": ["tops"], "new_days": 30}
    assert [link.product.title for link in collection.product_links.all()] == ["Tee"]
    page = boss.get(reverse("admin:catalog_collection_change", args=[collection.pk]))
    assert page.context["adminform"].form.initial["price_to"] == 2000


def test_a_rule_without_a_condition_is_refused(boss):
    response = boss.post(reverse("admin:catalog_collection_add"), FORM)
    assert "at least one condition" in response.content.decode()
    assert not Collection.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_collection_that_is_put_on_line_shows_at_once(client):
    collection = Collection.objects.create(title="Mill", slug="mill")
    assert client.get("/collections/mill/").status_code == 404
    with transaction.atomic():
        collection.status = ACTIVE
        collection.save()
    assert client.get("/collections/mill/").status_code == 200
