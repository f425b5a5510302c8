"""The product page: gallery, buy box and what belongs to the garment, for the choices made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import nh3
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import linebreaks, strip_tags
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.cards import (
    LOW_STOCK,
    Card,
    Price,
    Rating,
    Swatch,
    cards_of,
    price_of,
    rating_of,
    swatches_of,
)
from catalog.choices import Choices, read_choices
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.garments.pictures import parse_path, path_of
from catalog.goods import Goods, Variant, goods_of, with_goods
from catalog.models import Category, Product, ProductCategory
from catalog.structured_data import breadcrumb_data, product_data
from catalog.tree import Crumb, Picture, Tree, tree_of

SIMILAR = 8
#: Days within which a back-ordered piece is promised to leave the workshop.
BACKORDER_DAYS = 21
_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "b", "i", "h3", "h4"}


@dataclass(frozen=True)
class View:
    """A picture of the gallery. ``url`` is the page with this view in front."""

    name: str
    label: str
    picture: Picture
    url: str


@dataclass(frozen=True)
class Size:
    """A chip of the size picker."""

    value: str
    label: str
    note: str
    selected: bool
    sold_out: bool


@dataclass(frozen=True)
class StockLine:
    """Whether the choice can be bought, as ``components/stock_badge.html`` says it."""

    state: str
    left: int = 0
    ships_on: date | None = None


@dataclass(frozen=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True)
class ProductPage:
    """What ``catalog/product.html`` shows. ``color`` and ``size`` are the choices in force."""

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
    rating: Rating | None
    description: SafeString
    summary: str
    cloth: list[Fact]
    fit: list[Fact]
    crumbs: list[Crumb]
    similar: list[Card]
    social_picture: str
    can_buy: bool


def respond(
    request: HttpRequest,
    product: Product,
    *,
    chosen: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of ``product`` with the options ``chosen``, or the part of it that htmx wants.

    ``errors`` are sentences by option. A form that comes back to htmx replaces the buy box,
    whatever it was going to fill.
    """
    fragment = wanted_fragment(request)
    goods, similar = _read(product)
    view = request.GET.get("view", "")
    page = compose(goods, similar, tree_of(request), chosen=chosen, view=view)
    context: dict[str, Any] = {"page": page, "errors": errors or {}}
    template = {
        "gallery-and-buybox": "catalog/_gallery_and_buybox.html",
        "zoom-body": "catalog/_zoom.html",
    }.get(fragment, "catalog/product.html")
    is_refused = bool(fragment and errors)
    if is_refused:
        template = "catalog/_gallery_and_buybox.html"
    if template == "catalog/product.html":
        context |= _for_search_engines(request, page, goods)
    response = render(request, template, context, status=status)
    if is_refused:
        response["HX-Retarget"] = "#gallery-and-buybox"
        response["HX-Reswap"] = "outerHTML"
    vary_by_fragment(response)
    return response


