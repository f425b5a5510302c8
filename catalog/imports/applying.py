"""Writing what a preview showed: in one transaction, and only if the shop is still as it was."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from audit import recording
from catalog.imports import columns, links, pictures, shelves, writing
from catalog.imports.columns import Column, Level
from catalog.imports.errors import ChangedMeanwhile, Moved
from catalog.imports.held import scope_of
from catalog.imports.references import ids_of
from catalog.imports.staging import chunks_of
from catalog.models import ImportBatch, ImportRow, Product, ProductVariant

#: Cells that are rows of other tables.
LINKED = frozenset({"categories", "collections", "media"})
Kind = ImportRow.Kind
#: Rows that were compared, so their products and variants have ids.
Rows = list[Any]

# The database refuses two primary variants, and two with the same options, even for a moment. So
# before anyone takes a place, all who leave one step aside; :func:`change_variants` gives each its
# own again.
_STEP_ASIDE = """
    WITH leaving AS MATERIALIZED (
        SELECT v.id, changed.moves, v.is_primary AND NOT changed.yields AS stays_primary
        FROM (
            SELECT variant_id, coalesce({side} -> 'primary' = 'false', false) AS yields,
                EXISTS (
                    SELECT FROM jsonb_object_keys(after) name WHERE name LIKE 'option:%%'
                ) AS moves
            FROM catalog_importrow
            WHERE batch_id = %s AND kind = 'CHANGED' AND NOT makes_variant
        ) changed
        JOIN catalog_productvariant v ON v.id = changed.variant_id
        WHERE changed.moves OR changed.yields
        ORDER BY v.id FOR NO KEY UPDATE OF v
    )
    UPDATE catalog_productvariant v SET
        is_primary = leaving.stays_primary,
        option_values = CASE WHEN leaving.moves THEN jsonb_build_object('', v.id)
            ELSE v.option_values END
    FROM leaving WHERE v.id = leaving.id
