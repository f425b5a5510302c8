"""The product page: gallery, buy box and what belongs to the garment, for the choices made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nh3
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.cards import (
    Card,
    Price,
    Rating,
    Swatch,
    price_of,
    rating_of,
    swatches_of,
    wishlist_url_of,
)
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.goods import Goods, goods_of, with_goods
from catalog.models import Product
from catalog.models.products import ProductQuerySet
from catalog.pricing.schedules import with_price_ends
from catalog.products import looks, sizing
from catalog.products.buy_box import Size, StockLine, sizes_of, stock_of
from catalog.products.choices import read_choices
from catalog.products.fabric import CareMark, Cloth, care_of, cloth_of
from catalog.products.gallery import View, social_picture, views_of
from catalog.products.structured_data import breadcrumb_data, product_data
from catalog.reviewing.review_list import Section, section_of
from catalog.reviewing.review_rows import fit_of, with_reviews
from catalog.tree import Crumb, Tree, tree_of

_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "b", "i", "h3", "h4"}
#: The parts that htmx asks for.
_FRAGMENTS = {
    "gallery-and-buybox": "catalog/_gallery_and_buybox.html",
    "buybox": "catalog/_buybox.html",
    "zoom-body": "catalog/_zoom.html",
}


@dataclass(frozen=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True)
class Beside:
    """What is shown beside a product."""

    look: list[Card]
    similar: list[Card]


@dataclass(frozen=True)
class ProductPage:
    """What ``catalog/product.html`` shows. ``color`` and ``size`` are the choices in force.

    ``can_buy`` when the color can be bought in some size; ``is_awaited`` when somebody may wait
    for one of its sizes.
    """

    product: Product
    url: str
    color: str
    color_name: str
    size: str
    views: list[View]
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
    summary: str
    cloth: list[Cloth]
    care: list[CareMark]
    cloth_facts: list[Fact]
    fit: list[Fact]
    fit_note: str
    table: sizing.ChartTable | None
    guide_url: str
    crumbs: list[Crumb]
    look: list[Card]
    similar: list[Card]
    social_picture: str
    wishlist_url: str


def readable(products: ProductQuerySet) -> ProductQuerySet:
    """Let ``products`` bring along all that their pages show of themselves."""
    return with_reviews(with_price_ends(with_goods(products))).select_related("size_chart")


def respond(
    request: HttpRequest,
    product: Product,
    *,
    chosen: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    is_preview: bool = False,
) -> HttpResponse:
    """The page of ``product`` with the options ``chosen``, or the part of it that htmx wants.

    ``errors`` are sentences by option. A form that comes back to htmx replaces the buy box,
    whatever it was going to fill; one of a product card comes back in the sheet.
    """
    fragment = wanted_fragment(request)
    is_refused = bool(fragment and errors)
    if is_refused and request.POST.get("from") == "card":
        return quick_add(
            request, product, color=chosen.get("color", ""), errors=errors, status=status
        )
    goods, beside = _read(product, chosen.get("color", ""))
    page = compose(
        goods,
        beside,
        tree_of(request),
        chosen=chosen,
        view=request.GET.get("view", ""),
        unit=sizing.chosen_unit(request),
    )
    context: dict[str, Any] = {"page": page, "errors": errors or {}, "is_preview": is_preview}
    template = _FRAGMENTS.get(fragment, "catalog/product.html")
    if is_refused:
        template = "catalog/_buybox.html"
    if template == "catalog/product.html":
        context |= _for_search_engines(request, page, goods)
    response = render(request, template, context, status=status)
    if is_refused:
        response["HX-Retarget"] = "#buybox"
        response["HX-Reswap"] = "outerHTML"
    vary_by_fragment(response)
    return response


def quick_add(
    request: HttpRequest,
    product: Product,
    *,
    color: str,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The sizes of ``product`` in a color, each a button that puts it into the cart.

    ``errors`` bring the buttons back in the sheet, with what was wrong above them. Two queries,
    and those of a cold cache.
    """
    if not hasattr(product, "variant_rows"):
        product = with_goods(Product.objects.filter(pk=product.pk)).get()
    [[goods]] = goods_of([product])
    color = color if color in goods.colors else next(iter(goods.colors), "")
    context = {
        "product": product,
        "color": color,
        "sizes": sizes_of(goods, read_choices(), goods.in_color(color), ""),
        "error": " ".join((errors or {}).values()),
    }
    response = render(request, "components/quick_add.html", context, status=status)
    if errors:
        response["HX-Retarget"] = "#sheet-body"
        response["HX-Reswap"] = "innerHTML"
    vary_by_fragment(response)
    return response


