"""Load data: a shop as the triggers would have made it, the same for the same seed."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import BigIntegerField, F, Func, Sum, Value
from django.db.models.functions import Coalesce

from audit.models import AuditLog
from catalog.listings import listed
from catalog.listings.best_sellers import count_units_sold
from catalog.models import Category, ListedCount, PriceChange, Product, ProductVariant, Review
from catalog.models.listed import EVERYWHERE
from catalog.reviewing.ratings import check_ratings
from inventory.models import Movement, Stock
from shop.operations.load import tables
from shop.operations.load.products import CUTS, Maker
from tests.midnight import stay_within_a_day

PRODUCTS = 300
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def generate(**options):
    call_command("generate_load", **{"products": PRODUCTS, "verbosity": 0, **options})


def lines(first, count, seed=1):
    maker = Maker(seed=seed, variants=7, now=MIDNIGHT, location="0" * 32)
    return maker.lines(range(first, first + count))


@pytest.fixture(scope="module")
def load(django_db_setup, django_db_blocker):
    """One load for the tests of this file."""
    stay_within_a_day(180)
    with django_db_blocker.unblock(), transaction.atomic():
        generate()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(load, db):
    return load


def test_tree_has_three_levels_below_one_root(loaded):
    assert Category.objects.within("load").count() == 151
    assert Category.objects.get(path="load/tee/washed-tee").level == 2


def test_stock_is_the_sum_of_its_movements(loaded):
    ledger = Coalesce(Sum("movements__quantity_change"), Value(0))
    assert Stock.objects.count() == ProductVariant.objects.count() > PRODUCTS
    assert not Stock.objects.annotate(ledger=ledger).exclude(on_hand=F("ledger")).exists()
    assert Stock.objects.filter(on_hand=0).exists()


def test_reductions_are_what_the_price_history_says(loaded):
    reduced = ProductVariant.objects.exclude(reduced_at=None)
    lowest = Func(
        F("pk"),
        F("reduced_at"),
        function="catalog_lowest_price",
        output_field=BigIntegerField(),
    )
    assert reduced.count() > PRODUCTS * 0.1
    assert not reduced.annotate(lowest=lowest).exclude(lowest_prior_price=F("lowest")).exists()
    first_prices = PriceChange.objects.filter(old_price=None)
    assert first_prices.count() == ProductVariant.objects.count()


def test_listings_are_what_triggers_would_keep(loaded):
    assert listed.differences() == []
    active = Product.objects.filter(status=Product.Status.ACTIVE).count()
    total = ListedCount.objects.get(place_id=EVERYWHERE, term="")
    assert total.products == active < PRODUCTS


def test_nightly_jobs_find_nothing_to_mend(loaded):
    assert Review.objects.exists()
    assert check_ratings(mend=False) == []
    assert Product.objects.filter(units_sold__gt=0).exists()
    assert count_units_sold() == 0


def test_rules_and_triggers_are_back(loaded):
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
        assert cursor.fetchone() == (0,)


def test_indexes_are_as_they_were(loaded):
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes ORDER BY indexdef")
            return cursor.fetchall()

    before = indexes()
    # More than there is, so that they are built anew.
    generate(products=PRODUCTS + 1, seed=2)
    assert indexes() == before


def test_audit_log_has_one_entry_for_all(loaded):
    [entry] = AuditLog.objects.filter(entity="catalog.product")
    assert entry.after["load"]["products"] == PRODUCTS
    assert not AuditLog.objects.filter(entity="catalog.productvariant").exists()


def test_second_load_of_a_seed_is_refused(loaded):
    with pytest.raises(CommandError, match="300"):
        generate()
    assert Product.objects.count() == PRODUCTS


def test_append_goes_on_where_the_seed_ended(loaded):
    moved = Movement.objects.count()
    generate(products=50, append=True)
    generate(products=10, seed=2)
    assert Product.objects.count() == PRODUCTS + 60
    assert Movement.objects.count() > moved
    assert listed.differences() == []


def test_load_that_fails_leaves_nothing(loaded, monkeypatch):
    def trip(self, numbers):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(Maker, "lines", trip)
    with pytest.raises(RuntimeError), transaction.atomic():
        generate(seed=2)
    assert Product.objects.count() == PRODUCTS
    assert AuditLog.objects.filter(entity="catalog.product").count() == 1


def test_same_seed_makes_the_same_rows():
    assert lines(0, 20) == lines(0, 20)
    assert lines(0, 20) != lines(0, 20, seed=2)


def test_product_does_not_depend_on_the_chunk_it_is_made_in():
    name = tables.VARIANTS.name
    assert lines(0, 20)[name] == lines(0, 7)[name] + lines(7, 13)[name]


@pytest.mark.parametrize("variants", CUTS)
def test_average_product_has_as_many_variants_as_said(variants):
    maker = Maker(seed=1, variants=variants, now=MIDNIGHT, location="0" * 32)
    made = len(maker.lines(range(2000))[tables.VARIANTS.name]) / 2000
    assert variants - 0.5 < made < variants + 0.5
