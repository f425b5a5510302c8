"""A page of products with its filters: the body of category and search pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, Q, Subquery
from django.http import QueryDict
from django.utils.translation import gettext

from catalog.cards import Card, cards_of
from catalog.choices import Choices, read_brands, read_choices
from catalog.facets import FacetCounts, count_facets, ordered_values
from catalog.filters import Filters, Pairs, major, read_filters
from catalog.goods import goods_of, with_goods
from catalog.models import Product, ProductVariant
from catalog.models.products import ProductQuerySet
from catalog.tree import Node, Tree
from shop.money import format_money
from shop.pagination import numbered_page

#: Filters in force above which a page is not for search engines.
INDEXED_FILTERS = 2
NEAR_MATCHES = 4
#: Pages that can be walked to by number; who has not found it by then narrows the filters.
MOST_PAGES = 50


@dataclass(frozen=True)
class Chip:
    """A filter in force; ``url`` is the listing without it."""

    label: str
    url: str


@dataclass(frozen=True)
class FacetValue:
    value: str
    label: str
    count: int
    selected: bool
    hex: str = ""


@dataclass(frozen=True)
class FacetGroup:
    """A group of the facets component; ``min`` and ``max`` as typed, for prices."""

    key: str
    title: str
    kind: str
    is_open: bool = True
    values: list[FacetValue] = field(default_factory=list)
    min: str = ""
    max: str = ""


@dataclass(frozen=True)
class PageLink:
    """``number`` is None for a gap."""

    number: int | None
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Pages:
    """What ``components/pagination.html`` shows."""

    shown: int
    total: int
    next_url: str
    next_count: int
    previous_url: str
    links: list[PageLink]


@dataclass(frozen=True)
class Sort:
    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class Listing:
    """What ``catalog/_results.html`` shows. ``near`` are cards for a listing without a match."""

    cards: list[Card]
    total: int
    chips: list[Chip]
    groups: list[FacetGroup]
    sorts: list[Sort]
    pages: Pages
    places: list[tuple[Node, int]]
    url: str
    canonical_url: str
    state_url: str
    clear_url: str
    kept: Pairs
    kept_by_sort: Pairs
    is_indexed: bool
    near: list[Card]

    @property
    def filter_count(self) -> int:
        return len(self.chips)


def read_listing(
    products: ProductQuerySet,
    query: QueryDict,
    *,
    url: str,
    order: Sequence[Any],
    order_label: str,
    tree: Tree,
    below: str = "",
    kept: Iterable[tuple[str, str]] = (),
    is_appended: bool = False,
) -> Listing:
    """The page of ``products`` that ``query`` asks for.

    ``order`` is the listing's own, called ``order_label``; ``below`` the category's path;
    ``kept`` are pairs that every link keeps; ``is_appended`` says that the pages before are
    already on the screen. Three queries at most, plus those of a cold cache.
    """
    choices, brands = read_choices(), read_brands()
    filters = read_filters(query, choices, brands)
    counts = count_facets(products, filters, below=below)
    size = settings.LISTING_PAGE_SIZE
    last = min(max(1, -(-counts.total // size)), MOST_PAGES)
    number = min(_page_number(query.get("page", "")), last)
    found = with_goods(_sorted(_matching(products, filters), filters.sort, order))
    items = numbered_page(found, number=number, size=size).items if counts.total else []
    near = [] if items else _near(products if filters.pairs else Product.objects.published())
    goods, near_goods = goods_of(items, near)
    pairs = list(kept)
    shown = (number - 1) * size + len(items) if is_appended else len(items)
    return Listing(
        cards=cards_of(goods, choices, filters.color),
        total=counts.total,
        chips=_chips(filters, choices, brands, url, pairs),
        groups=_groups(filters, counts, choices, brands),
        sorts=_sorts(filters.sort, order_label),
        pages=_pages(filters, counts.total, number, last, shown, url, pairs),
        places=_places(counts, tree, below),
        url=url,
        canonical_url=url + replace(filters, sort="").query(pairs),
        state_url=url + filters.query(pairs, page=number),
        clear_url=url + Filters(sort=filters.sort).query(pairs),
        kept=[*pairs, ("sort", filters.sort)] if filters.sort else pairs,
        kept_by_sort=[*pairs, *filters.pairs],
        is_indexed=len(filters.pairs) <= INDEXED_FILTERS,
        near=cards_of(near_goods, choices),
    )


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 7
    return max(1, int(text)) if is_number else 1


def _near(products: ProductQuerySet) -> list[Product]:
    return list(with_goods(products).order_by("-published_at", "-pk")[:NEAR_MATCHES])


def _matching(products: ProductQuerySet, filters: Filters) -> ProductQuerySet:
    met = filters.on_variants()
    if not met:
        return products
    variants = ProductVariant.objects.filter(Q(product=OuterRef("pk")) & met)
    return products.filter(Exists(variants))


def _sorted(products: ProductQuerySet, sort: str, order: Sequence[Any]) -> ProductQuerySet:
    if sort == "newest":
        return products.order_by("-published_at", "-pk")
    if not sort:
        return products.order_by(*order)
    lowest = (
        ProductVariant.objects.filter(product=OuterRef("pk"))
        .order_by()
        .values("product")
        .annotate(lowest=Min("price"))
        .values("lowest")
    )
    direction = "-" if sort == "price-desc" else ""
    return products.annotate(lowest_price=Subquery(lowest)).order_by(
        f"{direction}lowest_price", f"{direction}pk"
    )


def _chips(
    filters: Filters, choices: Choices, brands: dict[str, str], url: str, kept: Pairs
) -> list[Chip]:
    currency = settings.SHOP_CURRENCY
    titles = _titles()
    words = {
        "size": lambda slug: choices.get("size", slug).name,
        "color": lambda slug: choices.get("color", slug).name,
        "brand": lambda slug: brands[slug],
        "min": lambda _: gettext("from %s") % format_money(filters.price_from or 0, currency),
        "max": lambda _: gettext("up to %s") % format_money(filters.price_to or 0, currency),
        "in_stock": lambda _: gettext("in stock"),
    }
    return [
        Chip(
            label=f"{titles[name]}: {words[name](value)}",
            url=url + filters.without(name, value).query(kept),
        )
        for name, value in filters.pairs
    ]


def _titles() -> dict[str, str]:
    price = gettext("Price")
    return {
        "size": gettext("Size"),
        "color": gettext("Color"),
        "brand": gettext("Brand"),
        "min": price,
        "max": price,
        "in_stock": gettext("Availability"),
    }


def _groups(
    filters: Filters, counts: FacetCounts, choices: Choices, brands: dict[str, str]
) -> list[FacetGroup]:
    titles = _titles()
    groups = []
    for key, values in ordered_values(counts, choices, brands).items():
        chosen = getattr(filters, key)
        shown = [FacetValue(v, label, n, v in chosen, hue) for v, label, n, hue in values]
        if shown:
            kind = "swatch" if key == "color" else "check"
            groups.append(FacetGroup(key, titles[key], kind, values=shown))
    groups.append(
        FacetGroup(
            "price",
            titles["min"],
            "range",
            min="" if filters.price_from is None else major(filters.price_from),
            max="" if filters.price_to is None else major(filters.price_to),
        )
    )
    in_stock = FacetValue("1", gettext("In stock"), counts.in_stock, filters.in_stock)
    return [*groups, FacetGroup("in_stock", titles["in_stock"], "check", values=[in_stock])]


def _sorts(chosen: str, order_label: str) -> list[Sort]:
    labels = {
        "": order_label,
        "newest": gettext("Newest"),
        "price": gettext("Price, low to high"),
        "price-desc": gettext("Price, high to low"),
    }
    return [Sort(value, label, value == chosen) for value, label in labels.items()]


def _pages(
    filters: Filters, total: int, number: int, last: int, shown: int, url: str, kept: Pairs
) -> Pages:
    def at(page: int) -> str:
        return url + filters.query(kept, page=page)

    links: list[PageLink] = []
    near = sorted({1, number - 1, number, number + 1, last} & set(range(1, last + 1)))
    for before, page in zip([0, *near], near, strict=False):
        if page > before + 1:
            links.append(PageLink(None))
        links.append(PageLink(page, at(page), page == number))
    size = settings.LISTING_PAGE_SIZE
    return Pages(
        shown=shown,
        total=total,
        next_url=at(number + 1) if number < last else "",
        next_count=min(size, total - number * size) if number < last else 0,
        previous_url=at(number - 1) if number > 1 else "",
        links=links,
    )


def _places(counts: FacetCounts, tree: Tree, below: str) -> list[tuple[Node, int]]:
    """Categories of the next level that hold products, in their order."""
    children = tree.children(below)
    return [(node, counts.places[node.path]) for node in children if node.path in counts.places]
