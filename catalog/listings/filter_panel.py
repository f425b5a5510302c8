"""What stands around the products of a listing as finished HTML, held by each process.

Filters, chips and orders are made of the state of the listing, its counts and names of values. The
first two are the key and names have versions, so that a panel says exactly what the page has just
read; the products go into the place that it leaves open.
"""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from catalog.freshness import BRANDS, LIFE_SECONDS, NAMESPACE, TREE
from catalog.listings.facet_groups import (
    Chip,
    FacetGroup,
    Promoted,
    Words,
    chips_of,
    counted,
    groups_of,
    promoted_of,
)
from catalog.listings.facets import Counts
from catalog.listings.filters import Filters, Pairs
from catalog.listings.places import Place
from catalog.products.choices import read_names
from catalog.tree import Picture, Tree, read_tree
from shop.held import Shelf

#: A panel takes about a hundred kilobytes, filters for the sheet about seventy.
_MOST, _MOST_SHEETS = 40, 20
_VERSIONS = [(NAMESPACE, BRANDS), (NAMESPACE, TREE)]


@dataclass(frozen=True)
class Offer:
    """What a panel is made of; ``total`` in words may be a lower bound, such as "1,000+".

    ``is_empty`` says that no product stands between the filters.
    """

    place: Place
    filters: Filters
    counts: Counts
    total: int
    total_words: str
    clear_url: str
    is_empty: bool = False

    @property
    def key(self) -> tuple[Any, ...]:
        place, counts = self.place, self.counts
        return (
            get_language(),
            (place.url, place.path, place.kept, place.is_all, place.order_label),
            self.filters,
            counts.key,
            (self.total, self.total_words, self.clear_url, self.is_empty),
        )


@dataclass(frozen=True)
class Scope:
    """A category of the next level; ``number`` says in words how much of the listing is in it."""

    title: str
    url: str
    picture: Picture | None
    number: str


@dataclass(frozen=True)
class Sort:
    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class Panel:
    """All of a listing but its products; ``around`` is what comes before and behind them.

    It is encoded as it goes out, because page and products are put together as bytes.
    ``places`` draws the ``scopes``. ``shows_what_if`` says that nothing matches, and that chips
    can tell which of them is to blame.
    """

    groups: list[FacetGroup]
    promoted: list[Promoted]
    chips: list[Chip]
    scopes: list[Scope]
    shows_what_if: bool
    places: SafeString
    around: tuple[bytes, bytes]


_panels: Shelf[tuple[Any, ...], Panel] = Shelf(most=_MOST, seconds=LIFE_SECONDS)
_sheets: Shelf[tuple[Any, ...], SafeString] = Shelf(most=_MOST_SHEETS, seconds=LIFE_SECONDS)


def ready_panel(offer: Offer) -> Panel:
    """The panel for ``offer``; no query when the small caches are warm."""
    return _panels.one(offer.key, lambda: _make(offer), versions=_VERSIONS)


def ready_sheet(offer: Offer) -> SafeString:
    """The filters for the sheet of narrow screens; no query when the small caches are warm."""
    return _sheets.one(offer.key, lambda: _make_sheet(offer), versions=_VERSIONS)


def _make(offer: Offer) -> Panel:
    place, filters, counts = offer.place, offer.filters, offer.counts
    words = Words(*read_names(), read_tree())
    scopes = _scopes(place, filters, counts.every, words.tree)
    groups = groups_of(place, filters, counts, words)
    promoted = promoted_of(place, filters, counts, words)
    chips = chips_of(place, filters, counts, words)
    shows_what_if = offer.is_empty and any(chip.would_show for chip in chips)
    mark = f"products-{secrets.token_hex(12)}"
    context = {
        "offer": offer,
        "groups": groups,
        "promoted": promoted,
        "chips": chips,
        "shows_what_if": shows_what_if,
        "url": place.url,
        "sheet_url": place.url + filters.query(place.pairs),
        "kept": _kept(offer),
        "sorts": _sorts(filters.sort, place.order_label),
        "kept_by_sort": [*place.pairs, *filters.pairs],
        "products": mark,
    }
    before, _mark, behind = _html("catalog/_around_products.html", context).partition(mark)
    return Panel(
        groups,
        promoted,
        chips,
        scopes,
        shows_what_if,
        places=_html("catalog/_places.html", {"scopes": scopes}) if scopes else SafeString(""),
        around=(before.encode(), behind.encode()),
    )


def _make_sheet(offer: Offer) -> SafeString:
    place, filters = offer.place, offer.filters
    words = Words(*read_names(), read_tree())
    show = ngettext("Show %(total)s product", "Show %(total)s products", offer.total)
    return _html(
        "components/facets.html",
        {
            "groups": groups_of(place, filters, offer.counts, words),
            "url": place.url,
            "kept": _kept(offer),
            "target": "",
            "suffix": "sheet",
            "show_label": show % {"total": offer.total_words},
            "clear_url": offer.clear_url if filters.pairs else "",
            "count_id": "facets-count",
        },
    )


def _kept(offer: Offer) -> Pairs:
    """What the forms of the filters keep."""
    pairs = offer.place.pairs
    return [*pairs, ("sort", offer.filters.sort)] if offer.filters.sort else pairs


def _sorts(chosen: str, order_label: str) -> list[Sort]:
    labels = {
        "": order_label,
        "newest": gettext("Newest"),
        "price": gettext("Price, low to high"),
        "price-desc": gettext("Price, high to low"),
        "rating": gettext("Best rated"),
        "best-selling": gettext("Best selling"),
    }
    return [Sort(value, label, value == chosen) for value, label in labels.items()]


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
