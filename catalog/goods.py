"""Products with all that a card or a product page shows, read in one query.

Variants and pictures come along as JSON aggregates, so the number of queries stays the same
for one product and for a page of forty-eight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from catalog.models import Media, Product, ProductCategory, ProductMedia, ProductVariant
from catalog.models.products import ProductQuerySet
from inventory.availability import available


@dataclass(frozen=True)
class Variant:
    """A live variant: its options by slug, its price in minor units."""

    id: UUID
    sku: str
    options: dict[str, str]
    price: int
    compare_at_price: int | None
    is_primary: bool

    @property
    def color(self) -> str:
        return self.options.get("color", "")

    @property
    def size(self) -> str:
        return self.options.get("size", "")


@dataclass(frozen=True)
class Shot:
    """A picture of a product. ``color`` is "" when it shows the product whatever its color."""

    media: Media
    color: str
    view: str
    is_primary: bool


@dataclass
class Goods:
    """A product, its variants and pictures in their order, and the path of its main category."""

    product: Product
    variants: list[Variant]
    shots: list[Shot]
    category_path: str
    units: dict[UUID, int]

    @cached_property
    def colors(self) -> list[str]:
        """Slugs of the colors it comes in, the primary variant's first."""
        ordered = sorted(self.variants, key=lambda variant: not variant.is_primary)
        return list(dict.fromkeys(variant.color for variant in ordered if variant.color))

    def in_color(self, color: str) -> list[Variant]:
        """The variants of a color; all of them for ""."""
        return [variant for variant in self.variants if not color or variant.color == color]

    def shots_of(self, color: str) -> list[Shot]:
        """Pictures of a color, primary first; those of the whole product if it has none."""
        own = [shot for shot in self.shots if color and shot.color == color]
        shown = own or [shot for shot in self.shots if not shot.color] or self.shots
        return sorted(shown, key=lambda shot: not shot.is_primary)

    def can_buy(self, variant: Variant) -> bool:
        """Whether a unit of the variant may be ordered now."""
        policy = self.product.inventory_policy
        if policy == Product.InventoryPolicy.DENY:
            return False
        return policy == Product.InventoryPolicy.CONTINUE or self.units[variant.id] > 0

    def units_of(self, variants: Iterable[Variant]) -> int:
        """Units of the variants on the shelves that a shopper may buy."""
        return sum(self.units[variant.id] for variant in variants)

    @property
    def is_sold_out(self) -> bool:
        return not any(map(self.can_buy, self.variants))


def with_goods(products: ProductQuerySet) -> ProductQuerySet:
    """Let ``products`` bring along what :func:`goods_of` needs."""
    variants = (
        ProductVariant.objects.filter(product=OuterRef("pk"))
        .order_by("position", "sku")
        .values(
            data=JSONObject(
                id="id",
                sku="sku",
                options="option_values",
                price="price",
                compare_at_price="compare_at_price",
                is_primary="is_primary",
            )
        )
    )
    shots = (
        ProductMedia.objects.filter(product=OuterRef("pk"), media__kind=Media.Kind.IMAGE)
        .order_by("position", "created_at")
        .values(
            data=JSONObject(
                options="option_values",
                view="view_name",
                is_primary="is_primary",
                provider="media__provider",
                file="media__file",
                remote_url="media__remote_url",
                width="media__width",
                height="media__height",
                alt_text="media__alt_text",
            )
        )
    )
    places = (
        ProductCategory.objects.filter(product=OuterRef("pk"), category__deleted_at=None)
        .order_by("-is_primary", "position")
        .values("category__path")
    )
    return products.select_related("brand").annotate(
        variant_rows=ArraySubquery(variants),
        shot_rows=ArraySubquery(shots),
        category_path=Subquery(places[:1]),
    )


def goods_of(*lists: Iterable[Product]) -> list[list[Goods]]:
    """The goods of each list of products (read :func:`with_goods`), with one look at the stock."""
    goods = [[_goods(product) for product in products] for products in lists]
    every = [one for part in goods for one in part]
    units = available(variant.id for one in every for variant in one.variants)
    for one in every:
        one.units = units
    return goods


def _goods(product: Any) -> Goods:
    return Goods(
        product=product,
        variants=[Variant(**row | {"id": UUID(row["id"])}) for row in product.variant_rows],
        shots=[_shot(row) for row in product.shot_rows],
        category_path=product.category_path or "",
        units={},
    )


def _shot(row: dict[str, Any]) -> Shot:
    color = row.pop("options").get("color", "")
    view, is_primary = row.pop("view"), row.pop("is_primary")
    return Shot(Media(**row), color, view, is_primary)
