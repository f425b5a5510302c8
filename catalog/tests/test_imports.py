"""Products from files: what is read, what is refused, and that it is all or nothing."""

import tracemalloc

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditLog
from catalog.imports import batches, staging
from catalog.imports.errors import ImportRefused, NotNow
from catalog.models import ImportBatch, ImportRow, Product, ProductVariant
from catalog.tests.factories import (
    BrandFactory,
    CategoryFactory,
    OptionValueFactory,
    ProductFactory,
)
from catalog.tests.imported import applied, checked, counts, csv_file, on_hand, problems, received
from inventory.models import Movement
from shop.accounts.models import User
from shop.accounts.roles import Role, sync_roles

pytestmark = pytest.mark.django_db

HEADER = ("product", "title", "sku", "price", "option:size")


@pytest.fixture
def sizes():
    for slug in ("s", "m", "l"):
        OptionValueFactory(option="size", slug=slug)


@pytest.fixture
def tee():
    return ProductFactory(slug="tee", title="Tee", sizes=("s", "m"))


def staff(role):
    sync_roles()
    person = User.objects.create_user("ada@example.com", is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return person


def refusal(content):
    with pytest.raises(ImportRefused) as refused:
        received(content)
    return refused.value.reason


def test_new_product_comes_with_its_variants(sizes):
    batch = applied(
        HEADER, ("cap", "Cap", "CAP-S", "19.90", "s"), ("cap", "", "CAP-M", "24.90", "M")
    )
    cap = Product.objects.get(slug="cap")
    assert (cap.title, cap.price, cap.status) == ("Cap", 1990, "DRAFT")
    rows = cap.variants.order_by("position").values_list("sku", "price", "is_primary", "title")
    assert list(rows) == [("CAP-S", 1990, True, "S"), ("CAP-M", 2490, False, "M")]
    assert batch.status == ImportBatch.Status.APPLIED


def test_preview_shows_old_and_new_of_the_cells_that_differ(tee):
    batch = checked(("sku", "price", "title"), ("TEE-NAVY-S", "59", "Heavy tee"))
    row = batch.rows.get()
    assert row.before == {"price": 4900, "title": "Tee"}
    assert row.after == {"price": 5900, "title": "Heavy tee"}
    assert counts(batch) == (0, 1, 0, 0)


def test_check_writes_nothing(tee):
    checked(("sku", "price", "stock"), ("TEE-NAVY-S", "59", "4"), ("NEW", "1", "2"))
    assert ProductVariant.objects.get(sku="TEE-NAVY-S").price == 4900
    assert not ProductVariant.objects.filter(sku="NEW").exists()
    assert on_hand("TEE-NAVY-S") == 10


def test_row_that_says_what_the_shop_holds_is_unchanged(tee):
    batch = checked(("sku", "price", "title"), ("TEE-NAVY-S", "49,00", " Tee "))
    assert counts(batch) == (0, 0, 1, 0)


def test_price_change_leaves_its_history_and_the_name_of_who_confirmed(tee):
    person = staff(Role.MANAGER)
    batch = applied(("sku", "price"), ("TEE-NAVY-S", "39"), user=person)
    variant = ProductVariant.objects.get(sku="TEE-NAVY-S")
    entry = AuditLog.objects.get(entity_id=variant.pk, action="UPDATE")
    assert (entry.before["price"], entry.after["price"]) == (4900, 3900)
    assert (entry.actor, entry.request_id) == (person, batch.audit_id)


def test_stock_is_posted_to_the_ledger_as_the_difference(tee):
    applied(("sku", "stock"), ("TEE-NAVY-S", "4"))
    movement = Movement.objects.latest("created_at")
    assert (movement.kind, movement.quantity_change, movement.balance_after) == (
        "ADJUSTMENT",
        -6,
        4,
    )
    assert on_hand("TEE-NAVY-S") == 4


def test_stock_of_a_new_variant_begins_with_a_movement(tee):
    OptionValueFactory(option="size", slug="l")
    applied(
        ("product", "sku", "price", "option:size", "stock:workshop"),
        ("tee", "TEE-L", "49", "l", "7"),
    )
    assert on_hand("TEE-L") == 7


def test_categories_brand_tags_and_attributes_are_set():
    CategoryFactory(slug="women", name="Women")
    BrandFactory(slug="oderwerk", name="Oderwerk")
    header = ("sku", "product", "title", "price", "brand", "categories", "tags", "attribute:fit")
    applied(header, ("CAP", "cap", "Cap", "9", "ODERWERK", "women", "a|b", "Wide"))
    cap = Product.objects.get(slug="cap")
    assert cap.brand.slug == "oderwerk"
    assert [link.category.path for link in cap.category_links.all()] == ["women"]
    assert (cap.tags, cap.attributes) == (["a", "b"], {"fit": "Wide"})


def test_blank_cell_empties_what_may_be_empty_and_keeps_the_rest(tee):
    applied(("sku", "summary", "price"), ("TEE-NAVY-S", "", ""))
    tee.refresh_from_db()
    assert (tee.summary, tee.variants.first().price) == ("", 4900)


def test_primary_variant_moves(tee):
    applied(("sku", "primary"), ("TEE-NAVY-M", "yes"), ("TEE-NAVY-S", "no"))
    assert tee.variants.get(is_primary=True).sku == "TEE-NAVY-M"


def test_new_active_product_is_published_with_a_primary_variant():
    applied(("sku", "product", "title", "price", "status"), ("CAP", "cap", "Cap", "9", "active"))
    assert Product.objects.published().get().variants.get().is_primary


@pytest.mark.parametrize(
    ("header", "cells", "column", "reason"),
    [
        ("price", "cheap", "price", "is not an amount such as 49.90"),
        ("price", "-5", "price", "is negative"),
        ("price", str(10**18), "price", "is too large"),
        ("price", "1.234", "price", "is no amount of EUR"),
        ("compare_at_price", "49", "compare_at_price", "is not above the price"),
        ("categories", "nowhere", "categories", "there is no category nowhere"),
        ("brand", "nobody", "brand", "there is no brand nobody"),
        ("option:size", "xxl", "option:size", "there is no option value xxl"),
        ("title", "a\0b", "title", "holds characters that are not text"),
        ("title", "x" * 201, "title", "is longer than 200 characters"),
        ("stock", "-1", "stock:workshop", "is not a whole number from 0 to 1000000"),
        ("status", "sold", "status", "is none of DRAFT, ACTIVE, ARCHIVED"),
        ("primary", "maybe", "primary", "is neither yes nor no"),
        ("published_at", "soon", "published_at", "is not a time such as 2026-03-01 08:00"),
        ("published_at", "0001-01-01", "published_at", "is not a time such as 2026-03-01 08:00"),
        (
            "published_at",
            "9999-12-31T23:59:59Z",
            "published_at",
            "is not a time such as 2026-03-01 08:00",
        ),
        ("media", "none.jpg", "media", "there is no picture none.jpg"),
        ("title", "=1+1", "title", "is a formula: give its value, or text after an apostrophe"),
        ("price", " =B2*2", "price", "is a formula: give its value, or text after an apostrophe"),
        ("title", "#REF!", "title", "is #REF!, an error of the spreadsheet"),
    ],
)
def test_bad_cell_is_told_with_line_column_and_reason(tee, header, cells, column, reason):
    batch = checked(("sku", header), ("TEE-NAVY-S", cells))
    assert problems(batch) == [(2, column, reason)]


def test_header_that_comes_again_is_told_as_such(tee):
    batch = checked(content=b"sku,title\nTEE-NAVY-S,Tee\nsku , title,\n")
    assert problems(batch) == [(3, "", "repeats the header line")]


def test_same_sku_twice_names_the_first_line(tee):
    batch = checked(("sku", "price"), ("TEE-NAVY-S", "5"), ("TEE-NAVY-S", "6"))
    assert problems(batch) == [(3, "sku", "stands in line 2 already")]


def test_same_options_twice_are_refused(tee, sizes):
    batch = checked(HEADER, ("cap", "Cap", "A", "9", "s"), ("cap", "", "B", "9", "s"))
    assert problems(batch) == [(3, "sku", "line 2 has the same options")]


def test_options_another_variant_has_are_refused(tee):
    header = ("product", "sku", "price", "option:color", "option:size")
    batch = checked(header, ("tee", "OTHER", "9", "navy", "s"))
    assert problems(batch) == [(2, "sku", "variant TEE-NAVY-S has the same options")]


def test_lines_of_a_product_may_not_contradict_each_other(tee):
    batch = checked(("sku", "title"), ("TEE-NAVY-S", "One"), ("TEE-NAVY-M", "Two"))
    assert problems(batch) == [(3, "title", "differs from line 2, where this product begins")]


def test_sku_of_another_product_is_refused(tee):
    batch = checked(("sku", "product"), ("TEE-NAVY-S", "cap"))
    assert problems(batch) == [(2, "product", "this SKU belongs to tee")]


def test_ragged_rows_are_errors(tee):
    batch = checked(content=b"sku,price\nTEE-NAVY-S\nTEE-NAVY-M,5,6\n")
    assert [problem[0] for problem in problems(batch)] == [2, 3]


def test_html_in_a_description_is_taken_out(tee):
    text = "<p>Soft &amp; warm</p><script>alert(1)</script>"
    applied(("sku", "description"), ("TEE-NAVY-S", text))
    tee.refresh_from_db()
    assert tee.description == "Soft & warm"


def test_file_with_errors_cannot_be_confirmed(tee):
    batch = checked(("sku", "price"), ("TEE-NAVY-S", "5"), ("TEE-NAVY-M", "x"))
    with pytest.raises(ImportRefused):
        batches.confirm(batch.pk, user=None, in_background=False)
    assert batches.apply(batch.pk).status == ImportBatch.Status.CHECKED
    assert set(tee.variants.values_list("price", flat=True)) == {4900}


def test_row_changed_since_the_check_stops_everything(tee):
    batch = checked(("sku", "price"), ("TEE-NAVY-S", "5"), ("TEE-NAVY-M", "6"))
    ProductVariant.objects.filter(sku="TEE-NAVY-M").update(barcode="4")
    batches.confirm(batch.pk, user=None, in_background=False)
    batch = batches.apply(batch.pk)
    assert batch.status == ImportBatch.Status.CHECKED
    assert batch.conflicts == [
        {"line": 3, "sku": "TEE-NAVY-M", "reason": "was changed by someone else"}
    ]
    assert set(tee.variants.values_list("price", flat=True)) == {4900}


def test_units_sold_since_the_check_stop_everything(tee):
    batch = checked(("sku", "price", "stock"), ("TEE-NAVY-S", "5", "8"))
    Movement.objects.create(
        stock=tee.variants.get(sku="TEE-NAVY-S").stocks.get(),
        kind="ADJUSTMENT",
        reason="LOST",
        quantity_change=-1,
    )
    batches.confirm(batch.pk, user=None, in_background=False)
    assert batches.apply(batch.pk).conflicts[0]["reason"] == "units came or went meanwhile"
    assert on_hand("TEE-NAVY-S") == 9
    assert tee.variants.get(sku="TEE-NAVY-S").price == 4900


def test_import_is_written_once(tee):
    batch = applied(("sku", "stock"), ("TEE-NAVY-S", "4"))
    assert batches.apply(batch.pk).status == ImportBatch.Status.APPLIED
    with pytest.raises(NotNow):
        batches.confirm(batch.pk, user=None)
    assert Movement.objects.filter(note__startswith="Import").count() == 1


def test_columns_one_may_not_write_are_an_error_of_the_file(tee):
    person = staff(Role.EMPLOYEE)
    batch = received(csv_file(("sku", "price", "stock"), ("TEE-NAVY-S", "5", "5")), user=person)
    with pytest.raises(ImportRefused, match="Price, On hand: workshop"):
        batches.choose_columns(batch.pk, batch.mapping, user=person)
    assert not ImportRow.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(tee, encoding, delimiter):
    rows = (("sku", "title"), ("TEE-NAVY-S", "Café für alle"))
    batch = checked(content=csv_file(*rows, encoding=encoding, delimiter=delimiter))
    assert batch.rows.get().after == {"title": "Café für alle"}


@pytest.mark.parametrize("start", ["sep=;\n", "\n;\n"], ids=["hint", "blank"])
def test_line_before_the_header_does_not_hide_it(tee, start):
    batch = checked(content=f"{start}sku;title\nTEE-NAVY-S;Soft, warm\n".encode())
    assert batch.rows.get().after == {"title": "Soft, warm"}


def test_columns_are_guessed_and_remembered(tee):
    content = csv_file(("Variant SKU", "Farbpreis", "Colour"), ("TEE-NAVY-S", "5", "navy"))
    batch = received(content)
    assert batch.mapping == {"Variant SKU": "sku", "Farbpreis": "", "Colour": "option:color"}
    chosen = batch.mapping | {"Farbpreis": "price"}
    batches.choose_columns(batch.pk, chosen, user=None, in_background=False)
    assert received(content).mapping == chosen


def test_minor_units_are_read_as_such(tee):
    batch = checked(("sku", "price_minor"), ("TEE-NAVY-S", "5900"))
    assert batch.rows.get().after == {"price": 5900}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "no header line"),
        (b"sku,sku\n", "Two columns"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x81\x8d", "no text"),
        (b"sku,ti\0tle\n", "no text"),
        (b"\xff\xfes", "no text"),
        (b"\xff\xfe\0\xd8s\0", "no text"),
        (b"\xd0\xcf\x11\xe0rest", "password"),
        (b"PK\x03\x04rest", "no workbook"),
        (b",".join(b"c%d" % n for n in range(300)), "more than 200 columns"),
        (b"x," * 1_500_000, "Line 1 cannot be read: it is longer than 2000000 characters"),
        (b",,\n" * 50_000, "no header line"),
        (b'"\n",' * 700_000, "Line 1 cannot be read: it is longer than 2000000 characters"),
    ],
)
def test_file_that_is_no_table_is_refused_and_not_kept(content, reason):
    assert reason in refusal(content)
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'sku,title\nA,"never closed\nB,x\n', "Line 2 cannot be read"),
        (b"sku,title\nA," + b"x" * 10_000_000 + b"\n", "Line 2 cannot be read"),
        (b"sku,title\nA,B\nC," + b'"\n",' * 700_000, "Line 3 cannot be read: it is longer"),
        ("sku,title\n".ljust(90_000, "\n").encode("utf-16") + b"\0\xd8B\0", "no text"),
        (b"sku,title\n", "no rows"),
    ],
)
def test_file_that_breaks_off_fails_with_a_reason(content, reason):
    batch = checked(content=content)
    assert batch.status == ImportBatch.Status.FAILED
    assert reason in batch.failure
    assert not batch.rows.exists()


