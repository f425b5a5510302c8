"""The second look: every row of a file against what the shop holds, chunk by chunk."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from catalog.imports import columns, judging, neighbors, writing
from catalog.imports.columns import Level
from catalog.imports.held import Held, load_details, load_siblings, load_variants
from catalog.imports.references import REFERENCES, Found
from catalog.imports.staging import chunks_of, told_cells
from catalog.models import ImportBatch, ImportRow

Kind = ImportRow.Kind
#: What comparing finds out about a row.
_FINDINGS = (
    "kind",
    "before",
    "after",
    "errors",
    "makes_product",
    "makes_variant",
    "product_id",
    "variant_id",
    "product_version",
    "variant_version",
    "options",
    "is_primary",
    "position",
)
# Windows, not joins of the table with itself: the planner knows nothing yet of rows this young.
_FOLLOW_LEADERS = """
    UPDATE catalog_importrow r SET product_id = leader.product_id
    FROM (SELECT id, first_value(product_id) OVER (PARTITION BY product_slug ORDER BY line)
                 AS product_id
          FROM catalog_importrow WHERE batch_id = %(batch)s AND product_slug <> '') leader
    WHERE r.id = leader.id AND r.product_id IS NULL
"""
_CHOOSE_PRIMARIES = """
    UPDATE catalog_importrow r SET is_primary = true, after = r.after || '{"primary": true}'
    FROM (SELECT id, bool_or(is_primary) OVER (PARTITION BY product_slug) AS has_one
          FROM catalog_importrow WHERE batch_id = %(batch)s AND product_slug <> '') said
    WHERE r.id = said.id AND r.makes_product AND NOT said.has_one
"""
_REFUSE_SECOND_PRIMARIES = """
    UPDATE catalog_importrow r SET kind = 'ERROR', errors = r.errors || jsonb_build_array(
        jsonb_build_object('column', 'primary', 'reason', format(%(reason)s, same.first)))
    FROM (SELECT id, line, min(line) OVER (PARTITION BY product_slug) AS first
          FROM catalog_importrow
          WHERE batch_id = %(batch)s AND is_primary AND product_slug <> '') same
    WHERE r.id = same.id AND same.line > same.first AND r.kind <> 'ERROR'
"""
_REFUSE_TWINS = """
    UPDATE catalog_importrow r SET kind = 'ERROR', errors = r.errors || jsonb_build_array(
        jsonb_build_object('column', 'sku', 'reason', format(%(reason)s, same.first)))
    FROM (SELECT id, line, min(line) OVER (PARTITION BY product_slug, options) AS first
          FROM catalog_importrow
          WHERE batch_id = %(batch)s AND options IS NOT NULL AND product_slug <> '') same
    WHERE r.id = same.id AND same.line > same.first AND r.kind <> 'ERROR'
"""
_REFUSE_OTHER_PICTURES = """
    UPDATE catalog_importrow r SET kind = 'ERROR', errors = r.errors || jsonb_build_array(
        jsonb_build_object('column', 'media', 'reason', %(reason)s))
    FROM (SELECT id, cells ->> 'media' AS media, first_value(cells ->> 'media') OVER (
                 PARTITION BY product_slug, coalesce(options ->> 'color', '') ORDER BY line)
                 AS first
          FROM catalog_importrow
          WHERE batch_id = %(batch)s AND cells ->> 'media' IS NOT NULL) said
    WHERE r.id = said.id AND said.media <> said.first AND r.kind <> 'ERROR'
