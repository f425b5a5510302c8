"""What a product page says: gallery, buy box and what belongs to the garment, for a choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

import nh3
from django.urls import reverse
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.cards import (
    Price,
    Rating,
    Swatch,
    price_of,
    rating_of,
    swatches_of,
    wishlist_url_of,
)
from catalog.goods import Goods, Variant, with_goods
from catalog.models import Product
from catalog.models.products import ProductQuerySet
from catalog.pricing.schedules import with_price_ends
from catalog.products import sizing
from catalog.products.buy_box import Size, StockLine, awaited, sizes_of, stock_of
from catalog.products.choices import Choices, read_choices
from catalog.products.fabric import CareMark, Cloth, care_of, cloth_of
from catalog.products.files import Document, documents_of, films_of, with_files
from catalog.products.gallery import Slide, View, slides_of, views_of
from catalog.reviewing.review_list import Section, section_of
from catalog.reviewing.review_rows import fit_of, with_reviews
from catalog.tree import Crumb, Tree
from inventory.backorders import promised_dates

_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "b", "i", "h3", "h4"}


@dataclass(frozen=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True)
class Wanted:
    """What somebody asks a product page for; ``view`` names the picture in front."""

    color: str = ""
    size: str = ""
    view: str = ""
    unit: str = sizing.UNITS[0]

    def of(self, product: Any) -> Self:
        """The same without what ``product``, read :func:`readable`, does not have."""
        options = [variant["options"] for variant in product.variant_rows]
        views = [shot["view"] or str(place) for place, shot in enumerate(product.shot_rows, 1)]
        return type(self)(
            self.color if any(self.color == one.get("color") for one in options) else "",
            self.size if any(self.size == one.get("size") for one in options) else "",
            self.view if self.view in views else "",
            self.unit,
        )


@dataclass(frozen=True)
class ProductPage:
    """What the parts of a product page show. ``color`` and ``size`` are the choices in force.

    ``lost_size`` says that the color does not come in the size that was chosen. ``can_buy`` when
    the color can be bought in some size; ``is_awaited`` when somebody may wait for one of its
    sizes.
    """

    product: Product
    url: str
    color: str
    color_name: str
    size: str
    lost_size: str
    views: list[View]
    slides: list[Slide]
    swatches: list[Swatch]
    sizes: list[Size]
    price: Price
    stock: StockLine
    is_sold_out: bool
    can_buy: bool
    is_awaited: bool
    rating: Rating | None
    reviews: Section
    description: SafeString
    documents: list[Document]
    summary: str
    cloth: list[Cloth]
    care: list[CareMark]
    cloth_facts: list[Fact]
    fit: list[Fact]
    fit_note: str
    table: sizing.ChartTable | None
    guide_url: str
    crumbs: list[Crumb]
    wishlist_url: str


def readable(products: ProductQuerySet) -> ProductQuerySet:
    """Let ``products`` bring along all that their pages show of themselves."""
    told = with_files(with_reviews(with_price_ends(with_goods(products))))
    return told.select_related("size_chart")


def compose(goods: Goods, tree: Tree, wanted: Wanted) -> ProductPage:
    """The page as it is ``wanted``; choices that the product has not are ignored."""
    product, choices = goods.product, read_choices()
    color = shown_color(goods, wanted.color)
    variants = goods.in_color(color)
    offered = list(dict.fromkeys(variant.size for variant in variants if variant.size))
    size = wanted.size
    if size not in offered:
        size = offered[0] if len(offered) == 1 else ""
    narrowed = [variant for variant in variants if not size or variant.size == size]
    chart = product.size_chart
    views = views_of(goods, choices, color, wanted.view)
    return ProductPage(
        product=product,
        url=product.get_absolute_url(),
        color=color,
        color_name=choices.get("color", color).name if color else "",
        size=size,
        lost_size=_lost_size(goods, choices, wanted.size, offered, color),
        views=views,
        slides=slides_of(views, films_of(goods, color)),
        swatches=swatches_of(goods, choices, selected=color, size=_known_size(goods, wanted.size)),
        sizes=sizes_of(goods, choices, variants, size),
        price=_price(goods, narrowed),
        stock=stock_of(goods, narrowed, _promised(goods, narrowed)),
        is_sold_out=goods.is_sold_out,
        can_buy=any(map(goods.can_buy, variants)),
        is_awaited=product.inventory_policy == Product.InventoryPolicy.TRACK
        and not all(map(goods.can_buy, variants)),
        rating=rating_of(goods),
        reviews=section_of(product, reverse("catalog:reviews", args=[product.slug]), choices),
        description=_rich_text(product.description),
        documents=documents_of(goods, color),
        summary=product.summary,
        cloth=cloth_of(product.fibers),
        care=care_of(product.care),
        cloth_facts=_cloth_facts(product),
        fit=_facts(product.attributes, fit=gettext("Fit"), model=gettext("Model")),
        fit_note=sizing.fit_note(fit_of(product)),
        table=sizing.table_of(chart, choices, wanted.unit) if chart else None,
        guide_url=chart.get_absolute_url() if chart else "",
        crumbs=[*tree.crumbs(goods.category_path), Crumb(product.title, "")],
        wishlist_url=wishlist_url_of(color),
    )


def _promised(goods: Goods, variants: list[Variant]) -> dict[UUID, date]:
    """When what is sold before it is there will leave; no query where there is none of it."""
    coming = awaited(goods, variants)
    return promised_dates(coming) if coming else {}


def shown_color(goods: Goods, wanted: str) -> str:
    """The color ``wanted`` if it comes in it, else the first; "" for goods without colors."""
    return wanted if wanted in goods.colors else next(iter(goods.colors), "")


def _known_size(goods: Goods, size: str) -> str:
    """``size`` if it comes in it in any color; or ""."""
    return size if any(variant.size == size for variant in goods.variants) else ""


def _lost_size(goods: Goods, choices: Choices, size: str, offered: list[str], color: str) -> str:
    """A word to who chose a size in another color that this one does not come in; or ""."""
    if size in offered or not _known_size(goods, size):
        return ""
    names = {"size": choices.get("size", size).name, "color": choices.get("color", color).name}
    return gettext("Size %(size)s is not made in %(color)s. Choose another size.") % names


def _price(goods: Goods, variants: list[Any]) -> Price:
    """A draft may have no variants yet; its own price stands for them."""
    product = goods.product
    return (
        price_of(variants, product.currency) if variants else Price(product.price, product.currency)
    )


def _cloth_facts(product: Product) -> list[Fact]:
    """Free words beside the composition and the care; instead of them where they are not told."""
    labels = {"weight": gettext("Weight of the cloth")}
    if not product.fibers:
        labels = {"material": gettext("Material"), **labels}
    labels["care"] = gettext("Care")
    if not product.origin:
        labels["origin"] = gettext("Made in")
    facts = _facts(product.attributes, **labels)
    if product.origin:
        facts.append(Fact(gettext("Made in"), str(product.origin.name)))
    return facts


def _facts(attributes: Mapping[str, Any], **labels: str) -> list[Fact]:
    """What is known of the attributes named, in this order."""
    return [
        Fact(label, str(attributes[name])) for name, label in labels.items() if attributes.get(name)
    ]


def _rich_text(text: str) -> SafeString:
    """Paragraphs of a plain text; the harmless tags of a formatted one."""
    if "<" not in text:
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 # nosec B308 B703
    return mark_safe(nh3.clean(text, tags=_TAGS, attributes={}))  # noqa: S308 # nosec B308 B703
