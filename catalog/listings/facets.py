"""How many products each value of each filter would show, in one bounded statement at most.

Numbers of a place that holds more than is counted are lower bounds and shown as such ("1,000+").
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from catalog.freshness import NAMESPACE
from catalog.listings import facet_rows
from catalog.listings.filters import Filters
from catalog.listings.listed import MOST_TAGS
from catalog.listings.places import Place
from inventory.availability import IN_STOCK
from shop import cache

FILTERED_SECONDS = 60


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
    of things that can be bought now, and None where nobody counts that.
    """

    total: int
    is_exact: bool
    shown: dict[str, int]
    every: dict[str, int]
    without: dict[str, int]
    in_stock: Stocked | None = None


def count(place: Place, filters: Filters) -> Counts:
    """The counts of a place, with filters kept for FILTERED_SECONDS. One query at most."""
    rows: list[list[Any]] = []
    if place.found is not None:
        # What found nothing is no question for the database.
        rows = facet_rows.filtered(place, filters) if place.found else []
    elif not filters.pairs:
        rows = facet_rows.unfiltered(place)
    else:
        state = hashlib.sha256(repr((place.id, filters.pairs)).encode()).hexdigest()[:32]
        rows = cache.read_through(
            NAMESPACE,
            f"counts:{state}",
            lambda: facet_rows.filtered(place, filters),
            seconds=FILTERED_SECONDS,
            versions=[IN_STOCK],
        )
    shown: dict[str, int] = defaultdict(int)
    every: dict[str, int] = defaultdict(int)
    without: dict[str, int] = {}
    known: dict[str, int] = {}
    stocked = None
    for term, with_filters, in_place in rows:
        if term == facet_rows.STOCKED:
            stocked = Stocked(with_filters, is_more=in_place > facet_rows.STOCK_LOOKED_AT)
        elif term.startswith("without:"):
            without[term.removeprefix("without:")] = with_filters
        elif term.startswith("known:"):
            known[term.removeprefix("known:")] = in_place
        else:
            shown[term] += with_filters
            every[term] += in_place
    is_exact = place.is_all and every[""] != facet_rows.COUNTED_ROWS + 1
    if not is_exact:
        every |= known
    for term in _rare_tags(every, filters):
        shown.pop(term, None)
        del every[term]
    if filters.in_stock:
        stocked = Stocked(shown[""], is_more=not is_exact)
    return Counts(shown[""], is_exact, dict(shown), dict(every), without, stocked)


def _rare_tags(every: dict[str, int], filters: Filters) -> list[str]:
    """Terms of the tags that are neither among the most used ones of the place nor chosen."""
    tags = sorted(
        (term for term in every if term.startswith("tag:")), key=lambda term: (-every[term], term)
    )
    return [term for term in tags[MOST_TAGS:] if term.removeprefix("tag:") not in filters.tag]