"""
_COUNTED = {
    "new_rows": Kind.NEW,
    "changed_rows": Kind.CHANGED,
    "unchanged_rows": Kind.UNCHANGED,
    "error_rows": Kind.ERROR,
}


def compare(batch: ImportBatch, watch: Callable[[int], None]) -> None:
    """Find out what each staged row would change, and set the counts of ``batch`` (unsaved).

    Statements are fixed for each chunk. ``watch`` hears how many rows are done.
    """
    done = 0
    for rows in chunks_of(batch):
        _compare(batch, rows)
        writing.write(
            ImportRow,
            _FINDINGS,
            [{"id": row.pk, **{name: getattr(row, name) for name in _FINDINGS}} for row in rows],
        )
        done += len(rows)
        watch(done)
    neighbors.refuse_taken_options(batch)
    values = {"batch": batch.pk}
    with writing.unhurried() as cursor:
        cursor.execute(_FOLLOW_LEADERS, values)
        reason = _("line %s is primary already")
        cursor.execute(_REFUSE_SECOND_PRIMARIES, values | {"reason": reason})
        cursor.execute(_CHOOSE_PRIMARIES, values)
        reason = _("line %s has the same options")
        cursor.execute(_REFUSE_TWINS, values | {"reason": reason})
        reason = _("another line of this color has other pictures")
        cursor.execute(_REFUSE_OTHER_PICTURES, values | {"reason": reason})
    counts = ImportRow.objects.filter(batch=batch).aggregate(
        **{name: Count("pk", filter=Q(kind=kind)) for name, kind in _COUNTED.items()}
    )
    for name, count in counts.items():
        setattr(batch, name, count)


def _compare(batch: ImportBatch, rows: list[ImportRow]) -> None:
    held = load_variants((row.sku for row in rows), (row.product_slug for row in rows))
    load_details(held, [name for name in batch.mapping.values() if name])
    load_siblings(held)
    said = {row.pk: told_cells(row) for row in rows}
    _resolve(rows, said)
    primaries = judging.primaries_of(batch, rows, held)
    for row in rows:
        # A line that names nothing has been told so.
        if row.sku or row.product_slug:
            _compare_row(row, said[row.pk], held)
            judging.judge(row, held, primaries)
        row.kind = _kind_of(row)


def _resolve(rows: list[ImportRow], said: dict[UUID, dict[str, Any]]) -> None:
    """Replace what refers to other rows by their canonical keys; refuse what is not there."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for cells in said.values():
        for name, value in cells.items():
            column = columns.known(name)
            if column.refers and column.level is not Level.STOCK and value:
                texts = value if isinstance(value, list) else [value]
                wanted[column.refers] |= {_text_of(column, text) for text in texts}
    found = {name: REFERENCES[name].find(texts) for name, texts in wanted.items()}
    for row in rows:
        cells = said[row.pk]
        for name in list(cells):
            column = columns.known(name)
            if column.refers in found and column.level is not Level.STOCK and cells[name]:
                _resolve_cell(row, cells, column, found[column.refers])


def _text_of(column: columns.Column, text: str) -> str:
    return f"{column.part}:{text}" if column.refers == "option" else text


def _resolve_cell(
    row: ImportRow, cells: dict[str, Any], column: columns.Column, found: dict[str, Found]
) -> None:
    value = cells[column.name]
    texts = value if isinstance(value, list) else [value]
    missing = [text for text in texts if _text_of(column, text) not in found]
    if missing:
        reason = str(REFERENCES[column.refers].missing) % ", ".join(missing)
        row.errors.append({"column": column.name, "reason": reason})
        del cells[column.name]
        return
    keys = [found[_text_of(column, text)].key for text in texts]
    cells[column.name] = list(dict.fromkeys(keys)) if isinstance(value, list) else keys[0]


def _compare_row(row: ImportRow, said: dict[str, Any], held: Held) -> None:
    variant = held.variants.get(row.sku)
    product = variant.product if variant else held.products.get(row.product_slug)
    row.before, row.after = {}, {}
    row.makes_variant = variant is None
    row.makes_product = product is None and row.is_leader
    for name, value in said.items():
        column = columns.known(name)
        is_new = product is None if column.level is Level.PRODUCT else variant is None
        if is_new:
            if value not in (None, "", []):
                row.after[name] = value
            continue
        assert product is not None  # noqa: S101 - a variant comes with its product
        now = held.value(column, product, variant)
        if not column.is_same(value, now):
            row.before[name], row.after[name] = now, value
    judging.complete(row, held, product, variant)


def _kind_of(row: ImportRow) -> str:
    if row.errors:
        return Kind.ERROR
    if row.makes_variant:
        return Kind.NEW
    return Kind.CHANGED if row.after else Kind.UNCHANGED
