"""What a row must be besides readable: complete, allowed by its neighbors, sensible in price."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.imports import columns
from catalog.imports.cells import plain
from catalog.imports.held import Held, scope_of
from catalog.models import ImportBatch, ImportRow, Product, ProductVariant
from shop.models import new_id

_AMOUNTS = ("price", "compare_at_price", "cost")


def complete(
    row: ImportRow, held: Held, product: Product | None, variant: ProductVariant | None
) -> None:
    """Fill in what a new row leaves open, and note what it was compared with."""
    row.product_id = product.pk if product else (new_id() if row.makes_product else None)
    row.product_version = product.version if product else 0
    row.variant_id = variant.pk if variant else new_id()
    row.variant_version = variant.version if variant else 0
    row.position = row.line + (held.positions.get(product.pk, -1) + 1 if product else 0)
    held_options: dict[str, Any] = variant.option_values if variant else {}
    row.options = held_options | {
        column.part: value
        for column, value in columns.of_level(row.after, columns.Level.VARIANT)
        if column.part
    }
    row.is_primary = row.after.get("primary", variant.is_primary if variant else False)
    if variant is None and product is not None and "media" in row.after:
        row.before["media"] = held.pictures.get((product.pk, scope_of(row.options)), [])
    if variant is None:
        row.after.setdefault("variant_title", _title_of(row))
        if product is not None and "price" not in row.after:
            for name in _AMOUNTS:
                if (amount := getattr(product, name)) is not None:
                    row.after.setdefault(name, amount)
    if row.makes_product:
        row.after.setdefault("status", Product.Status.DRAFT.value)
        if "product_price" not in row.after:
            for name in _AMOUNTS:
                if name in row.after:
                    row.after.setdefault(f"product_{name}", row.after[name])
    goes_live = row.after.get("status") == Product.Status.ACTIVE
    if goes_live and (product is None or product.published_at is None):
        row.before |= {"published_at": None} if product else {}
        row.after.setdefault("published_at", plain(timezone.now()))


def judge(row: ImportRow, held: Held, primaries: "Primaries") -> None:
    """Add to ``row.errors`` whatever forbids writing it."""
    variant = held.variants.get(row.sku)
    product = variant.product if variant else held.products.get(row.product_slug)
    if variant is not None and variant.product.slug != row.product_slug:
        _refuse(row, "product", _("this SKU belongs to %s") % variant.product.slug)
        return
    if product is not None and product.is_deleted:
        _refuse(row, "product", _("this SKU belongs to a deleted product"))
        return
    unread = {error["column"] for error in row.errors}
    if not row.product_slug and variant is None and "product" not in unread:
        _refuse(row, "product", _("is missing, and no variant has this SKU"))
    if row.makes_product and "title" not in row.after and "title" not in unread:
        _refuse(row, "title", _("is missing for a new product"))
    if variant is None and "price" not in row.after and "price" not in unread:
        _refuse(row, "price", _("is missing for a new variant"))
    _judge_amounts(row, "", variant)
    if row.is_leader:
        _judge_amounts(row, "product_", product)
    if product is not None:
        _judge_primary(row, product, held, primaries)


class Primaries:
    """What the file says about primary variants, for the products of a chunk."""

    def __init__(self, given_up: set[str], chosen: set[str]) -> None:
        #: SKUs that the file makes secondary.
        self.given_up = given_up
        #: Products for which some line says "yes".
        self.chosen = chosen


def primaries_of(batch: ImportBatch, rows: list[ImportRow], held: Held) -> Primaries:
    """Two queries, none for a file without the column."""
    if "primary" not in batch.mapping.values():
        return Primaries(set(), set())
    all_rows = ImportRow.objects.filter(batch=batch)
    given_up = all_rows.filter(sku__in=set(held.primaries.values()), cells__primary=False)
    slugs = {row.product_slug for row in rows}
    chosen = all_rows.filter(product_slug__in=slugs, cells__primary=True)
    return Primaries(
        set(given_up.values_list("sku", flat=True)),
        set(chosen.values_list("product_slug", flat=True)),
    )


def _judge_primary(row: ImportRow, product: Product, held: Held, primaries: Primaries) -> None:
    current = held.primaries.get(product.pk)
    goes_live = row.after.get("status") == Product.Status.ACTIVE
    if goes_live and current is None and product.slug not in primaries.chosen:
        _refuse(row, "status", _("cannot be active without a primary variant"))
    if "primary" not in row.after:
        return
    if row.is_primary and current not in (None, row.sku) and current not in primaries.given_up:
        _refuse(row, "primary", _("%s is primary; say “no” in its line") % current)
    if current == row.sku and not row.is_primary and product.slug not in primaries.chosen:
        _refuse(row, "primary", _("a product needs a primary variant; say “yes” in another line"))


def _judge_amounts(row: ImportRow, prefix: str, held: Product | ProductVariant | None) -> None:
    price, compare_at = (
        row.after.get(f"{prefix}{name}", getattr(held, name) if held else None)
        for name in ("price", "compare_at_price")
    )
    told = {f"{prefix}price", f"{prefix}compare_at_price"} & row.after.keys()
    if told and price is not None and compare_at is not None and compare_at <= price:
        _refuse(row, f"{prefix}compare_at_price", _("is not above the price"))


def _title_of(row: ImportRow) -> str:
    words = [str(value).replace("-", " ").capitalize() for value in (row.options or {}).values()]
    return " / ".join(words)[:200] or _("Standard")


def _refuse(row: ImportRow, column: str, reason: str) -> None:
    row.errors.append({"column": column, "reason": reason})
