"""What the search field offers while someone types."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from catalog.cards import pictures_of_card, price_of
from catalog.goods import Goods, goods_of, with_goods
from catalog.models import Product
from catalog.products.choices import Choices, read_choices
from catalog.searching.query import clauses_of, fold, words_of
from catalog.searching.rules import Rules
from catalog.searching.terms import POPULAR_FROM, weight
from catalog.tree import Picture, Tree
from shop.money import format_money

#: Characters from which suggestions are offered.
SUGGEST_FROM = 2
#: Options in all, where there is room and on a narrow screen.
MOST_OPTIONS, MOST_ON_NARROW = 8, 6
#: Options of the first two groups at most; products fill the rest.
_MOST_WORDS, _MOST_CATEGORIES = 3, 2
#: Hits that are ranked for the few products shown.
_RANKED = 200

# Popular searches and words that begin with what was typed, and the best products for it.
_OFFERS = """
    (SELECT 'search', term FROM catalog_popularsearch
     WHERE term LIKE %(typed)s AND weight >= %(popular)s AND results > 0
     ORDER BY weight DESC LIMIT %(words)s)
    UNION ALL
    (SELECT 'word', word FROM catalog_searchword
     WHERE word LIKE %(last)s AND heads > 0 ORDER BY heads DESC, word LIMIT %(words)s)
    UNION ALL
    (SELECT 'product', id::text FROM catalog_search(%(clauses)s::jsonb, %(now)s, %(ranked)s)
     LIMIT %(products)s)
"""


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
    options: Sequence[Option]


def suggestions(
    text: str, tree: Tree, rules: Rules, *, most: int = MOST_OPTIONS
) -> list[OptionGroup]:
    """At most ``most`` searches, categories and products for what was typed so far.

    None for fewer than two characters. Two queries, and one for stock that is not cached.
    """
    typed = " ".join(text.split())
    words = words_of(typed)
    if len(typed) < SUGGEST_FROM or not words:
        return []
    offers = _offers(words, rules, most)
    searches = [_search(term, typed) for term in _terms(offers, words)[:_MOST_WORDS]]
    categories = [_category(tree, path, typed) for path in _paths(tree, words)]
    room = max(0, most - len(searches) - len(categories))
    ids = [UUID(value) for kind, value in offers if kind == "product"][:room]
    groups = [
        OptionGroup(gettext("Suggestions"), searches),
        OptionGroup(gettext("Categories"), categories),
        OptionGroup(gettext("Products"), _products(ids, typed)),
    ]
    return [group for group in groups if group.options]


def _offers(words: list[str], rules: Rules, most: int) -> list[tuple[str, str]]:
    parameters: dict[str, Any] = {
        "typed": f"{' '.join(words)}%",
        "last": f"{words[-1]}%",
        "popular": POPULAR_FROM * weight(),
        "words": _MOST_WORDS + 1,
        "clauses": json.dumps(clauses_of(" ".join(words), rules.synonyms)),
        "now": timezone.now(),
        "ranked": _RANKED,
        "products": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OFFERS, parameters)
        return list(cursor.fetchall())


def _terms(offers: Iterable[tuple[str, str]], words: list[str]) -> list[str]:
    """Searches that begin with ``words``: what others searched for, then completed words."""
    before = words[:-1]
    terms = [
        value if kind == "search" else " ".join([*before, value])
        for kind, value in offers
        if kind != "product"
    ]
    return [term for term in dict.fromkeys(terms) if term != " ".join(words)]


def _paths(tree: Tree, words: list[str]) -> list[str]:
    """Categories whose name has every word, the last one unfinished; upper levels first."""
    found = [
        node.path
        for node in tree.nodes()
        if all(any(own.startswith(word) for own in words_of(node.title)) for word in words)
    ]
    return sorted(found, key=lambda path: path.count("/"))[:_MOST_CATEGORIES]


def _search(term: str, typed: str) -> Option:
    return Option(f"{reverse('catalog:search')}?{urlencode({'q': term})}", *_split(term, typed))


def _category(tree: Tree, path: str, typed: str) -> Option:
    node = tree.trail(path)[-1]
    top = tree.trail(path)[0].title
    return Option(node.url, *_split(node.title, typed), note="" if top == node.title else top)


def _products(ids: Sequence[UUID], typed: str) -> list[Option]:
    if not ids:
        return []
    [goods] = goods_of(with_goods(Product.objects.filter(pk__in=ids)))
    by_id = {one.product.pk: one for one in goods}
    choices = read_choices()
    return [_product(by_id[key], choices, typed) for key in ids if key in by_id]


def _product(goods: Goods, choices: Choices, typed: str) -> Option:
    product = goods.product
    picture, _behind = pictures_of_card(goods, choices, next(iter(goods.colors), ""))
    price = price_of(goods.variants, product.currency)
    amount = format_money(price.current, price.currency)
    return Option(
        product.get_absolute_url(),
        *_split(product.title, typed),
        note=gettext("from %s") % amount if price.is_from else amount,
        picture=picture,
    )


def _split(title: str, typed: str) -> tuple[str, str]:
    """What was typed of ``title`` and the rest; no rest where it begins with something else."""
    start = title[: len(typed)]
    return (start, title[len(typed) :]) if fold(start) == fold(typed) else (title, "")