"""


def apply(batch: ImportBatch, watch: Callable[[int], None]) -> None:
    """Write all new and changed rows of ``batch``; call it inside a transaction.

    Statements are fixed for each chunk. Raises :class:`ChangedMeanwhile` when rows of the shop
    are no longer as they were compared.
    """
    step_aside(batch, "after")
    done = 0
    for rows in chunks_of(batch, Q(kind__in=[Kind.NEW, Kind.CHANGED])):
        with recording.batch():
            _apply(batch, rows)
        done += len(rows)
        watch(done)


def step_aside(batch: ImportBatch, side: str) -> None:
    """Take from all variants of ``batch`` what others may get on ``side``; see above."""
    with connection.cursor() as cursor:
        cursor.execute(_STEP_ASIDE.format(side=side), [batch.pk])


def _apply(batch: ImportBatch, rows: list[ImportRow]) -> None:
    leaders = [row for row in rows if row.is_leader]
    ids = {
        name: ids_of(name, (row.after.get(name) for row in leaders))
        for name in ("brand", "size_chart")
    }
    new = [row for row in leaders if row.makes_product]
    changed = [row for row in leaders if not row.makes_product and product_part(row.after)]
    refuse_taken(Product, "slug", {row.after["product"]: row for row in new})
    writing.create(Product, [_new_product(row, ids) for row in new])
    change_products(changed, "after", ids, {row.pk: row.product_version for row in changed})

    new = [row for row in rows if row.makes_variant]
    changed = [row for row in rows if not row.makes_variant and variant_part(row.after)]
    refuse_taken(ProductVariant, "sku", {row.sku: row for row in new})
    writing.create(ProductVariant, [_new_variant(row) for row in new])
    change_variants(changed, "after", {row.pk: row.variant_version for row in changed})

    arrange_links(rows, "after")
    pictures.note(batch, rows)
    note = _("Import %s") % batch.file_name
    shelves.move(
        [(row, row.before, row.after) for row in rows],
        note=note[:300],
        actor_id=batch.confirmed_by_id,
    )


def change_products(
    rows: Rows, side: str, ids: dict[str, dict[str, UUID]], versions: dict[UUID, int]
) -> None:
    """Give the products of ``rows`` the values of ``side``, "before" or "after".

    ``versions`` are those that the products must still have. Raises :class:`ChangedMeanwhile`.
    """
    locked = writing.lock(Product, [row.product_id for row in rows])
    refuse_moved(rows, locked, "product_id", versions)
    changes = {
        row.product_id: values_of(getattr(row, side), Level.PRODUCT, locked[row.product_id], ids)
        for row in rows
    }
    writing.change(Product, locked, changes)


def change_variants(rows: Rows, side: str, versions: dict[UUID, int]) -> None:
    """Give the variants of ``rows`` the values of ``side``; see :func:`change_products`."""
    locked = writing.lock(ProductVariant, [row.variant_id for row in rows])
    refuse_moved(rows, locked, "variant_id", versions)
    other = {"after": "before", "before": "after"}[side]
    for row in rows:
        _step_back(locked[row.variant_id], row, getattr(row, other))
    changes = {
        row.variant_id: values_of(getattr(row, side), Level.VARIANT, locked[row.variant_id], {})
        for row in rows
    }
    rising = {pk for pk, values in changes.items() if values.get("is_primary")}
    for pks in (changes.keys() - rising, rising):
        writing.change(ProductVariant, locked, {pk: changes[pk] for pk in sorted(pks)})


def _step_back(variant: ProductVariant, row: Any, cells: dict[str, Any]) -> None:
    """Show ``variant`` as it was before :func:`step_aside`, given the cells it then had."""
    if "primary" in cells:
        variant.is_primary = cells["primary"]
    moved = {column.part for column, _value in columns.of_level(row.after, Level.VARIANT)} - {""}
    if moved:
        kept = {name: value for name, value in row.options.items() if name not in moved}
        had = {name: cells.get(f"option:{name}") for name in moved}
        variant.option_values = kept | {name: value for name, value in had.items() if value}


def arrange_links(rows: Rows, side: str) -> None:
    """Bring categories, collections and pictures in line with ``side`` of the rows."""
    categories = {
        row.product_id: getattr(row, side)["categories"] or []
        for row in rows
        if row.is_leader and "categories" in getattr(row, side)
    }
    if categories:
        links.arrange_categories(categories)
    collections = {
        row.product_id: getattr(row, side)["collections"] or []
        for row in rows
        if row.is_leader and "collections" in getattr(row, side)
    }
    if collections:
        links.arrange_collections(collections)
    shown = {
        (row.product_id, scope_of(row.options or {})): getattr(row, side)["media"] or []
        for row in rows
        if "media" in getattr(row, side)
    }
    if shown:
        links.arrange_pictures(shown)


def values_of(
    cells: dict[str, Any], level: Level, held: Any, ids: dict[str, dict[str, UUID]]
) -> writing.Values:
    """The cells of ``level`` as columns of the table; ``held`` is the row as it is, or None."""
    values: writing.Values = {}
    for column, value in columns.of_level(cells, level):
        if column.name in LINKED:
            continue
        if column.part:
            known = values.get(column.field, getattr(held, column.field) if held else {})
            kept = {name: told for name, told in known.items() if name != column.part}
            values[column.field] = kept | ({column.part: value} if value else {})
        elif column.refers:
            values[f"{column.field}_id"] = ids[column.refers].get(value) if value else None
        else:
            values[column.field] = _stored(column, value)
    return values


def _stored(column: Column, value: Any) -> Any:
    return column.empty if value is None and column.empty == "" else value


def product_part(cells: dict[str, Any]) -> bool:
    """Whether the cells say something of the product itself."""
    return any(True for _cell in columns.of_level(cells, Level.PRODUCT))


def variant_part(cells: dict[str, Any]) -> bool:
    """Whether the cells say something of the variant itself."""
    return any(column.name != "media" for column, _v in columns.of_level(cells, Level.VARIANT))


def refuse_moved(
    rows: Iterable[ImportRow], locked: dict[UUID, Any], key: str, versions: dict[UUID, int]
) -> None:
    """Raises :class:`ChangedMeanwhile` for rows that are gone or have another version."""
    moved = [
        Moved(row.pk, _("was changed by someone else"))
        for row in rows
        if (held := locked.get(getattr(row, key))) is None
        or held.is_deleted
        or held.version != versions[row.pk]
    ]
    if moved:
        raise_moved(moved)


def refuse_taken(model: Any, name: str, rows: dict[str, ImportRow]) -> None:
    """Raises :class:`ChangedMeanwhile` where someone else made the row meanwhile."""
    if not rows:
        return
    taken = model.objects.filter(**{f"{name}__in": rows}).values_list(name, flat=True)
    moved = [Moved(rows[key].pk, _("was made by someone else")) for key in taken]
    if moved:
        raise_moved(moved)


def raise_moved(moved: list[Moved]) -> None:
    raise ChangedMeanwhile(
        _("The shop changed since the file was checked, so nothing was written."), moved
    )


def _new_product(row: Any, ids: dict[str, dict[str, UUID]]) -> Product:
    values = values_of(row.after, Level.PRODUCT, None, ids)
    return Product(id=row.product_id, currency=settings.SHOP_CURRENCY, **values)


def _new_variant(row: Any) -> ProductVariant:
    values = values_of(row.after, Level.VARIANT, None, {})
    return ProductVariant(
        id=row.variant_id, product_id=row.product_id, position=row.position, **values
    )