def compose(
    goods: Goods, similar: list[Goods], tree: Tree, *, chosen: Mapping[str, str], view: str = ""
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
    views = _views(goods, choices, color, view)
    attributes = product.attributes
    return ProductPage(
        product=product,
        url=product.get_absolute_url(),
        color=color,
        color_name=choices.get("color", color).name if color else "",
        size=size,
        views=views,
        swatches=swatches_of(goods, choices, selected=color, size=size),
        sizes=_sizes(goods, choices, variants, size),
        price=price_of(narrowed, product.currency),
        stock=_stock(goods, narrowed),
        is_sold_out=goods.is_sold_out,
        rating=rating_of(goods),
        description=_rich_text(product.description),
        summary=product.summary,
        cloth=_facts(
            attributes,
            material=gettext("Material"),
            weight=gettext("Weight of the cloth"),
            care=gettext("Care"),
            origin=gettext("Made in"),
        ),
        fit=_facts(attributes, fit=gettext("Fit"), model=gettext("Model")),
        crumbs=[*tree.crumbs(goods.category_path), Crumb(product.title, "")],
        similar=cards_of(similar, choices),
        social_picture=_social_picture(goods, color),
        can_buy=any(map(goods.can_buy, variants)),
    )


def _read(product: Product) -> tuple[Goods, list[Goods]]:
    """One query, one more for a product read plainly, and those of a cold cache."""
    products = Product.objects.published()
    if not hasattr(product, "variant_rows"):
        product = with_goods(Product.objects.filter(pk=product.pk)).get()
    path = product.category_path  # type: ignore[attr-defined]
    similar: list[Product] = []
    if path:
        beside = ProductCategory.objects.filter(product=OuterRef("pk"), category__path=path)
        branch = Category(path=path.rpartition("/")[0] or path)
        near = products.in_category(branch).exclude(pk=product.pk)
        nearest_first = with_goods(near).order_by(Exists(beside).desc(), "-published_at", "-pk")
        similar = list(nearest_first[:SIMILAR])
    [goods], similar_goods = goods_of([product], similar)
    # What can be bought comes first, so that a sold-out piece leads somewhere.
    similar_goods.sort(key=lambda one: one.is_sold_out)
    return goods, similar_goods


def _views(goods: Goods, choices: Choices, color: str, first: str) -> list[View]:
    labels = _view_labels()
    name = choices.get("color", color).name if color else ""
    views = []
    for place, shot in enumerate(goods.shots_of(color), start=1):
        view = shot.view or str(place)
        label = labels.get(view, gettext("View %(place)d") % {"place": place})
        alt = shot.media.alt_text or ", ".join(
            filter(None, (goods.product.title, name, label.lower()))
        )
        media = shot.media
        picture = Picture(media.url, alt, media.width or 400, media.height or 500)
        query = urlencode({"color": color, "view": view} if color else {"view": view})
        url = f"{goods.product.get_absolute_url()}?{query}"
        views.append(View(view, label, picture, url))
    return sorted(views, key=lambda view: view.name != first) if first else views


def _view_labels() -> dict[str, str]:
    return {
        "front": gettext("Front"),
        "back": gettext("Back"),
        "detail": gettext("Detail"),
        "fabric": gettext("Fabric"),
        "flatlay": gettext("Laid out"),
    }


def _sizes(goods: Goods, choices: Choices, variants: list[Variant], chosen: str) -> list[Size]:
    by_size = {variant.size: variant for variant in variants if variant.size}
    sizes = []
    for choice in choices.ordered("size", list(by_size)):
        variant = by_size[choice.slug]
        left = goods.units[variant.id]
        is_low = 0 < left <= LOW_STOCK
        note = gettext("%(left)d left") % {"left": left} if is_low else ""
        sizes.append(
            Size(choice.slug, choice.name, note, choice.slug == chosen, not goods.can_buy(variant))
        )
    return sizes


def _stock(goods: Goods, variants: list[Variant]) -> StockLine:
    if not any(map(goods.can_buy, variants)):
        return StockLine("sold-out")
    left = goods.units_of(variants)
    if left == 0:
        return StockLine(
            "backorder", ships_on=timezone.localdate() + timedelta(days=BACKORDER_DAYS)
        )
    return StockLine("low", left) if left <= LOW_STOCK else StockLine("in-stock", left)


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


def _social_picture(goods: Goods, color: str) -> str:
    """Address of a picture that other sites can show; they draw no SVG."""
    shots = goods.shots_of(color)
    if not shots:
        return ""
    name = parse_path(shots[0].media.file)
    if name is None:
        return shots[0].media.url
    path = path_of(name.garment, name.view, name.color, name.pattern, "social.png")
    return default_storage.url(path)


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
            goods, description=description, pictures=pictures, absolute=absolute
        ),
        "breadcrumb_data": breadcrumb_data(crumbs, absolute),
    }
