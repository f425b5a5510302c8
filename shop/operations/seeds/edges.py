"""Edge cases for who develops: garments and people that pages, sums and lists must bear."""

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from catalog.garments import pictures
from catalog.garments.palette import BY_SLUG
from catalog.models import Category, Media, Product, ProductCategory, ProductMedia, ProductVariant
from inventory.models import Location, Stock
from shop.accounts.models import User
from shop.operations.seeds.base import CURRENCY
from shop.operations.seeds.catalog import picture, row_key

EDGES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "edges.toml").read_text("utf-8"))
PRICE = 4990


@dataclass
class EdgePlan:
    """Every row of the edge cases, unsaved."""

    media: list[Media] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    places: list[ProductCategory] = field(default_factory=list)
    variants: list[ProductVariant] = field(default_factory=list)
    product_media: list[ProductMedia] = field(default_factory=list)
    #: Units that lie on the shelf of each variant, by SKU.
    units: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = _category(None, EDGES["category"])
        self.empty = _category(self.root, EDGES["empty_category"])
        for row in EDGES["product"]:
            self._add(**row)

    def stocks(self, location: Location) -> list[Stock]:
        """A shelf for each variant."""
        return [
            Stock(variant=variant, location=location, opening_balance=self.units[variant.sku])
            for variant in self.variants
        ]

    def _add(
        self,
        *,
        slug: str,
        colors: list[str],
        sizes: list[str],
        units: int,
        garment: str = "",
        price: int = PRICE,
        status: str = Product.Status.ACTIVE,
        published_in_days: int = 0,
        **told: Any,
    ) -> None:
        product = Product(
            slug=slug,
            price=price,
            status=status,
            currency=CURRENCY,
            **told,
        )
        if product.status != Product.Status.DRAFT:
            product.published_at = timezone.now() + timedelta(days=published_in_days)
        self.products.append(product)
        self.places.append(
            ProductCategory(
                id=row_key(slug, self.root.path), product=product, category=self.root,
                is_primary=True,
            )
        )  # fmt: skip
        for color in list(BY_SLUG) if colors == ["*"] else colors:
            for size in sizes:
                self._cut(product, color, size, units)
            if garment:
                self._photograph(product, garment, color)

    def _cut(self, product: Product, color: str, size: str, units: int) -> None:
        sku = f"{product.slug}-{color}-{size}".upper()
        is_first = not self.variants or self.variants[-1].product is not product
        self.units[sku] = units
        self.variants.append(
            ProductVariant(
                product=product,
                sku=sku,
                title=f"{BY_SLUG[color].name} / {size.upper()}",
                option_values={"color": color, "size": size},
                price=product.price,
                weight_grams=300,
                is_primary=is_first,
                position=len(self.variants),
            )
        )

    def _photograph(self, product: Product, garment: str, color: str) -> None:
        file = pictures.path_of(garment, "front", color)
        media = picture(f"{product.slug}/{color}", file, f"{product.title}, {color}")
        self.media.append(media)
        self.product_media.append(
            ProductMedia(
                id=row_key(product.slug, media.asset_id),
                product=product,
                media=media,
                option_values={"color": color},
                view_name="front",
                position=len(self.product_media),
                is_primary=True,
            )
        )


def plant_edge_people() -> int:
    """The people who are not there yet; returns how many. Nobody signs in as them."""
    made = 0
    for person in EDGES["person"]:
        if not User.all_objects.filter(email__iexact=person["email"]).exists():
            User.objects.create_user(**person)
            made += 1
    return made


def _category(parent: Category | None, name: str) -> Category:
    slug = slugify(name)
    return Category(
        parent=parent,
        name=name,
        slug=slug,
        path=f"{parent.path}/{slug}" if parent else slug,
        level=1 if parent else 0,
        display_order=900,
    )
