"""What an import writes where order matters: changing hands, collections, prices, lists."""

import gc
import tracemalloc

import pytest

from catalog.imports import batches, loading, staging
from catalog.listings import listed
from catalog.models import (
    Collection,
    CollectionProduct,
    ListedProduct,
    PriceChange,
    Product,
    ProductVariant,
)
from catalog.models.listed import EVERYWHERE
from catalog.tests.factories import CategoryFactory, OptionValueFactory, ProductFactory
from catalog.tests.imported import applied, checked, counts, csv_file, problems, reverted
from catalog.tests.test_product_files import film

pytestmark = pytest.mark.django_db


@pytest.fixture
def tee():
    return ProductFactory(slug="tee", title="Tee", sizes=("s", "m"), category=CategoryFactory())


@pytest.fixture
def collections():
    for slug in ("linen", "winter"):
        Collection.objects.create(slug=slug, title=slug, status="ACTIVE")
    rule = {"new_days": 30}
    Collection.objects.create(slug="new", title="New", kind="RULE", rule=rule, status="ACTIVE")


def sizes(product):
    return dict(product.variants.order_by("sku").values_list("sku", "option_values__size"))


def members(slug):
    links = CollectionProduct.objects.filter(collection__slug=slug).order_by("position")
    return list(links.values_list("product__slug", flat=True))


SWAPPED = (("sku", "option:size"), ("TEE-NAVY-S", "m"), ("TEE-NAVY-M", "s"))


def test_two_variants_swap_their_options_and_swap_them_back(tee):
    batch = applied(*SWAPPED)
    assert sizes(tee) == {"TEE-NAVY-S": "m", "TEE-NAVY-M": "s"}
    assert reverted(batch).status == "REVERTED"
    assert sizes(tee) == {"TEE-NAVY-S": "s", "TEE-NAVY-M": "m"}


def test_swap_across_chunks_works(tee, monkeypatch):
    monkeypatch.setattr("catalog.imports.staging.CHUNK", 1)
    applied(*SWAPPED)
    assert sizes(tee) == {"TEE-NAVY-S": "m", "TEE-NAVY-M": "s"}


def test_new_variant_takes_the_options_another_one_leaves(tee, monkeypatch):
    monkeypatch.setattr("catalog.imports.staging.CHUNK", 1)
    OptionValueFactory(option="size", slug="l")
    header = ("product", "sku", "price", "option:color", "option:size")
    new, old = ("tee", "NEW", "9", "navy", "s"), ("tee", "TEE-NAVY-S", "", "navy", "l")
    batch = applied(header, old, new)
    assert sizes(tee) == {"NEW": "s", "TEE-NAVY-M": "m", "TEE-NAVY-S": "l"}
    reverted(batch)
    assert sizes(tee) == {"TEE-NAVY-M": "m", "TEE-NAVY-S": "s"}


def test_options_of_a_variant_that_stays_are_refused(tee):
    batch = checked(("sku", "option:size"), ("TEE-NAVY-S", "m"))
    assert problems(batch) == [(2, "sku", "variant TEE-NAVY-M has the same options")]


def test_a_film_stays_while_pictures_are_arranged_anew(tee):
    film(tee, color="navy")
    back = tee.media_links.get(view_name="back").media
    batch = applied(("sku", "media"), ("TEE-NAVY-S", back.asset_id))
    assert [link.media.kind for link in tee.media_links.all()] == ["IMAGE", "VIDEO"]
    assert tee.media_links.get(is_primary=True).media == back
    reverted(batch)
    assert [link.media.kind for link in tee.media_links.all()] == ["IMAGE", "IMAGE", "VIDEO"]


def test_product_joins_and_leaves_collections_by_hand(tee, collections):
    ProductFactory(slug="cap")
    applied(("sku", "collections"), ("CAP-NAVY-S", "linen"), ("TEE-NAVY-S", "winter|linen"))
    assert (members("linen"), members("winter")) == (["cap", "tee"], ["tee"])
    batch = applied(("sku", "collections"), ("TEE-NAVY-S", ""))
    assert (members("linen"), members("winter")) == (["cap"], [])
    reverted(batch)
    assert (members("linen"), members("winter")) == (["cap", "tee"], ["tee"])


