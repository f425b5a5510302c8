"""XLSX files: what is read from them, and those made to hurt."""

import io
import re
import tracemalloc
import zipfile
from datetime import datetime

import openpyxl
import pytest

from catalog import exports
from catalog.imports import workbooks
from catalog.imports.errors import ImportRefused
from catalog.models import ImportBatch
from catalog.tests.factories import ProductFactory
from catalog.tests.imported import checked, problems, received

pytestmark = pytest.mark.django_db

SHEET = "xl/worksheets/sheet1.xml"


def workbook(*sheets):
    """The bytes of a workbook; each sheet is a list of rows."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def with_part(content, part, change):
    """The workbook ``content`` with one of its parts changed."""
    out = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(out, "w") as archive:
        for name in whole.namelist():
            text = whole.read(name).decode()
            archive.writestr(name, change(text) if name == part else text)
    return out.getvalue()


def bomb(name):
    """A small archive with a part of 20 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * 20 * 1024**2)
    return out.getvalue()


def refusal(content):
    with pytest.raises(ImportRefused) as refused:
        received(content, "products.xlsx")
    assert not ImportBatch.objects.exists()
    return refused.value.reason


def test_numbers_dates_and_ticks_are_read_as_a_csv_file_would_say_them():
    ProductFactory(slug="tee", title="Tee")
    header = ["sku", "price", "barcode", "published_at", "weight_grams"]
    cells = ["TEE-NAVY-S", 59.9, 4006381333931, datetime(2026, 3, 1, 8), 180.0]
    after = checked(content=workbook([header, cells])).rows.get().after
    assert after == {
        "price": 5990,
        "barcode": "4006381333931",
        "published_at": "2026-03-01T07:00:00+00:00",
        "weight_grams": 180,
    }


@pytest.mark.parametrize("number", ["1e999", "nan", "-1e999"])
def test_number_without_size_is_an_error_of_the_row(number):
    ProductFactory(slug="tee")
    content = workbook([["sku", "price"], ["TEE-NAVY-S", 59]])
    batch = checked(
        content=with_part(content, SHEET, lambda part: part.replace(">59<", f">{number}<"))
    )
    assert problems(batch) == [(2, "price", "is not an amount such as 49.90")]


def sharing(content, *texts):
    """The workbook ``content`` with its cells "0", "1" and so on saying what they share, as Excel
    writes them."""
    out = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(content))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    with zipfile.ZipFile(out, "w") as archive:
        for name in whole.namelist():
            part = whole.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                part = re.sub(r'"inlineStr"><is><t>(\d+)</t></is>', r'"s"><v>\1</v>', part)
            if name == "xl/_rels/workbook.xml.rels":
                link = f'<Relationship Id="texts" Type="{kind}" Target="sharedStrings.xml"/>'
                part = part.replace("</Relationships>", f"{link}</Relationships>")
            archive.writestr(name, part)
        archive.writestr("xl/sharedStrings.xml", f"<sst>{''.join(texts)}</sst>")
    return out.getvalue()


def test_shared_texts_are_read_with_all_their_runs_but_not_how_to_pronounce_them():
    ProductFactory(slug="tee")
    content = workbook([["1", "0"], ["2", "3"]])
    runs = "<si><r><t>A </t></r><r><t>B</t></r><rPh sb='0' eb='1'><t>aby</t></rPh></si>"
    texts = ("<si><t>title</t></si>", "<si><t>sku</t></si>", "<si><t>TEE-NAVY-S</t></si>", runs)
    assert checked(content=sharing(content, *texts)).rows.get().after == {"title": "A B"}


def test_shared_text_that_is_not_there_is_refused():
    assert "no workbook" in refusal(sharing(workbook([["0"], ["7"]]), "<si><t>sku</t></si>"))


def test_sheet_with_a_sku_column_is_found():
    batch = received(workbook([["Notes"]], [["SKU", "Title"], ["A", "B"]]), "products.xlsx")
    assert (batch.sheet, batch.mapping) == ("Sheet 1", {"SKU": "sku", "Title": "title"})


def test_workbook_without_such_a_sheet_names_its_sheets():
    reason = refusal(workbook([["Notes"]], [["More notes"]]))
    assert "“Sheet 0”, “Sheet 1”" in reason


def test_cell_with_an_error_of_excel_is_an_error_of_the_row():
    ProductFactory(slug="tee")
    batch = checked(content=workbook([["sku", "price"], ["TEE-NAVY-S", "#N/A"]]))
    assert problems(batch) == [(2, "price", "is #N/A, an error of the spreadsheet")]


