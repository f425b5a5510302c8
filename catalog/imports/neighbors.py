"""Rows of a file against the variants beside them, which the file may change as well."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.imports import writing
from catalog.imports.staging import chunks_of
from catalog.models import ImportBatch, ImportRow, OptionValue, ProductVariant

Kind = ImportRow.Kind
_OPTION_CELLS = [f"option:{option}" for option in OptionValue.Option.values]


def refuse_taken_options(batch: ImportBatch) -> None:
    """Refuse options that a variant of the shop has and keeps; call it when all are compared.

    A variant that the file gives other options makes room. Three statements for each chunk.
    """
    conditions = Q(kind__in=[Kind.NEW, Kind.CHANGED], makes_product=False, product_id__isnull=False)
    says = Q(makes_variant=True) | Q(after__has_any_keys=_OPTION_CELLS)
    for rows in chunks_of(batch, conditions, says):
        _refuse(batch, rows)


def _refuse(batch: ImportBatch, rows: list[ImportRow]) -> None:
    variants = ProductVariant.objects.filter(product__in={row.product_id for row in rows})
    held = {
        (variant.product_id, _key(variant.option_values)): variant.sku
        for variant in variants.only("product_id", "sku", "option_values")
    }
    twins = {
        row.pk: sku
        for row in rows
        if (sku := held.get((row.product_id, _key(row.options)))) and sku != row.sku
    }
    if not twins:
        return
    there = {sku: options for (_product, options), sku in held.items()}
    others = ImportRow.objects.filter(batch=batch, sku__in=set(twins.values()))
    leaving = {
        sku for sku, options in others.values_list("sku", "options") if _key(options) != there[sku]
    }
    wrong = []
    for row in rows:
        if (sku := twins.get(row.pk)) and sku not in leaving:
            reason = _("variant %s has the same options") % sku
            errors = [*row.errors, {"column": "sku", "reason": reason}]
            wrong.append({"id": row.pk, "kind": Kind.ERROR, "errors": errors})
    writing.write(ImportRow, ("kind", "errors"), wrong)


def _key(options: dict[str, Any] | None) -> str:
    """Equal for equal options."""
    return repr(sorted((options or {}).items()))