def test_collections_in_another_order_are_no_change(tee, collections):
    applied(("sku", "collections"), ("TEE-NAVY-S", "winter|linen"))
    assert counts(checked(("sku", "collections"), ("TEE-NAVY-S", "linen|winter"))) == (0, 0, 1, 0)


def test_collection_by_rule_takes_nobody_by_hand(tee, collections):
    batch = checked(("sku", "collections"), ("TEE-NAVY-S", "new"))
    assert problems(batch) == [(2, "collections", "there is no collection by hand new")]


def test_membership_by_rule_stays(tee, collections):
    rule = Collection.objects.get(slug="new")
    CollectionProduct.objects.create(collection=rule, product=tee)
    applied(("sku", "collections"), ("TEE-NAVY-S", "linen"))
    assert members("new") == ["tee"]


def test_listings_hold_what_was_imported_and_what_was_reverted(tee, collections):
    header = ("sku", "price", "collections", "tags")
    batch = applied(header, ("TEE-NAVY-S", "39", "linen", "a"), ("TEE-NAVY-M", "29", "", ""))
    row = ListedProduct.objects.get(place_id=EVERYWHERE, product_id=tee.pk)
    assert (row.price_low, row.price_high) == (2900, 3900)
    assert listed.differences() == []
    reverted(batch)
    assert listed.differences() == []


def test_listings_follow_single_writes_again_after_an_import(tee):
    applied(("sku", "price"), ("TEE-NAVY-S", "39"))
    Product.objects.filter(pk=tee.pk).update(tags=["new"])
    assert listed.differences() == []


def test_price_column_announces_no_more_than_the_lowest_of_30_days(tee):
    variant = ProductVariant.objects.get(sku="TEE-NAVY-S")
    applied(("sku", "price"), ("TEE-NAVY-S", "39"))
    applied(("sku", "price"), ("TEE-NAVY-S", "89"))
    applied(("sku", "price"), ("TEE-NAVY-S", "45"))
    variant.refresh_from_db()
    assert (variant.price, variant.lowest_prior_price, variant.former_price) == (4500, None, None)
    applied(("sku", "price"), ("TEE-NAVY-S", "35"))
    variant.refresh_from_db()
    assert (variant.lowest_prior_price, variant.former_price) == (3900, 4500)


def test_each_price_of_a_file_stands_in_the_history(tee):
    batch = applied(("sku", "price"), ("TEE-NAVY-S", "39"), ("TEE-NAVY-M", "38"))
    reverted(batch)
    changes = PriceChange.objects.filter(variant__sku="TEE-NAVY-S").order_by("changed_at")
    pairs = list(changes.values_list("old_price", "new_price"))
    assert pairs == [(None, 4900), (4900, 3900), (3900, 4900)]


def test_old_price_does_not_come_back_as_a_reduction(tee):
    applied(("sku", "price"), ("TEE-NAVY-S", "39"))
    variant = ProductVariant.objects.get(sku="TEE-NAVY-S")
    assert (variant.lowest_prior_price, variant.former_price) == (4900, 4900)
    applied(("sku", "price"), ("TEE-NAVY-S", "49"))
    variant.refresh_from_db()
    assert variant.lowest_prior_price is None


def test_memory_of_the_import_does_not_grow_with_the_file(monkeypatch):
    # Parts of 50 rows show with 400 what parts of 500 would show with 4,000.
    monkeypatch.setattr(staging, "CHUNK", 50)
    monkeypatch.setattr(loading, "SPAN", 50)

    def peak(name, count):
        lines = ((f"{name}{n:06}", f"{name}{n:06}", "A cap", "9", "3") for n in range(count))
        content = csv_file(("sku", "product", "title", "price", "stock"), *lines)
        batch = checked(content=content)
        batches.confirm(batch.pk, user=None, in_background=False)
        tracemalloc.start()
        try:
            # Collected at the same moments, whatever else made garbage.
            assert batches.apply(batch.pk, lambda _done: gc.collect()).status == "APPLIED"
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    ProductFactory()
    peak("warm", 10)
    assert peak("many", 400) < peak("few", 100) * 1.3
