"""The demo catalog as unsaved rows: the seed inserts them, the fixtures write them down."""

import tomllib
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from django.utils.text import slugify

from catalog.garments import pictures
from catalog.garments.palette import BY_SLUG
from catalog.models import (
    Brand,
    Category,
    Media,
    Product,
    ProductCategory,
    ProductMedia,
    ProductVariant,
    SizeChart,
)
from shop.operations.seeds.base import CURRENCY
from shop.operations.seeds.garment import (
    CARE_CODES,
    COUNTRIES,
    LETTERS,
    ONE_SIZE,
    Garment,
    all_garments,
)

FOLDER = Path(__file__).parent
TREE = tomllib.loads((FOLDER / "tree.toml").read_text("utf-8"))
CHARTS = tomllib.loads((FOLDER / "size_charts.toml").read_text("utf-8"))
#: Size of a garment picture, in pixels.
WIDTH, HEIGHT = 400, 500
VIEW_NAMES = {"flatlay": "flat-lay"}
#: Part of the net price that making a garment costs.
COST_SHARE = 0.42
#: Rows without a name of their own get keys derived from what they join.
KEYS = uuid.UUID("6a0c1f6e-5d0b-5c44-9a55-6d2f0a3b7c11")


@dataclass
class Plan:
    """Every row of the demo catalog; ``arrival`` is when the newest garment came in."""

    arrival: datetime
    media: list[Media] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    places: list[ProductCategory] = field(default_factory=list)
    variants: list[ProductVariant] = field(default_factory=list)
    product_media: list[ProductMedia] = field(default_factory=list)
    sold_out: set[str] = field(default_factory=set)
    #: Prices in minor units that garments have come down to, by slug.
    reductions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made: Counter[str] = Counter()
        for garment in all_garments():
            made[garment.type] += 1
            self._add(garment, made[garment.type])

    @cached_property
    def brands(self) -> dict[str, Brand]:
        return {row["slug"]: Brand(**row) for row in TREE["brand"]}

    @cached_property
    def category_media(self) -> dict[str, Media]:
        """Pictures of the categories by the garment they show."""
        return {
            garment: picture(
                f"category/{garment}", pictures.path_of_scene(f"category-{garment}"), ""
            )
            for garment in pictures.TYPES
        }

    @property
    def charts(self) -> list[SizeChart]:
        """The size charts, each once."""
        return list({chart.slug: chart for chart in self.size_charts.values()}.values())

    @cached_property
    def size_charts(self) -> dict[str, SizeChart]:
        """Size charts by the kind of garment that follows them."""
        charts: dict[str, SizeChart] = {}
        for row in CHARTS["chart"]:
            told = {
                key: value for key, value in row.items() if key not in ("garments", "measurement")
            }
            chart = SizeChart(**told, measurements=row["measurement"])
            charts |= dict.fromkeys(row["garments"], chart)
        return charts

    @cached_property
    def levels(self) -> list[dict[str, Category]]:
        """The category tree by path: departments, groups, kinds of garment."""
        departments = {
            row["slug"]: self._category(None, row, position)
            for position, row in enumerate(TREE["category"], start=1)
        }
        groups: dict[str, Category] = {}
        leaves: dict[str, Category] = {}
        for position, row in enumerate(TREE["group"], start=1):
            for department in row["departments"]:
                group = self._category(departments[department], row, position)
                groups[group.path] = group
                for place, leaf in enumerate(row["leaves"], start=1):
                    shown = {**leaf, "picture": leaf["type"], "description": ""}
                    category = self._category(group, shown, place)
                    leaves[category.path] = category
        return [departments, groups, leaves]

    def _category(self, parent: Category | None, row: dict[str, str], position: int) -> Category:
        return Category(
            parent=parent,
            name=row["name"],
            slug=row["slug"],
            path=f"{parent.path}/{row['slug']}" if parent else row["slug"],
            level=parent.level + 1 if parent else 0,
            description=row["description"],
            image=self.category_media[row["picture"]],
            display_order=position,
        )

    def _add(self, garment: Garment, number: int) -> None:
        product = Product(
            title=garment.title,
            slug=slugify(garment.title),
            brand=self.brands[garment.brand],
            summary=garment.summary,
            description=garment.description,
            status=Product.Status.ACTIVE,
            currency=CURRENCY,
            price=garment.price,
            compare_at_price=garment.compare_at,
            cost=_cost(garment.price),
            tags=garment.tags,
            keywords=garment.keywords,
            attributes=garment.attributes,
            fibers=garment.composition,
            care=CARE_CODES[garment.care],
            origin=COUNTRIES[garment.origin],
            size_chart=self.size_charts.get(garment.type),
            published_at=self.arrival - timedelta(days=garment.age),
        )
        self.products.append(product)
        if garment.reduced_to:
            self.reductions[product.slug] = garment.reduced_to
        self._place(product, garment)
        self._cut(product, garment, number)
        self._photograph(product, garment)
        self._film(product, garment)

    def _place(self, product: Product, garment: Garment) -> None:
        leaves = [
            f"{department}/{row['slug']}/{leaf['slug']}"
            for row in TREE["group"]
            for leaf in row["leaves"]
            for department in garment.departments
            if leaf["type"] == garment.type and department in row["departments"]
        ]
        self.places += [
            ProductCategory(
                id=row_key(product.slug, path),
                product=product,
                category=self.levels[2][path],
                is_primary=position == 0,
                position=position,
            )
            for position, path in enumerate(leaves)
        ]

    def _cut(self, product: Product, garment: Garment, number: int) -> None:
        """One variant per color and size; the middle size of the first color is the primary."""
        style = f"{garment.type[:3]}{number:02d}".upper()
        sizes = garment.sizes
        middle = (len(sizes) - 1) // 2
        for color in garment.colors:
            for position, size in enumerate(sizes):
                shown = "One size" if size == ONE_SIZE else size.upper()
                sku = (
                    f"{style}-{color[:3]}-{size}".upper()
                    if len(sizes) > 1
                    else (f"{style}-{color[:3]}".upper())
                )
                if garment.is_sold_out:
                    self.sold_out.add(sku)
                self.variants.append(
                    ProductVariant(
                        product=product,
                        sku=sku,
                        title=f"{BY_SLUG[color].name} / {shown}",
                        option_values={"color": color, "size": size},
                        price=garment.price,
                        compare_at_price=garment.compare_at,
                        cost=_cost(garment.price),
                        barcode=barcode(sku),
                        weight_grams=round(garment.weight * (1 + 0.04 * (position - middle))),
                        is_primary=color == garment.colors[0] and position == middle,
                        position=garment.colors.index(color) * len(LETTERS) + position,
                    )
                )

    def _photograph(self, product: Product, garment: Garment) -> None:
        """A picture of every color from every side, the front of each color its primary."""
        for color in garment.colors:
            for view in pictures.VIEWS:
                name = VIEW_NAMES.get(view, view)
                media = picture(
                    f"{product.slug}/{color}/{view}",
                    pictures.path_of(garment.type, view, color, garment.pattern),
                    f"{product.title}, {BY_SLUG[color].name}, {name}",
                )
                self.media.append(media)
                self.product_media.append(
                    ProductMedia(
                        id=row_key(product.slug, media.asset_id),
                        product=product,
                        media=media,
                        option_values={"color": color},
                        view_name=view,
                        position=len(pictures.VIEWS) * garment.colors.index(color)
                        + pictures.VIEWS.index(view),
                        is_primary=view == "front",
                    )
                )

    def _film(self, product: Product, garment: Garment) -> None:
        """Films with their captions, and leaflets, after the pictures."""
        for place, row in enumerate(garment.files):
            name = row["name"]
            mime_type = pictures.FILE_TYPES[Path(name).suffix]
            media = Media(
                asset_id=f"{product.slug}/{name}",
                kind=Media.Kind.VIDEO if mime_type.startswith("video/") else Media.Kind.DOCUMENT,
                file=pictures.path_of_file(name),
                mime_type=mime_type,
                alt_text=row["alt"],
            )
            self.media.append(media)
            self.product_media.append(
                ProductMedia(
                    id=row_key(product.slug, media.asset_id),
                    product=product,
                    media=media,
                    option_values={"color": row["color"]} if "color" in row else {},
                    view_name=row.get("view", ""),
                    position=len(pictures.VIEWS) * len(garment.colors) + place,
                )
            )


def barcode(sku: str) -> str:
    """A 13-digit number of the range shops may give out themselves, with its check digit."""
    digits = f"20{uuid.uuid5(KEYS, sku).int % 10**10:010d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def picture(asset_id: str, file: str, alt_text: str) -> Media:
    """A drawing under the name that tells it from others."""
    return Media(
        asset_id=asset_id,
        file=file,
        mime_type=pictures.SVG_TYPE,
        width=WIDTH,
        height=HEIGHT,
        alt_text=alt_text,
    )


def row_key(*names: str) -> uuid.UUID:
    """The key of a row without a name of its own; the same each time."""
    return uuid.uuid5(KEYS, "/".join(names))


def _cost(price: int) -> int:
    """Cost in minor units of a garment sold for ``price`` with 19 % tax in it."""
    return round(price / 1.19 * COST_SHARE)
