"""The variants of a product as one grid, color by size: what changed in it, written together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import slugify

from audit import recording
from catalog.errors import CatalogError
from catalog.imports import writing
from catalog.models import OptionValue, Product, ProductVariant
from inventory import availability, stock
from inventory.models import Location, Stock
from shop.conflicts import retried
from shop.models import StaleObject

Option = OptionValue.Option
_SKU_LENGTH = 64


class NoVariantLeft(CatalogError):
    """An active product would be left without anything to sell."""


@dataclass
class Row:
    """One cell of the matrix, as it is or as someone wants it; units are those of one location.

    ``price`` in minor units; None leaves it as it is. ``units_change`` is by how many units the
    shelf differs from what was seen. ``id`` is None for a variant that is not there yet. ``more``
    holds further columns that are to be written: recommended price, cost, weight.
    """

    options: dict[str, str]
    title: str
    sku: str
    id: UUID | None = None
    version: int = 0
    barcode: str = ""
    price: int | None = None
    units_change: int = 0
    position: int = 0
    is_on: bool = True
    is_primary: bool = False
    more: dict[str, int | None] = field(default_factory=dict)


@dataclass
class Saved:
    """What a save did, in numbers of variants."""

    changed: int = 0
    made: int = 0
    withdrawn: int = 0
    restored: int = 0
    moved_units: int = 0
    prices_before: dict[UUID, int] = field(default_factory=dict)


def suggested_sku(product: Product, options: dict[str, str], leading: ProductVariant | None) -> str:
    """A SKU by the pattern of the product's ``leading`` variant, else of its address."""
    base = product.slug.upper()
    if leading is not None:
        tail = "-".join(_parts(leading.option_values)).upper()
        if tail and leading.sku.upper().endswith(f"-{tail}"):
            base = leading.sku[: -len(tail) - 1]
    tail = "-".join(_parts(options)).upper()
    return f"{base[: _SKU_LENGTH - len(tail) - 1]}-{tail}" if tail else base[:_SKU_LENGTH]


def _parts(options: dict[str, str]) -> list[str]:
    return [slugify(options[name.value]) for name in Option if options.get(name.value)]


def taken_skus(skus: Iterable[str], product: Product) -> set[str]:
    """Those of ``skus`` that variants of other products have; one query."""
    others = ProductVariant.objects.filter(sku__in=set(skus)).exclude(product=product)
    return set(others.values_list("sku", flat=True))


@retried
def save(
    product: Product,
    rows: Sequence[Row],
    *,
    location: Location | None = None,
    reason: str = "",
    actor_id: UUID | None = None,
) -> Saved:
    """Write what is different in ``rows``; a fixed number of statements, one transaction.

    Rows that are off are withdrawn, rows that are on come back. Units are adjusted at ``location``
    for ``reason``. Raises :class:`~shop.models.StaleObject` for a row that was
    changed since it was read, :class:`NoVariantLeft`, and what :mod:`inventory.stock` refuses;
    the database refuses two live rows with one SKU or the same options.
    """
    saved = Saved()
    with recording.batch():
        Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
        ids = list(ProductVariant.all_objects.filter(product=product).values_list("pk", flat=True))
        locked = writing.lock(ProductVariant, ids)
        for row in rows:
            if row.id is not None and row.version != locked[row.id].version:
                raise StaleObject(locked[row.id])
        heir = _choose_primary(product, rows, locked)
        _change(locked, rows, heir, saved)
        made = _make(product, rows, saved)
        if location is not None:
            _move_units(rows, made, location, reason, actor_id, saved)
        if made:
            availability.products_changed({row.pk: product.pk for row in made}, has_turned=True)
    return saved


