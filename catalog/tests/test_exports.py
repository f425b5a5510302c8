"""Products as files: complete, harmless in a spreadsheet, and unchanged when they come back."""

import csv
import io
import re
import tracemalloc

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from audit.models import AuditLog
from catalog import exports
from catalog.imports.cells import Words
from catalog.models import Collection, Product, ProductVariant
from catalog.tests.factories import CategoryFactory, ProductFactory, variant
from catalog.tests.imported import checked, counts, problems
from inventory.models import Location
from shop.spreadsheets import armored, bared

pytestmark = pytest.mark.django_db

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.fixture
def shop():
    """Two products with everything an export tells."""
    women = CategoryFactory(slug="women")
    Location.objects.create(code="store", name="Store", priority=5)
    tee = ProductFactory(
        slug="tee",
        title="=1+1",
        colors=("navy", "mustard"),
        category=women,
        tags=["-sale", "a"],
        keywords=["@home"],
        compare_at_price=5900,
        cost=1000,
        fibers=[{"part": "=shell", "fiber": "cotton", "percent": 100}],
        care=["WASH_30"],
        origin="PT",
        description="Soft.\r\n\r\n  Warm <b>.",
        attributes={"fit": "'=odd", "material": "100 % cotton"},
    )
    ProductFactory(slug="cap", status="DRAFT", category=CategoryFactory(slug="sale"))
    for kind, rule in (("MANUAL", {}), ("RULE", {"tags": ["a"]})):
        Collection.objects.create(slug=kind.lower(), title=kind, kind=kind, rule=rule)
    for collection in Collection.objects.all():
        collection.product_links.create(product=tee)
    return tee


def exported(selection=None, names=None):
    found = exports.rows(selection or {}, names or exports.column_names())
    return "".join(exports.csv_lines(found))


def table(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@given(st.text(st.sampled_from("a';\t\r\n=+-@＝")) | st.text())
def test_armored_text_is_no_formula_and_comes_back(text):
    assert not armored(text).startswith(DANGEROUS)
    # Nor does a part of it, whatever a spreadsheet takes for the end of a cell.
    assert not any(part.startswith(DANGEROUS) for part in re.split(r"[;\t\r\n]", armored(text)))
    assert bared(armored(text)) == text


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_words_written_and_read_twice_stay_the_same(text):
    words = Words(300)
    once = words.read(bared(words.write(text)))
    assert words.read(bared(words.write(once))) == once


def test_export_comes_back_unchanged(shop):
    batch = checked(content=exported().encode())
    assert problems(batch) == []
    assert counts(batch) == (0, 0, ProductVariant.objects.count(), 0)


def test_collections_by_hand_are_exported(shop):
    rows = table(exported(names=["product", "collections"]))
    assert {(row["product"], row["collections"]) for row in rows} == {
        ("tee", "manual"),
        ("cap", ""),
    }


def test_workbook_comes_back_unchanged(shop, tmp_path):
    path = tmp_path / "products.xlsx"
    count = exports.write_file(path, "XLSX", exports.rows({}, exports.column_names()))
    batch = checked(content=path.read_bytes())
    assert problems(batch) == []
    assert counts(batch) == (0, 0, count, 0)


def test_withdrawn_shop_comes_back_from_its_export(shop):
    text = exported()
    for row in (*ProductVariant.objects.all(), *Product.objects.all()):
        row.status = "ARCHIVED"
        row.soft_delete()
    batch = checked(content=text.encode())
    assert problems(batch) == []
    assert batch.new_rows == 6


def test_formula_in_a_title_is_disarmed_and_numbers_stay_numbers(shop, tmp_path):
    assert table(exported(names=["title"]))[0]["title"] == "'=1+1"
    assert table(exported(names=["fibers"]))[0]["fibers"] == "'=shell:cotton:100"
    path = tmp_path / "products.xlsx"
    exports.write_file(path, "XLSX", exports.rows({}, ["title", "price"]))
    row = list(openpyxl.load_workbook(path).active.rows)[1]
    assert [(cell.value, cell.data_type) for cell in row] == [("'=1+1", "s"), (49, "n")]


def test_export_has_the_products_of_the_filter(shop):
    names = ["product"]
    by_filter = {
        ("status__exact", "DRAFT"): {"cap"},
        ("category", "women"): {"tee"},
        ("q", "TEE-MUSTARD"): {"tee"},
        ("inventory_policy__exact", "DENY"): set(),
        ("brand__id__exact", str(shop.brand_id)): {"tee", "cap"},
        ("brand__id__exact", "nonsense"): set(),
    }
    for (name, value), slugs in by_filter.items():
        assert {row["product"] for row in table(exported({name: value}, names))} == slugs


def test_withdrawn_variants_stay_out(shop):
    variant(shop, "charcoal", "s").soft_delete()
    assert "TEE-CHARCOAL-S" not in exported(names=["sku"])


def test_queries_do_not_grow_with_rows(shop):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            exported(names=names)
        return len(seen)

    names = exports.column_names()
    before = queries()
    for _ in range(5):
        ProductFactory()
    assert queries() == before


def test_ordered_export_is_written_once_and_told_to_the_audit_log(shop, settings, tmp_path):
    settings.EXCHANGE_ROOT = tmp_path
    export = exports.order(file_format="CSV", selection={}, names=["sku"], user=None)
    export = exports.write_ordered(export.pk)
    assert (export.status, export.row_count) == ("READY", 6)
    assert len(exports.path_of(export).read_text().splitlines()) == 7
    entry = AuditLog.objects.get(action="EXPORT")
    assert (entry.entity, entry.after["columns"]) == ("catalog.product", ["sku"])


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(count):
        cells = ([f"S{number}", "A title"] for number in range(count))
        tracemalloc.start()
        try:
            exports.write_file(tmp_path / "big.xlsx", "XLSX", cells)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(10_000) < peak(1_000) * 1.3
