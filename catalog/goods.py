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
from django.db.models.functions import Coalesce, JSONObject, Least
from django.utils.http import urlencode

from catalog.freshness import BRANDS, NAMESPACE
from catalog.models import Media, Product, ProductCategory, ProductMedia, ProductVariant
from catalog.models.media import picture_json, picture_of
from catalog.models.products import ProductQuerySet
from inventory.availability import PLENTY, PRODUCT, units_of
from shop.making import made_of


@dataclass(frozen=True)
class Variant:
    """A live variant: its options by slug, its price in minor units, units a shopper may buy.

    Of units there are ``PLENTY`` at most: how many more there are no page tells.
    While a reduction is announced, ``former_price`` is the price before it and
    ``lowest_prior_price`` the lowest of the 30 days before it.
    """

    id: UUID
    sku: str
    options: dict[str, str]
    price: int
    compare_at_price: int | None
    former_price: int | None
    lowest_prior_price: int | None
    is_primary: bool
    units: int

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
        return policy in Product.UNLIMITED or variant.units > 0

    def url_of(self, variant: Variant) -> str:
        """Where a page shows the variant as chosen: alike for feeds and structured data."""
        url = self.product.get_absolute_url()
        return f"{url}?{urlencode(sorted(variant.options.items()))}" if variant.options else url

    def units_of(self, variants: Iterable[Variant]) -> int:
        """Units of the variants on the shelves that a shopper may buy."""
        return sum(variant.units for variant in variants)

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
                former_price="former_price",
                lowest_prior_price="lowest_prior_price",
                is_primary="is_primary",
                units=Least(Coalesce(units_of(OuterRef("pk")), 0), PLENTY),
            )
        )
    )
    shots = (
        ProductMedia.objects.filter(product=OuterRef("pk"), media__kind=Media.Kind.IMAGE)
        .order_by("position", "created_at")
        .values(
            data=picture_json(options="option_values", view="view_name", is_primary="is_primary")
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
    """The goods of each list of products, which were read :func:`with_goods`."""
    goods = [[_goods(product) for product in products] for products in lists]
    every = [one for part in goods for one in part]
    made_of((NAMESPACE, BRANDS), *((PRODUCT, one.product.pk) for one in every))
    return goods


def _goods(product: Any) -> Goods:
    return Goods(
        product=product,
        variants=[Variant(**row | {"id": UUID(row["id"])}) for row in product.variant_rows],
        shots=[_shot(row) for row in product.shot_rows],
        category_path=product.category_path or "",
    )


def _shot(row: dict[str, Any]) -> Shot:
    color = row["options"].get("color", "")
    return Shot(picture_of(row), color, row["view"], row["is_primary"])