def compose(
    goods: Goods,
    beside: Beside,
    tree: Tree,
    *,
    chosen: Mapping[str, str],
    view: str = "",
    unit: str = "cm",
) -> ProductPage:
    """The page for the options ``chosen``; those that the product has not are ignored."""
    product, choices = goods.product, read_choices()
    wanted = chosen.get("color", "")
    color = wanted if wanted in goods.colors else next(iter(goods.colors), "")
    variants = goods.in_color(color)
    offered = list(dict.fromkeys(variant.size for variant in variants if variant.size))
    size = chosen.get("size", "")
    if size not in offered:
        size = offered[0] if len(offered) == 1 else ""
    narrowed = [variant for variant in variants if not size or variant.size == size]
    chart = product.size_chart
    return ProductPage(
        product=product,
        url=product.get_absolute_url(),
        color=color,
        color_name=choices.get("color", color).name if color else "",
        size=size,
        views=views_of(goods, choices, color, view),
        swatches=swatches_of(goods, choices, selected=color, size=size),
        sizes=sizes_of(goods, choices, variants, size),
        price=_price(goods, narrowed),
        stock=stock_of(goods, narrowed),
        is_sold_out=goods.is_sold_out,
        can_buy=any(map(goods.can_buy, variants)),
        is_awaited=product.inventory_policy == Product.InventoryPolicy.TRACK
        and not all(map(goods.can_buy, variants)),
        rating=rating_of(goods),
        reviews=section_of(product, reverse("catalog:reviews", args=[product.slug]), choices),
        description=_rich_text(product.description),
        summary=product.summary,
        cloth=cloth_of(product.fibers),
        care=care_of(product.care),
        cloth_facts=_cloth_facts(product),
        fit=_facts(product.attributes, fit=gettext("Fit"), model=gettext("Model")),
        fit_note=sizing.fit_note(fit_of(product)),
        table=sizing.table_of(chart, choices, unit) if chart else None,
        guide_url=chart.get_absolute_url() if chart else "",
        crumbs=[*tree.crumbs(goods.category_path), Crumb(product.title, "")],
        look=beside.look,
        similar=beside.similar,
        social_picture=social_picture(goods, color),
        wishlist_url=wishlist_url_of(color),
    )


def _read(product: Product, color: str) -> tuple[Goods, Beside]:
    """Three queries, one more for a product read plainly, and those of a cold cache."""
    if not hasattr(product, "review_rows"):
        product = readable(Product.objects.filter(pk=product.pk)).get()
    row: Any = product
    colors = [variant["options"].get("color", "") for variant in row.variant_rows]
    shown = color if color in colors else next(filter(None, colors), "")
    picks = looks.pick(product, row.category_path or "", shown)
    [[goods]] = goods_of([product])
    return goods, Beside(*looks.arranged(picks))


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


def _for_search_engines(request: HttpRequest, page: ProductPage, goods: Goods) -> dict[str, str]:
    absolute = request.build_absolute_uri
    product = page.product
    description = product.seo_description or product.summary or strip_tags(page.description)[:300]
    picture = absolute(page.social_picture) if page.social_picture else ""
    pictures = [picture] if picture else []
    crumbs = [*page.crumbs[:-1], Crumb(product.title, page.url)]
    return {
        "canonical_url": absolute(page.url),
        "description": description,
        "social_picture": picture,
        "product_data": product_data(
            goods,
            description=description,
            pictures=pictures,
            absolute=absolute,
            reviews=page.reviews.reviews,
        ),
        "breadcrumb_data": breadcrumb_data(crumbs, absolute),
    }
