"""Full-text search of the published products, and what the search field offers while typing."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q
from django.utils.http import urlencode
from django.utils.translation import gettext

from catalog.cards import cards_of
from catalog.choices import read_choices
from catalog.goods import goods_of, with_goods
from catalog.models import Product, ProductVariant
from catalog.models.products import ProductQuerySet
from catalog.tree import Picture, Tree
from shop.money import format_money

#: Words of a query that are looked at.
MOST_WORDS = 8
MOST_CHARACTERS = 200
#: Characters from which suggestions are offered.
SUGGEST_FROM = 2
PRODUCTS_OFFERED = 6
CATEGORIES_OFFERED = 2
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Option:
    """A line of the suggestions: ``start`` was typed, ``rest`` completes it."""

    url: str
    start: str
    rest: str
    note: str = ""
    picture: Picture | None = None


@dataclass(frozen=True)
class OptionGroup:
    title: str
    options: list[Option]


def words_of(text: str) -> list[str]:
    """The words a query is made of, at most MOST_WORDS; no sign of a query language is one."""
    return _WORD.findall(text[:MOST_CHARACTERS].casefold())[:MOST_WORDS]


def matching(text: str) -> ProductQuerySet:
    """Published products with every word of ``text``, the last one perhaps unfinished."""
    words = words_of(text)
    published: ProductQuerySet = Product.objects.published()
    if not words:
        return published.none()
    return published.filter(
        Q(search_vector=_query(words)) | Q(brand__name__istartswith=" ".join(words))
    )


def relevance(text: str) -> list[Any]:
    """The order of :func:`matching`: best first, then newest."""
    rank = SearchRank(F("search_vector"), _query(words_of(text) or [""]))
    return [rank.desc(), F("published_at").desc(), F("pk").desc()]


def url_of_sku(text: str) -> str:
    """Where the one variant with this exact SKU is shown, or "". One query at most."""
    sku = text.strip()
    if not sku or len(sku) > 64 or not sku.isprintable() or " " in sku:
        return ""
    variant = (
        ProductVariant.objects.select_related("product").filter(sku__in={sku, sku.upper()}).first()
    )
    if variant is None or not variant.product.is_published:
        return ""
    return f"{variant.product.get_absolute_url()}?{urlencode(variant.option_values)}"


def suggestions(text: str, tree: Tree) -> list[OptionGroup]:
    """Categories and products for what was typed so far; none for fewer than two characters."""
    typed = " ".join(text.split())
    if len(typed) < SUGGEST_FROM:
        return []
    nodes = tree.matching(typed, most=CATEGORIES_OFFERED)
    found = with_goods(matching(typed)).order_by(*relevance(typed))[:PRODUCTS_OFFERED]
    [goods] = goods_of(found)
    groups = [
        OptionGroup(
            gettext("Categories"),
            [
                Option(
                    node.url, *_completed(node.title, typed), note=tree.trail(node.path)[0].title
                )
                for node in nodes
            ],
        ),
        OptionGroup(
            gettext("Products"),
            [
                Option(
                    card.url,
                    *_completed(card.title, typed),
                    note=format_money(card.price.current, card.price.currency),
                    picture=card.picture,
                )
                for card in cards_of(goods, read_choices())
            ],
        ),
    ]
    return [group for group in groups if group.options]


def _query(words: list[str]) -> SearchQuery:
    # Only letters, digits and underscores are left, so nothing here can be an operator.
    *whole, last = words
    raw = " & ".join([*whole, f"{last}:*"]) if last else ""
    return SearchQuery(raw, config="pg_catalog.simple", search_type="raw")


def _completed(title: str, typed: str) -> tuple[str, str]:
    if title.casefold().startswith(typed.casefold()):
        return title[: len(typed)], title[len(typed) :]
    return title, ""
