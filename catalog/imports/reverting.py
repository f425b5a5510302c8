"""Taking an import back: old values return, what it made is withdrawn, all of it or nothing."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import recording
from catalog.imports import applying, shelves, writing
from catalog.imports.references import ids_of
from catalog.imports.staging import chunks_of
from catalog.models import ImportBatch, ImportPicture, ImportRow, Product, ProductVariant

Kind = ImportRow.Kind


def revert(batch: ImportBatch, actor_id: UUID | None, watch: Callable[[int], None]) -> None:
    """Undo all rows that ``batch`` wrote; call it inside a transaction.

    Changed rows get their old values back, new variants and products are withdrawn (orders keep
    them), units go the way back through the ledger. Raises
    :class:`~catalog.imports.errors.ChangedMeanwhile` when rows changed since the import.
    """
    applying.step_aside(batch, "before")
    ImportPicture.objects.filter(batch=batch, status=ImportPicture.Status.WAITING).delete()
    # New variants go first: the old ones may want their options back.
    for rows in chunks_of(batch, Q(kind=Kind.NEW)):
        with recording.batch():
            _move_back(batch, rows, actor_id)
            _withdraw(ProductVariant, "variant_id", rows)
            _withdraw(Product, "product_id", [row for row in rows if row.makes_product])
    done = 0
    for rows in chunks_of(batch, Q(kind__in=[Kind.NEW, Kind.CHANGED])):
        with recording.batch():
            _move_back(batch, [row for row in rows if not row.makes_variant], actor_id)
            _restore(rows)
        done += len(rows)
        watch(done)


def _move_back(batch: ImportBatch, rows: list[ImportRow], actor_id: UUID | None) -> None:
    shelves.move(
        [(row, row.after, _emptied(row)) for row in rows],
        note=(_("Import %s reverted") % batch.file_name)[:300],
        actor_id=actor_id,
        is_exact=False,
    )


def _restore(rows: list[ImportRow]) -> None:
    leaders = [row for row in rows if row.is_leader and not row.makes_product]
    changed = [row for row in leaders if applying.product_part(row.after)]
    ids = {
        name: ids_of(name, (row.before.get(name) for row in changed))
        for name in ("brand", "size_chart")
    }
    versions = {row.pk: row.product_version + 1 for row in changed}
    applying.change_products(changed, "before", ids, versions)

    changed = [row for row in rows if not row.makes_variant and applying.variant_part(row.after)]
    versions = {row.pk: row.variant_version + 1 for row in changed}
    applying.change_variants(changed, "before", versions)
    applying.arrange_links([row for row in rows if not row.makes_product], "before")


def _emptied(row: ImportRow) -> dict[str, int | None]:
    """The stock cells as they were; a shelf that the import made goes back to nothing."""
    return {name: row.before.get(name) for name in row.after if name.startswith("stock:")}


def _withdraw(model: type[Product] | type[ProductVariant], key: str, rows: list[ImportRow]) -> None:
    locked = writing.lock(model, [getattr(row, key) for row in rows])
    applying.refuse_moved(rows, locked, key, {row.pk: 1 for row in rows})
    now = timezone.now()
    values: writing.Values = {"deleted_at": now}
    if model is Product:
        values["status"] = Product.Status.ARCHIVED
    writing.change(model, locked, dict.fromkeys(locked, values))