def test_formula_that_nobody_worked_out_is_an_error_of_the_row():
    ProductFactory(slug="tee")
    batch = checked(content=workbook([["sku", "summary"], ["TEE-NAVY-S", "=A1&A2"]]))
    reason = "is a formula: give its value, or text after an apostrophe"
    assert problems(batch) == [(2, "summary", reason)]


def test_formula_says_what_it_came_to_be_it_nothing():
    ProductFactory(slug="tee", summary="Soft")
    whole = workbook([["sku", "title", "summary"], ["TEE-NAVY-S", "=1+1", "=2+2"]])
    cells = '<c t="str"><f>1+1</f><v>Cap</v></c><c t="str"><f>2+2</f><v></v></c>'
    content = with_part(whole, SHEET, lambda part: re.sub(r'<c r="B2".*</c>', cells, part))
    assert checked(content=content).rows.get().after == {"title": "Cap", "summary": ""}


def test_workbook_of_too_many_columns_is_refused():
    assert "more than 200 columns" in refusal(workbook([["sku", *range(16_000)]]))


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", SHEET])
def test_workbook_that_unpacks_to_far_more_is_refused(part):
    assert "unpacks to far more" in refusal(bomb(part))


def test_workbook_with_a_password_is_refused():
    content = bytearray(workbook([["sku"], ["A"]]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 1)
    assert "password" in refusal(bytes(content))


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml"])
@pytest.mark.parametrize(
    "entities",
    ['<!ENTITY a "ha"><!ENTITY b "&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/hostname">'],
)
def test_workbook_with_entities_is_refused(part, entities):
    hostile = f"<!DOCTYPE x [{entities}]><worksheet>&b;</worksheet>"
    whole = workbook([["sku"], ["A"]])
    assert "no workbook" in refusal(with_part(whole, part, lambda _part: hostile))


def merged(content, place):
    marks = f'</sheetData><mergeCells><mergeCell ref="{place}"/></mergeCells>'
    return with_part(content, SHEET, lambda part: part.replace("</sheetData>", marks))


def test_merged_cells_are_refused_and_named():
    ProductFactory(slug="tee")
    rows = [["sku", "summary"], ["TEE-NAVY-S", "Soft"], ["TEE-NAVY-M", None]]
    batch = checked(content=merged(workbook(rows), "B2:B3"))
    assert batch.status == ImportBatch.Status.FAILED
    assert "The cells B2:B3 are merged" in batch.failure
    assert not batch.rows.exists()


def test_merged_cells_of_another_sheet_are_nobodys_business():
    content = workbook([["Notes", None]], [["sku"], ["A"]])
    assert received(merged(content, "A1:B1"), "products.xlsx").sheet == "Sheet 1"


@pytest.mark.parametrize(
    "swollen",
    [lambda: f'<row><c r="{"A" * 3_000_000}"/></row>', lambda: f"<!--{'A' * 3_000_000}-->"],
    ids=["attribute", "comment"],
)
def test_tag_without_end_is_refused_at_once(swollen):
    content = with_part(
        workbook([["sku"]]), SHEET, lambda part: part.replace("<sheetData>", swollen())
    )
    assert "no workbook" in refusal(content)


def test_header_is_not_searched_for_below_endless_blank_rows(monkeypatch):
    monkeypatch.setattr(workbooks, "HEADER_WITHIN", 200_000)
    blank = "<sheetData>" + "<row/>" * 50_000
    content = with_part(
        workbook([["sku"], ["A"]]), SHEET, lambda part: part.replace("<sheetData>", blank)
    )
    assert refusal(content)


def test_sheet_of_more_rows_than_a_sheet_can_have_is_refused(monkeypatch):
    monkeypatch.setattr("catalog.imports.sheets._LAST_ROW", 3)
    batch = checked(content=workbook([["sku"], ["A"], ["B"], ["C"]]))
    assert "no workbook" in batch.failure


def test_memory_does_not_grow_with_a_workbook(tmp_path):
    def peak(count):
        path = tmp_path / f"{count}.xlsx"
        rows = ([f"S{number:06}", "A cap", 9] for number in range(count))
        exports.write_file(path, "XLSX", (["sku", "title", "price"], *rows))
        tracemalloc.start()
        try:
            assert sum(1 for _line in workbooks.lines(path, "products", 200)) == count + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(12_000) < peak(6_000) * 1.1
