"""What the shop holds now of the products and variants that a chunk of rows is about."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Max

from catalog.imports.cells import plain
from catalog.imports.columns import Column, Level
from catalog.models import (
    Brand,
    Collection,
    CollectionProduct,
    Media,
    Product,
    ProductCategory,
    ProductMedia,
    ProductVariant,
    SizeChart,
)
from inventory.models import Stock

#: Columns that refer to one row by the name of the relation: its key is the value.
_KEYS: dict[str, type[Any]] = {"brand": Brand, "size_chart": SizeChart}


@dataclass
class Held:
    """Products and variants by key, with what hangs on them."""

    variants: dict[str, ProductVariant] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    keys: dict[tuple[str, UUID], str] = field(default_factory=dict)
    categories: dict[UUID, list[str]] = field(default_factory=dict)
    collections: dict[UUID, list[str]] = field(default_factory=dict)
    pictures: dict[tuple[UUID, str], list[str]] = field(default_factory=dict)
    stock: dict[tuple[UUID, str], int] = field(default_factory=dict)
    primaries: dict[UUID, str] = field(default_factory=dict)
    positions: dict[UUID, int] = field(default_factory=dict)

    def value(self, column: Column, product: Product, variant: ProductVariant | None) -> Any:
        """What stands in ``column`` for the variant now, as a plain value."""
        if column.level is Level.PRODUCT:
            return self._of_product(column, product)
        if variant is None:
            return None
        if column.level is Level.STOCK:
            return self.stock.get((variant.pk, column.part))
        if column.name == "media":
            return self.pictures.get((product.pk, scope_of(variant.option_values)), [])
        held = getattr(variant, column.field)
        return held.get(column.part) if column.part else plain(held)

    def _of_product(self, column: Column, product: Product) -> Any:
        if column.name == "categories":
            return self.categories.get(product.pk, [])
        if column.name == "collections":
            return self.collections.get(product.pk, [])
        if column.name in _KEYS:
            pk = getattr(product, f"{column.field}_id")
            return self.keys[column.name, pk] if pk else None
        held = getattr(product, column.field)
        return held.get(column.part, "") if column.part else plain(held)


def scope_of(option_values: dict[str, str]) -> str:
    """Which pictures a variant shows: those of its color, or of the product as a whole."""
    return option_values.get("color", "")


def load_variants(skus: Iterable[str], slugs: Iterable[str]) -> Held:
    """Live variants of ``skus`` with their products, and products of ``slugs``: two queries."""
    held = Held()
    rows = ProductVariant.objects.filter(sku__in=set(skus)).select_related("product")
    for variant in rows:
        held.variants[variant.sku] = variant
        held.products[variant.product.slug] = variant.product
    missing = {slug for slug in slugs if slug and slug not in held.products}
    for product in Product.objects.filter(slug__in=missing):
        held.products[product.slug] = product
    return held


def load_details(held: Held, names: Iterable[str]) -> None:
    """Add what the columns ``names`` need, one query for each table."""
    wanted = set(names)
    products = list(held.products.values())
    ids = [product.pk for product in products]
    for name, model in _KEYS.items():
        if name in wanted:
            pks = {getattr(product, f"{name}_id") for product in products} - {None}
            rows = model._base_manager.filter(pk__in=pks)
            held.keys |= {(name, row.pk): row.slug for row in rows}
    if "categories" in wanted:
        held.categories = _categories(ids)
    if "collections" in wanted:
        held.collections = _collections(ids)
    if "media" in wanted:
        held.pictures = _pictures(ids)
    if any(name.startswith("stock:") for name in wanted):
        variants = [variant.pk for variant in held.variants.values()]
        stocks = Stock.objects.filter(variant__in=variants)
        held.stock = {
            (variant, code): units
            for variant, code, units in stocks.values_list(
                "variant_id", "location__code", "on_hand"
            )
        }


def load_siblings(held: Held) -> None:
    """Add the order of the variants of each product, and which is the primary one."""
    ids = [product.pk for product in held.products.values()]
    rows = ProductVariant.objects.filter(product__in=ids)
    primaries = rows.filter(is_primary=True).order_by()
    held.primaries = dict(primaries.values_list("product_id", "sku"))
    last = rows.order_by().values("product_id").annotate(last=Max("position"))
    held.positions = {row["product_id"]: row["last"] for row in last}


def _categories(product_ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    links = ProductCategory.objects.filter(product__in=product_ids)
    for product, path in links.order_by("-is_primary", "position", "pk").values_list(
        "product_id", "category__path"
    ):
        found[product].append(path)
    return found


def _collections(product_ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    links = CollectionProduct.objects.filter(
        product__in=product_ids,
        collection__kind=Collection.Kind.MANUAL,
        collection__deleted_at=None,
    )
    for product, slug in links.order_by("collection__slug").values_list(
        "product_id", "collection__slug"
    ):
        found[product].append(slug)
    return found


def _pictures(product_ids: list[UUID]) -> dict[tuple[UUID, str], list[str]]:
    found: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    links = ProductMedia.objects.filter(product__in=product_ids, media__kind=Media.Kind.IMAGE)
    links = links.order_by("position", "pk")
    for product, options, asset in links.values_list(
        "product_id", "option_values", "media__asset_id"
    ):
        # Pictures of one variant alone are kept on the product page.
        if not options or set(options) == {"color"}:
            found[product, scope_of(options)].append(asset)
    return found
