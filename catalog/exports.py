"""Products as CSV or XLSX files that an import takes back unchanged.

One row for each live variant, read by chunks of products in order of their keys, so memory does
not grow with the shop. Text that a spreadsheet would run as a formula is disarmed
(:mod:`catalog.imports.cells`).
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl  # type: ignore[import-untyped]
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from audit.models import AuditLog
from audit.recording import record
from catalog.imports import columns
from catalog.imports.cells import Cell
from catalog.imports.files import draft_in
from catalog.imports.held import Held, load_details
from catalog.models import (
    ImportBatch,
    Product,
    ProductExport,
    ProductVariant,
)
from catalog.product_filter import selected
from inventory.models import Location
from shop.accounts.models import User

#: Name of the job in ``catalog.tasks``.
WRITE = "catalog.write_export"
#: Products read together.
CHUNK = 500
#: From so many products on a job writes the file.
LARGE = 5_000
#: Attributes that get a column of their own.
MAX_ATTRIBUTES = 60


def column_names() -> list[str]:
    """Every column an export can have, in order."""
    plain = [column.name for column in columns.COLUMNS if not column.means]
    stocks = [f"stock:{code}" for code in Location.objects.values_list("code", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT jsonb_object_keys(attributes) AS name FROM catalog_product "
            "WHERE deleted_at IS NULL ORDER BY name LIMIT %s",
            [MAX_ATTRIBUTES],
        )
        attributes = [f"attribute:{name}" for (name,) in cursor.fetchall()]
    known = [name for name in attributes if columns.column(name)]
    return [*plain, "option:color", "option:size", *known, *stocks]


def rows(selection: dict[str, str], names: Sequence[str]) -> Iterator[list[Cell]]:
    """The header and a row for each variant, with a fixed number of queries for each chunk."""
    chosen = [columns.known(name) for name in names]
    yield list(names)
    for held in _chunks(selected(selection), names):
        for variant in held.variants.values():
            yield [column.write(held.value(column, variant.product, variant)) for column in chosen]


def csv_lines(found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """CSV text line by line, opened by a mark that tells spreadsheets it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in found:
        yield writer.writerow(row)


def write_file(path: Path, file_format: str, found: Iterable[Sequence[Cell]]) -> int:
    """Write ``path`` in one step as "CSV" or "XLSX"; returns the number of rows."""
    count = -1

    def counted() -> Iterator[Sequence[Cell]]:
        nonlocal count
        for row in found:
            count += 1
            yield row

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with draft_in(path.parent) as (draft, file):
        if file_format == ImportBatch.Format.XLSX:
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("products")
            for row in counted():
                sheet.append(list(row))
            book.save(file)
        else:
            for line in csv_lines(counted()):
                file.write(line.encode())
    draft.replace(path)
    return count


def record_export(
    file_format: str, selection: dict[str, str], names: Sequence[str], object_id: str = "products"
) -> None:
    """Write down that the person acting now took products out."""
    told = {"format": file_format, "filter": selection, "columns": list(names)}
    record(AuditLog.Action.EXPORT, Product, object_id, {}, told)


def order(
    *,
    file_format: str,
    selection: dict[str, str],
    names: Sequence[str],
    user: User | None,
    **more: Any,
) -> ProductExport:
    """Have a job write the file; staff fetch it when it is READY.

    ``more`` are further columns of the :class:`ProductExport`.
    """
    export: ProductExport = ProductExport.objects.create(
        format=file_format,
        selection=selection,
        columns=list(names),
        requested_by=user,
        **more,
    )
    record_export(file_format, selection, names, str(export.pk))
    app.configure_task(WRITE).defer(export_id=str(export.pk))
    return export


def write_ordered(export_id: UUID) -> ProductExport:
    """Write the file of an ordered export; safe to run again."""
    export: ProductExport = ProductExport.objects.get(pk=export_id)
    if export.status == ProductExport.Status.READY:
        return export
    try:
        found = rows(export.selection, export.columns)
        export.row_count = write_file(path_of(export), export.format, found)
        export.status = ProductExport.Status.READY
    except BaseException:
        export.status = ProductExport.Status.FAILED
        export.save()
        raise
    export.save()
    return export


def path_of(export: ProductExport) -> Path:
    """Where the file of ``export`` lies."""
    return Path(settings.EXCHANGE_ROOT) / "exports" / f"{export.pk.hex}.{export.format.lower()}"


class _Echo:
    """Gives back what the CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def _chunks(products: "QuerySet[Product]", names: Sequence[str]) -> Iterator[Held]:
    ordered = products.order_by("pk")
    last: UUID | None = None
    while True:
        rest = ordered.filter(pk__gt=last) if last else ordered
        chunk = list(rest[:CHUNK])
        if not chunk:
            return
        last = chunk[-1].pk
        by_id: dict[Any, Product] = {product.pk: product for product in chunk}
        held = Held(products={product.slug: product for product in chunk})
        variants = ProductVariant.objects.filter(product__in=by_id)
        for variant in variants.order_by("product_id", "-is_primary", "position", "sku"):
            variant.product = by_id[variant.product_id]
            held.variants[variant.sku] = variant
        load_details(held, names)
        yield held
