"""What the database holds of products and variants, whoever writes them."""

from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from catalog.models import Product, ProductVariant
from catalog.tests.factories import CategoryFactory, ProductFactory, place, variant

pytestmark = pytest.mark.django_db
ACTIVE, DRAFT = Product.Status.ACTIVE, Product.Status.DRAFT
NEEDS_PRIMARY = "needs a primary variant"


@pytest.fixture
def product():
    return ProductFactory(slug="tee")


def refused(words):
    """Refused at the latest when the transaction ends."""
    return pytest.raises(IntegrityError, match=words)


def list_later():
    """As an import does, whose locks are fewer until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL selvedge.defer_listing = 'on'")


def end_transaction():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "change",
    [{"is_primary": False}, {"deleted_at": timezone.now()}],
    ids=["unmarked", "deleted"],
)
def test_an_active_product_keeps_its_primary_variant(product, change):
    with refused(NEEDS_PRIMARY), transaction.atomic():
        ProductVariant.objects.filter(product=product, is_primary=True).update(**change)
        end_transaction()
    assert product.variants.filter(is_primary=True).count() == 1


def test_the_primary_mark_moves_in_one_transaction(product):
    first, second = product.variants.order_by("-is_primary")
    with transaction.atomic():
        ProductVariant.objects.filter(pk=first.pk).update(is_primary=False)
        ProductVariant.objects.filter(pk=second.pk).update(is_primary=True)
        end_transaction()
    assert product.variants.get(is_primary=True) == second


def test_a_product_has_one_primary_variant_at_most(product):
    with refused("variant_one_primary_per_product"), transaction.atomic():
        product.variants.update(is_primary=True)


def test_a_product_without_variants_is_not_activated():
    empty = ProductFactory(status=DRAFT, colors=())
    with refused(NEEDS_PRIMARY), transaction.atomic():
        Product.objects.filter(pk=empty.pk).update(status=ACTIVE, published_at=timezone.now())
        end_transaction()


def test_a_draft_may_lose_its_primary_variant():
    draft = ProductFactory(status=DRAFT)
    draft.variants.update(is_primary=False)
    end_transaction()
    assert not draft.variants.filter(is_primary=True).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_product_is_not_activated_while_its_primary_variant_goes():
    draft = ProductFactory(status=DRAFT, published_at=timezone.now())
    judged, activated, outcomes = Event(), Event(), []

    def withdraw():
        try:
            with transaction.atomic():
                list_later()
                draft.variants.update(deleted_at=timezone.now())
                end_transaction()
                judged.set()
                activated.wait(5)
            outcomes.append("withdrawn")
        except IntegrityError as error:
            outcomes.append(str(error))
        connection.close()

    thread = Thread(target=withdraw)
    with transaction.atomic():
        Product.objects.filter(pk=draft.pk).update(status=ACTIVE)
        thread.start()
        # The withdrawal is judged before we end, unless it waits for that.
        judged.wait(1)
    activated.set()
    thread.join()
    assert len(outcomes) == 1
    assert NEEDS_PRIMARY in outcomes[0]
    assert draft.variants.filter(is_primary=True).count() == 1


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"sku": "TEE-NAVY-S"}, "variant_sku_unique"),
        ({"sku": ""}, "variant_sku_is_never_empty"),
        (
            {"option_values": {"size": "s", "color": "navy"}},
            "variant_options_unique_in_product",
        ),
        ({"price": -1}, "variant_price_not_negative"),
        ({"price": 4900, "compare_at_price": 4900}, "variant_compare_at_price_above_price"),
        ({"cost": -1}, "variant_cost_not_negative"),
    ],
)
def test_a_variant_that_cannot_be_is_refused(product, fields, constraint):
    values = {"sku": "NEW", "option_values": {"size": "xl"}, "price": 4900} | fields
    with refused(constraint), transaction.atomic():
        ProductVariant.objects.create(product=product, title="New", **values)


def test_what_a_deleted_variant_had_is_free_again(product):
    gone = product.variants.get(is_primary=False)
    gone.soft_delete()
    assert variant(product, "navy", "m").sku == gone.sku


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"slug": "tee"}, "product_slug_unique"),
        ({"price": -1}, "product_price_not_negative"),
        ({"compare_at_price": 4900}, "product_compare_at_price_above_price"),
        ({"currency": "eur"}, "product_currency_is_a_code"),
        ({"cost": -1}, "product_cost_not_negative"),
        ({"fibers": [{"part": "", "fiber": "cotton", "percent": 99}]}, "product_fibers_add_up"),
    ],
)
def test_a_product_that_cannot_be_is_refused(product, fields, constraint):
    with refused(constraint), transaction.atomic():
        Product.objects.create(**{"title": "New", "slug": "new", "price": 4900} | fields)


def test_one_place_of_a_product_is_the_primary_one(product):
    place(product, CategoryFactory())
    with refused("product_category_one_primary"), transaction.atomic():
        place(product, CategoryFactory())
