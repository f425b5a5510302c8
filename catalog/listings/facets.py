"""How many products each value of each filter would show, in one bounded statement at most.

Numbers of a place that holds more than is counted are lower bounds and shown as such ("1,000+").
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from catalog import freshness
from catalog.freshness import NAMESPACE
from catalog.listings import facet_rows
from catalog.listings.filters import Filters
from catalog.listings.listed import MOST_TAGS
from catalog.listings.places import Place
from inventory.availability import IN_STOCK
from shop import cache
from shop.held import Shelf
from shop.making import Version

#: How long numbers stand, in seconds: without filters in the process that read them, others in
#: Redis. The job that counts large places, and a product whose time has come, show after this.
SECONDS = 60
EVERYTHING = freshness.place(freshness.EVERYWHERE)
#: Counts that a process keeps as it has read them, about as many as the panels made of them.
_READ = 60
_unfiltered: Shelf[UUID, tuple[facet_rows.Rows, tuple[int, int]]] = Shelf(
    most=_READ, seconds=SECONDS
)


@dataclass(frozen=True)
class Stocked:
    """How many products can be bought now; ``is_more`` says that it is a lower bound."""

    products: int
    is_more: bool


@dataclass(frozen=True)
class Counts:
    """Products by term of the place.

    ``shown`` is what choosing the term would show beside the filters of the other groups,
    ``every`` what the place holds without filters; a term of the place is in both, even with 0.
    ``without`` is what would show if a group of filters went. ``total`` is what all filters
    leave. Not ``is_exact``: all but ``every`` are lower bounds. ``in_stock`` is what would show
    of things that can be bought now, and None where nobody counts that. Requests share them:
    nobody changes what is given here.
    """

    total: int
    is_exact: bool
    shown: dict[str, int]
    every: dict[str, int]
    without: dict[str, int]
    in_stock: Stocked | None = None

    @cached_property
    def key(self) -> Hashable:
        """What filters say of the numbers: equal where all of them are."""
        shown, every = frozenset(self.shown.items()), frozenset(self.every.items())
        return (self.is_exact, shown, every, frozenset(self.without.items()), self.in_stock)


def count(place: Place, filters: Filters) -> Counts:
    """The counts of a place, kept for SECONDS: one query at most.

    Without filters, any change of its products and their stock ends them.
    """
    stocked: tuple[int, int] | None = None
    rows = facet_rows.NO_ROWS
    if place.found is None and not filters.pairs:
        rows, stocked = _unfiltered.one(
            place.id, lambda: facet_rows.unfiltered(place), versions=_made_of(place)
        )
    elif place.found is None or place.found:
        # What found nothing is no question for the database.
        found = place.found.text if place.found else ""
        state = hashlib.sha256(repr((place.id, filters.pairs, found)).encode()).hexdigest()[:32]
        rows = cache.read_through(
            NAMESPACE,
            f"counts:{state}",
            lambda: facet_rows.filtered(place, filters),
            seconds=SECONDS,
            # What a search found ends with any change of a product, and so do its numbers.
            versions=[IN_STOCK] if place.found is None else [IN_STOCK, EVERYTHING],
        )
    return _counts(
        tuple(rows),
        stocked,
        is_all=place.is_all,
        is_stocked=filters.in_stock,
        tags=filters.tag,
        most=facet_rows.COUNTED_ROWS,
    )


def _made_of(place: Place) -> list[Version]:
    """What the numbers of a place without filters are made of."""
    own = (
        [freshness.place(place.path)]
        if place.path
        else [freshness.place(str(place.id)), EVERYTHING]
    )
    return [*own, IN_STOCK, (NAMESPACE, facet_rows.stock_key(place))]


@lru_cache(maxsize=_READ)
def _counts(
    rows: facet_rows.Rows,
    stocked: tuple[int, int] | None,
    *,
    is_all: bool,
    is_stocked: bool,
    tags: Container[str],
    most: int,
) -> Counts:
    """What ``rows`` say, of which ``most`` were counted.

    ``is_stocked`` says that they are in stock all of them; ``tags`` are those that are chosen.
    """
    shown: dict[str, int] = defaultdict(int)
    every: dict[str, int] = defaultdict(int)
    without: dict[str, int] = {}
    known: dict[str, int] = {}
    for term, with_filters, in_place in zip(*map(json.loads, rows), strict=True):
        kind, _, name = term.partition(":")
        if kind == "without":
            without[name] = with_filters
        elif kind == "known":
            known[name] = in_place
        elif term == facet_rows.STOCKED:
            stocked = (with_filters, in_place)
        else:
            shown[term] += with_filters
            every[term] += in_place
    is_exact = is_all and every[""] != most + 1
    if not is_exact:
        every |= known
    for term in _rare_tags(every, tags):
        shown.pop(term, None)
        del every[term]
    in_stock = stocked and Stocked(stocked[0], stocked[1] > facet_rows.STOCK_LOOKED_AT)
    if is_stocked:
        in_stock = Stocked(shown[""], is_more=not is_exact)
    return Counts(shown[""], is_exact, dict(shown), dict(every), without, in_stock or None)


def _rare_tags(every: dict[str, int], chosen: Container[str]) -> list[str]:
    """Terms of the tags that are neither among the most used ones of the place nor chosen."""
    tags = sorted(
        (term for term in every if term.startswith("tag:")), key=lambda term: (-every[term], term)
    )
    return [term for term in tags[MOST_TAGS:] if term.removeprefix("tag:") not in chosen]
