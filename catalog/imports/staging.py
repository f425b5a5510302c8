"""The first look at a file: every line becomes an ``ImportRow``, and the file is held against
itself, before anything is compared with the shop."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.imports import CHUNK, columns, files, writing
from catalog.imports.columns import KEPT, Column, Level
from catalog.imports.errors import CellRefused, ImportRefused
from catalog.models import ImportBatch, ImportRow

Watch = Callable[[int], None]

# A price list may name SKUs only; the product is the one they belong to.
_FILL_PRODUCTS = """
    UPDATE catalog_importrow r SET product_slug = p.slug
    FROM catalog_productvariant v JOIN catalog_product p ON p.id = v.product_id
    WHERE r.batch_id = %(batch)s AND r.product_slug = '' AND v.sku = r.sku
      AND v.deleted_at IS NULL
"""
# Windows, not joins of the table with itself: the planner knows nothing yet of rows this young.
_REFUSE_TWICE = """
    UPDATE catalog_importrow r SET errors = r.errors || jsonb_build_array(jsonb_build_object(
        'column', 'sku', 'reason', format(%(reason)s, same.first)))
    FROM (SELECT id, line, min(line) OVER (PARTITION BY sku) AS first
          FROM catalog_importrow WHERE batch_id = %(batch)s AND sku <> '') same
    WHERE r.id = same.id AND same.line > same.first
"""
_MARK_LEADERS = """
    UPDATE catalog_importrow r SET is_leader = true
    FROM (SELECT DISTINCT ON (product_slug) id FROM catalog_importrow
          WHERE batch_id = %(batch)s AND product_slug <> ''
          ORDER BY product_slug, line) leader
    WHERE r.id = leader.id
"""
# Later lines of a product leave its own cells blank or repeat them.
_REFUSE_CONTRADICTIONS = """
    UPDATE catalog_importrow r SET errors = r.errors || jsonb_build_array(jsonb_build_object(
        'column', said.key, 'reason', format(%(reason)s, said.line)))
    FROM (SELECT DISTINCT ON (row.id) row.id, cell.key, row.first AS line
          FROM (SELECT id, line, cells, first_value(cells) OVER product AS told,
                       first_value(line) OVER product AS first
                FROM catalog_importrow WHERE batch_id = %(batch)s AND product_slug <> ''
                WINDOW product AS (PARTITION BY product_slug ORDER BY line)) row
          CROSS JOIN LATERAL jsonb_each(row.cells) cell
          WHERE row.line > row.first
            AND split_part(cell.key, ':', 1) = ANY(%(names)s)
            AND cell.value <> 'null' AND row.told ? cell.key
            AND row.told -> cell.key <> cell.value
          ORDER BY row.id, cell.key) said
    WHERE r.id = said.id
"""


def stage(batch: ImportBatch, watch: Watch) -> int:
    """Read the whole file into rows; returns their number. ``watch`` hears how many are read.

    Raises :class:`ImportRefused` for a file that cannot be read to its end.
    """
    forget(batch)
    used = [
        (index, header, columns.known(batch.mapping[header]))
        for index, header in enumerate(batch.headers)
        if batch.mapping.get(header)
    ]
    found = files.lines(batch)
    count = 0
    for chunk in _chunks(found):
        rows = [_row(batch, number, cells, used) for number, cells in chunk]
        ImportRow.objects.bulk_create(rows)
        count += len(rows)
        watch(count)
    if not count:
        raise ImportRefused(_("The file has a header line and no rows."))
    _hold_against_itself(batch.pk)
    return count


def forget(batch: ImportBatch) -> None:
    """Delete the rows of ``batch``, without reading them."""
    rows = ImportRow.objects.filter(batch=batch)
    with writing.unhurried():
        rows._raw_delete(rows.db)


def _chunks(found: Iterator[files.Line]) -> Iterator[list[files.Line]]:
    while chunk := list(islice(found, CHUNK)):
        yield chunk


def _row(
    batch: ImportBatch, number: int, cells: list[str], used: list[tuple[int, str, Column]]
) -> ImportRow:
    row = ImportRow(batch=batch, line=number, cells={}, errors=[])
    width = len(batch.headers)
    if files.repeats_header(batch, cells):
        row.errors.append({"column": "", "reason": _("repeats the header line")})
        return row
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        reason = _("%(cells)d cells, but the header has %(headers)d")
        row.errors.append(
            {"column": "", "reason": reason % {"cells": len(cells), "headers": width}}
        )
    elif len(cells) < width and batch.format == ImportBatch.Format.CSV:
        reason = _("%(cells)d cells only, but the header has %(headers)d")
        row.errors.append(
            {"column": "", "reason": reason % {"cells": len(cells), "headers": width}}
        )
    for index, _header, column in used:
        text = cells[index] if index < len(cells) else ""
        try:
            row.cells[column.key] = column.read(text)
        except CellRefused as refused:
            row.errors.append({"column": column.key, "reason": refused.reason})
    row.sku = row.cells.get("sku") or ""
    row.product_slug = row.cells.get("product") or ""
    if not row.sku and not any(error["column"] == "sku" for error in row.errors):
        row.errors.append({"column": "sku", "reason": _("is missing")})
    return row


def _hold_against_itself(batch_id: UUID) -> None:
    product_columns = [
        column.name
        for column in (*columns.COLUMNS, *columns.FAMILIES)
        if column.level is Level.PRODUCT and column.name != "product"
    ]
    values: dict[str, Any] = {"batch": batch_id, "names": product_columns}
    with writing.unhurried() as cursor:
        cursor.execute(_FILL_PRODUCTS, values)
        cursor.execute(_REFUSE_TWICE, values | {"reason": _("stands in line %s already")})
        cursor.execute(_MARK_LEADERS, values)
        reason = _("differs from line %s, where this product begins")
        cursor.execute(_REFUSE_CONTRADICTIONS, values | {"reason": reason})


def chunks_of(batch: ImportBatch, *conditions: Q) -> Iterator[list[ImportRow]]:
    """The rows of ``batch`` that meet ``conditions`` in order of lines, by chunks."""
    rows = ImportRow.objects.filter(*conditions, batch=batch).order_by("line")
    last = 0
    while chunk := list(rows.filter(line__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].line


def told_cells(row: ImportRow) -> dict[str, Any]:
    """What the row says, blanks as what they mean; without cells that leave things as they are."""
    said = {}
    for name, value in row.cells.items():
        column = columns.known(name)
        if column.level is Level.PRODUCT and not row.is_leader:
            continue
        if value is not None:
            said[name] = value
        elif column.empty is not KEPT:
            said[name] = column.empty
    return said
