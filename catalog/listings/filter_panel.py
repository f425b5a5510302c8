"""The filters of a listing as finished HTML, held by each process.

They are made of the state of the listing, its counts and names of values. The first two are the
key and names have versions, so that a panel says exactly what the page has just read.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from catalog.freshness import BRANDS, LIFE_SECONDS, NAMESPACE, TREE
from catalog.listings.facet_groups import (
    FacetGroup,
    Promoted,
    Words,
    counted,
    groups_of,
    promoted_of,
)
from catalog.listings.facets import Counts
from catalog.listings.filters import Filters
from catalog.listings.places import Place
from catalog.products.choices import read_names
from catalog.tree import Picture, Tree, read_tree
from shop.held import Shelf

#: A panel takes about a hundred kilobytes.
_MOST = 40
_VERSIONS = [(NAMESPACE, BRANDS), (NAMESPACE, TREE)]


@dataclass(frozen=True)
class Offer:
    """What a panel is made of; ``total`` in words may be a lower bound, such as "1,000+"."""

    place: Place
    filters: Filters
    counts: Counts
    total: int
    total_words: str
    clear_url: str

    @property
    def key(self) -> tuple[Any, ...]:
        place, counts = self.place, self.counts
        return (
            get_language(),
            (place.url, place.path, place.kept, place.is_all),
            self.filters,
            (counts.is_exact, frozenset(counts.shown.items()), frozenset(counts.every.items())),
            counts.in_stock,
            (self.total, self.total_words, self.clear_url),
        )


@dataclass(frozen=True)
class Scope:
    """A category of the next level; ``number`` says in words how much of the listing is in it."""

    title: str
    url: str
    picture: Picture | None
    number: str


@dataclass(frozen=True)
class Panel:
    """The filters beside the products and in the dialog, and the most used ones above them.

    ``places`` draws the ``scopes``.
    """

    groups: list[FacetGroup]
    promoted: list[Promoted]
    scopes: list[Scope]
    places: SafeString
    side: SafeString
    sheet: SafeString
    above: SafeString


_shelf: Shelf[tuple[Any, ...], Panel] = Shelf(most=_MOST, seconds=LIFE_SECONDS)


def ready_panel(offer: Offer) -> Panel:
    """The panel for ``offer``; no query when the small caches are warm."""
    return _shelf.one(offer.key, lambda: _make(offer), versions=_VERSIONS)


def _make(offer: Offer) -> Panel:
    place, filters, counts = offer.place, offer.filters, offer.counts
    words = Words(*read_names(), read_tree())
    scopes = _scopes(place, filters, counts.every, words.tree)
    groups = groups_of(place, filters, counts, words)
    promoted = promoted_of(place, filters, counts, words)
    show = ngettext("Show %(total)s product", "Show %(total)s products", offer.total)
    kept = [*place.pairs, ("sort", filters.sort)] if filters.sort else place.pairs
    form = {"groups": groups, "url": place.url, "kept": kept}
    return Panel(
        groups,
        promoted,
        scopes,
        places=_html("catalog/_places.html", {"scopes": scopes}) if scopes else SafeString(""),
        side=_html(
            "components/facets.html",
            {
                **form,
                "target": "#results",
                "suffix": "side",
                "show_label": gettext("Apply filters"),
                "clear_url": "",
                "count_id": "",
            },
        ),
        sheet=_html(
            "components/facets.html",
            {
                **form,
                "target": "",
                "suffix": "sheet",
                "show_label": show % {"total": offer.total_words},
                "clear_url": offer.clear_url if filters.pairs else "",
                "count_id": "facets-count",
            },
        ),
        above=_html("catalog/_promoted.html", {"promoted": promoted})
        if promoted
        else SafeString(""),
    )


def _scopes(place: Place, filters: Filters, every: dict[str, int], tree: Tree) -> list[Scope]:
    """Categories of the next level that hold products, in their order.

    In a category they are pages of their own. Elsewhere they narrow: a search stays a search.
    """
    chosen = filters.category[0] if len(filters.category) == 1 else ""
    scopes = []
    for node in tree.children(place.path or chosen):
        narrowed = replace(filters, category=(node.path,)).query(place.pairs)
        url = node.url if place.path else place.url + narrowed
        if number := every.get(f"in:{node.path}"):
            words = counted(number, is_more=not place.is_all)
            scopes.append(Scope(node.title, url, node.picture, words))
    return scopes


def _html(template: str, context: dict[str, Any]) -> SafeString:
    # What a template rendered is escaped already.
    return SafeString(get_template(template).render(context))  # nosec B703
