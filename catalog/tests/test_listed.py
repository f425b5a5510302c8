from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from catalog.listings import listed
from catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    ListedCount,
    ListedProduct,
    Product,
    ProductCategory,
    ProductVariant,
    StalePlace,
)
from catalog.models.listed import EVERYWHERE
from catalog.tests.factories import BrandFactory, CategoryFactory, ProductFactory, place, variant

pytestmark = pytest.mark.django_db


def places(product):
    return set(
        ListedProduct.objects.filter(product_id=product.pk).values_list("place_id", flat=True)
    )


def terms(product):
    return set(ListedProduct.objects.get(place_id=EVERYWHERE, product_id=product.pk).terms)


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_a_product_stands_in_all_places_above_it():
    women = CategoryFactory(slug="women")
    tops = CategoryFactory(slug="tops", parent=women)
    product = ProductFactory(category=tops)
    assert places(product) == {EVERYWHERE, women.pk, tops.pk, product.brand.pk}


def test_terms_say_what_filters_ask_for():
    product = ProductFactory(
        category=CategoryFactory(slug="tops"),
        colors=("navy",),
        sizes=("m",),
        tags=["winter"],
        attributes={"fit": "Slim. The model wears M."},
        fibers=[
            {"part": "shell", "fiber": "linen", "percent": 30},
            {"part": "shell", "fiber": "Merino wool", "percent": 70},
        ],
        rating_average=Decimal("3.50"),
    )
    assert terms(product) == {
        *("size:m", "color:navy", "tag:winter", "fit:slim", "material:merino-wool"),
        *("rating:3", "in:tops", "brand:northmill"),
    }


def test_material_is_read_from_words_where_fibers_are_not_told():
    product = ProductFactory(attributes={"material": "98 % organic cotton, 2 % elastane"})
    assert "material:organic-cotton" in terms(product)


def test_raw_sql_is_followed_at_once():
    product = ProductFactory()
    sql("UPDATE catalog_productvariant SET price = 1234 WHERE product_id = %s", product.pk)
    row = ListedProduct.objects.get(place_id=EVERYWHERE, product_id=product.pk)
    assert (row.price_low, row.price_high) == (1234, 1234)
    sql("UPDATE catalog_product SET status = 'DRAFT' WHERE id = %s", product.pk)
    assert places(product) == set()


def test_what_no_listing_shows_rewrites_nothing():
    product = ProductFactory()
    StalePlace.objects.all().delete()
    product.description = "New words."
    product.save()
    sql("UPDATE catalog_productvariant SET barcode = '1' WHERE product_id = %s", product.pk)
    assert not StalePlace.objects.exists()


def test_a_moved_category_takes_its_products_along():
    women, men = CategoryFactory(slug="women"), CategoryFactory(slug="men")
    tops = CategoryFactory(slug="tops", parent=women)
    product = ProductFactory(category=tops)
    tops.parent = men
    tops.save()
    assert men.pk in places(product)
    assert women.pk not in places(product)
    assert "in:men/tops" in terms(product)


def test_only_an_active_collection_is_a_place():
    product = ProductFactory()
    collection = Collection.objects.create(title="Mill", slug="mill")
    CollectionProduct.objects.create(collection=collection, product=product)
    assert collection.pk not in places(product)
    collection.status = Collection.Status.ACTIVE
    collection.save()
    assert collection.pk in places(product)
    collection.soft_delete()
    assert collection.pk not in places(product)


def test_a_bulk_load_lists_once_at_its_end():
    with listed.deferred():
        product = ProductFactory()
        assert places(product) == set()
    assert EVERYWHERE in places(product)


def test_a_wrong_row_is_found_and_mended():
    product = ProductFactory()
    ListedProduct.objects.filter(product_id=product.pk).update(price_low=1)
    assert [row.product_id for row in listed.differences()] == [product.pk] * 2
    with pytest.raises(CommandError):
        call_command("check_listings")
    call_command("check_listings", "--mend")
    assert listed.differences() == []


def test_counts_hold_until_the_place_changes():
    tops = CategoryFactory(slug="tops")
    ProductFactory(category=tops, colors=("navy",))
    listed.count_places()
    counts = dict(ListedCount.objects.filter(place_id=tops.pk).values_list("term", "products"))
    assert (counts[""], counts["color:navy"]) == (1, 1)
    assert not StalePlace.objects.exists()
    ProductFactory(category=tops)
    assert StalePlace.objects.filter(place_id=tops.pk).exists()


def test_what_is_published_later_counts_from_then_on():
    product = ProductFactory(published_at=timezone.now() + timedelta(hours=1))
    listed.count_places()
    assert not ListedCount.objects.filter(place_id=EVERYWHERE).exists()
    # Time passes without a write.
    with listed.deferred(lists_at_end=False):
        Product.objects.filter(pk=product.pk).update(published_at=timezone.now())
    ListedProduct.objects.update(published_at=timezone.now() - timedelta(seconds=1))
    listed.count_places()
    assert ListedCount.objects.get(place_id=EVERYWHERE, term="").products == 1


WRITES = st.lists(
    st.tuples(st.sampled_from(range(12)), st.integers(0, 2), st.integers(0, 2)), max_size=12
)


def write(act, products, categories, collections, one, other):
    """One of the writes that listings follow, on rows chosen by ``one`` and ``other``."""
    product = products[one]
    variants = ProductVariant.all_objects.filter(product=product)
    match act:
        case 0:
            variants.update(price=1000 * (other + 1))
        case 1:
            variants.exclude(is_primary=True).update(deleted_at=timezone.now() if other else None)
        case 2:
            statuses = ("DRAFT", "ACTIVE", "ARCHIVED")
            Product.all_objects.filter(pk=product.pk).update(status=statuses[other])
        case 3:
            sql(
                "UPDATE catalog_product SET rating_average = %s WHERE id = %s",
                other + 2,
                product.pk,
            )
        case 4:
            ProductCategory.objects.filter(product=product).delete()
        # Nothing is put into a deleted category.
        case 5 if Category.objects.filter(pk=categories[other].pk).exists():
            ProductCategory.objects.get_or_create(
                product=product, category=categories[other], defaults={"position": one}
            )
        case 6:
            parent = categories[other] if other < one else None
            Category.objects.filter(pk=categories[one].pk).update(parent=parent)
        case 7:
            collection = collections[other]
            Collection.objects.filter(pk=collection.pk).update(
                status=("DRAFT", "ACTIVE", "ACTIVE")[one]
            )
        case 8:
            CollectionProduct.objects.update_or_create(
                collection=collections[other], product=product, defaults={"position": one}
            )
        case 9:
            CollectionProduct.objects.filter(product=product).delete()
        case 10:
            sql("UPDATE catalog_brand SET slug = slug || 'x' WHERE id = %s", product.brand_id)
        case 11:
            Category.all_objects.filter(pk=categories[one].pk).update(
                deleted_at=timezone.now() if other else None
            )


@given(writes=WRITES)
@bounded(max_examples=25, suppress_health_check=list(HealthCheck))
def test_stored_rows_are_what_would_be_derived(writes):
    with transaction.atomic():
        products = [ProductFactory(brand=BrandFactory(slug=f"b{n}")) for n in range(3)]
        categories = [CategoryFactory() for _ in range(3)]
        collections = [Collection.objects.create(title=f"C{n}", slug=f"c{n}") for n in range(3)]
        place(products[0], categories[0])
        variant(products[1], "oat", "xl")
        for act, one, other in writes:
            write(act, products, categories, collections, one, other)
            assert listed.differences() == [], (act, one, other)
        transaction.set_rollback(True)