def test_file_that_is_too_large_is_refused_before_all_of_it_came(monkeypatch, settings, tmp_path):
    def chunks():
        yield from (b"sku\n", b"A" * 20)
        pytest.fail("read on")

    settings.EXCHANGE_ROOT = tmp_path
    monkeypatch.setattr("catalog.imports.files.MAX_BYTES", 20)
    with pytest.raises(ImportRefused, match="larger than"):
        batches.receive(name="a.csv", chunks=chunks(), user=None)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_statements_do_not_grow_with_rows(tee):
    def statements(name, rows):
        lines = ((f"{name}{n}", f"{name}{n}", "Cap", "9", "3") for n in range(rows))
        with CaptureQueriesContext(connection) as seen:
            applied(("sku", "product", "title", "price", "stock"), *lines)
        return len(seen)

    statements("warm", 1)
    assert statements("few", 5) == statements("many", 50)


def test_memory_does_not_grow_with_the_file(monkeypatch):
    # Parts of 50 rows show with 400 what parts of 500 would show with 4,000.
    monkeypatch.setattr(staging, "CHUNK", 50)

    def peak(count):
        lines = ((f"S{n:06}", f"p{n:06}", "A cap", "9") for n in range(count))
        content = csv_file(("sku", "product", "title", "price"), *lines)
        tracemalloc.start()
        try:
            assert checked(content=content).new_rows == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(400) < peak(100) * 1.3