def _choose_primary(
    product: Product, rows: Sequence[Row], locked: dict[UUID, ProductVariant]
) -> UUID | None:
    """Leave exactly one primary variant among those that will be live.

    Returns the one that becomes it though it is none of ``rows``, where none of them can.
    """
    shown = {row.id for row in rows}
    outside = [row for pk, row in locked.items() if pk not in shown and not row.is_deleted]
    live = [row for row in rows if row.is_on]
    if not live and not outside:
        if product.status == Product.Status.ACTIVE:
            raise NoVariantLeft
        return None
    marked = [row for row in live if row.is_primary]
    for row in rows:
        row.is_primary = False
    if marked:
        marked[0].is_primary = True
    elif not any(row.is_primary for row in outside):
        if not live:
            return min(outside, key=lambda row: (row.position, row.sku)).pk
        live[0].is_primary = True
    return None


def _change(
    locked: dict[UUID, ProductVariant], rows: Sequence[Row], heir: UUID | None, saved: Saved
) -> None:
    changes: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        if row.id is None:
            continue
        held = locked[row.id]
        wanted: dict[str, Any] = {
            "sku": row.sku,
            "barcode": row.barcode,
            "position": row.position,
            "price": held.price if row.price is None else row.price,
            "is_primary": row.is_primary,
            **row.more,
        }
        if row.is_on == held.is_deleted:
            wanted["deleted_at"] = None if row.is_on else timezone.now()
            saved.restored += row.is_on
            saved.withdrawn += not row.is_on
        values = {name: value for name, value in wanted.items() if getattr(held, name) != value}
        if values:
            changes[row.id] = values
            if "price" in values:
                saved.prices_before[row.id] = held.price
    if heir is not None:
        changes[heir] = {"is_primary": True}
    rising = {pk for pk, values in changes.items() if values.get("is_primary")}
    chosen = {row.id for row in rows if row.is_primary}
    if rising or any(row.is_primary and row.id is None for row in rows):
        # A primary variant on another page of the grid steps down too.
        shown = {row.id for row in rows}
        for pk, held in locked.items():
            if held.is_primary and pk not in shown and pk not in chosen:
                changes[pk] = {"is_primary": False}
    # SKUs may change hands and the primary mark moves: who gives up goes first.
    giving = {pk: values for pk, values in changes.items() if pk not in rising}
    _write(locked, giving)
    _write(locked, {pk: changes[pk] for pk in rising})
    saved.changed = len(changes)


def _write(locked: dict[UUID, ProductVariant], changes: dict[UUID, dict[str, Any]]) -> None:
    writing.change(ProductVariant, locked, changes)


def _make(product: Product, rows: Sequence[Row], saved: Saved) -> list[ProductVariant]:
    made = [
        ProductVariant(
            product=product,
            sku=row.sku,
            title=row.title,
            option_values=row.options,
            barcode=row.barcode,
            position=row.position,
            is_primary=row.is_primary,
            **_amounts_of_new(product, row),
        )
        for row in rows
        if row.id is None and row.is_on
    ]
    if made:
        ProductVariant.objects.bulk_create(made)
    saved.made = len(made)
    return made


def _amounts_of_new(product: Product, row: Row) -> dict[str, Any]:
    """What is not said is as the product says, so that the variant follows it later."""
    price = product.price if row.price is None else row.price
    recommended = product.compare_at_price
    if recommended is not None and recommended <= price:
        recommended = None
    defaults = {"price": price, "compare_at_price": recommended, "cost": product.cost}
    return defaults | row.more


def _move_units(
    rows: Sequence[Row],
    made: Sequence[ProductVariant],
    location: Location,
    reason: str,
    actor_id: UUID | None,
    saved: Saved,
) -> None:
    by_sku = {variant.sku: variant.pk for variant in made}
    wanted = {
        row.id or by_sku[row.sku]: row.units_change
        for row in rows
        if row.units_change and (row.id is not None or row.sku in by_sku)
    }
    if not wanted:
        return
    shelves = {
        shelf.variant_id: shelf
        for shelf in Stock.objects.filter(variant__in=wanted, location=location)
    }
    missing = [Stock(variant_id=pk, location=location) for pk in wanted if pk not in shelves]
    shelves |= {shelf.variant_id: shelf for shelf in Stock.objects.bulk_create(missing)}
    moves = {shelves[pk].pk: change for pk, change in wanted.items()}
    stock.adjust_many(moves, note=reason, actor_id=actor_id)
    saved.moved_units = len(moves)
