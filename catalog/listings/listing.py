"""A page of products with its filters: the body of category, collection, brand and search pages."""

import secrets
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from django.template.loader import get_template
from django.utils.safestring import SafeString

from catalog.cards import Card
from catalog.listings.facet_groups import Chip, counted
from catalog.listings.facets import Counts, count
from catalog.listings.filter_panel import Offer, Panel, Scope, ready_panel, ready_sheet
from catalog.listings.filters import Filters, read_filters
from catalog.listings.places import MOST_PAGES, Place, Slice, first_products, read_slice
from catalog.models.listed import EVERYWHERE
from catalog.products.choices import read_names
from catalog.ready_cards import ready_cards
from catalog.tree import Tree

#: Filters in force above which a page is not for search engines.
INDEXED_FILTERS = 2
NEAR_MATCHES = 4
#: Cards of a wide screen's first row.
FIRST_ROW = 4


@dataclass(frozen=True)
class PageLink:
    """``number`` is None for a gap."""

    number: int | None
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Pages:
    """What ``components/pagination.html`` shows; ``total_words`` is the total as people read it."""

    shown: int
    total: int
    total_words: str
    next_url: str
    next_count: int
    previous_url: str
    links: tuple[PageLink, ...]


@dataclass(frozen=True)
class Near:
    """Cards for a listing without a match. ``is_close``: they miss one kind of filter only."""

    cards: list[Card]
    is_close: bool = False


@dataclass(frozen=True)
class Listing:
    """What ``catalog/_results.html`` shows.

    ``total`` is a lower bound where ``total_words`` ends with "+". ``is_clamped`` says that a
    page was asked for by a number beyond those that can be opened.
    """

    cards: list[Card]
    total: int
    total_words: str
    offer: Offer
    pages: Pages
    canonical_url: str
    state_url: str
    clear_url: str
    is_indexed: bool
    is_clamped: bool
    near: Near

    @cached_property
    def panel(self) -> Panel:
        """What stands around the products, which not every part of a listing shows."""
        return ready_panel(self.offer)

    @cached_property
    def mark(self) -> str:
        """What stands in a page for the region with filters, products and pages.

        And in the products for their cards; :meth:`filled` puts them there.
        """
        return f"listing-{secrets.token_hex(12)}"

    def filled(self, page: bytes) -> bytes:
        """``page`` with all that belongs in its :attr:`mark`, if it has one.

        Put together as bytes: most of a page is here, and making text of it, joining that over
        and over and encoding it takes longer than making the rest of the page.
        """
        head, mark, foot = page.partition(self.mark.encode())
        if not mark:
            return page
        products = get_template("catalog/_products.html").render({"listing": self}).encode()
        opening, _mark, closing = products.partition(mark)
        first = [card.eager.encode() for card in self.cards[:FIRST_ROW]]
        others = [card.encoded for card in self.cards[FIRST_ROW:]]
        before, behind = self.panel.around
        return b"".join([head, before, opening, *first, *others, closing, behind, foot])

    @property
    def sheet(self) -> SafeString:
        """The filters for the sheet of narrow screens."""
        return ready_sheet(self.offer)

    @property
    def scopes(self) -> list[Scope]:
        return self.panel.scopes

    @property
    def chips(self) -> list[Chip]:
        return self.panel.chips

    @property
    def shows_what_if(self) -> bool:
        return self.panel.shows_what_if

    @property
    def filter_count(self) -> int:
        return len(self.offer.filters.pairs)


def read_listing(
    place: Place, query: QueryDict, *, tree: Tree, is_appended: bool = False
) -> Listing:
    """The page of ``place`` that ``query`` asks for.

    ``is_appended`` says that the pages before are already on the screen. Three queries, some more
    for near matches, plus those of a cold cache.
    """
    filters = read_filters(query, *read_names(), tree)
    size = settings.LISTING_PAGE_SIZE
    counts = count(place, filters)
    wanted = _page_number(query.get("page", ""))
    last = max(1, -(-counts.total // size)) if counts.is_exact else wanted
    page = read_slice(
        place, filters, number=min(wanted, last), size=size, after=query.get("after", "")
    )
    # A count of a minute ago, or a lower bound, may be less than what is there.
    total = max(counts.total, (page.number - 1) * size + len(page.products))
    total = max(total, page.number * size + 1) if page.has_next else total
    total_words = counted(total, is_more=not counts.is_exact)
    [cards] = ready_cards(page.products, colors=filters.color)
    shown = (page.number - 1) * size + len(page.products) if is_appended else len(page.products)
    pairs = place.pairs
    clear_url = place.url + Filters(sort=filters.sort).query(pairs)
    return Listing(
        cards=cards,
        total=total,
        total_words=total_words,
        offer=Offer(place, filters, counts, total, total_words, clear_url, is_empty=not cards),
        pages=_pages(place, filters, page, total, total_words, shown, counts.is_exact),
        canonical_url=place.url + replace(filters, sort="").query(pairs),
        state_url=place.url + filters.query(pairs, page=page.number, after=page.after),
        clear_url=clear_url,
        # Filters may be any words; those that nothing meets are pages without end.
        is_indexed=len(filters.pairs) <= INDEXED_FILTERS and (bool(cards) or not filters.pairs),
        is_clamped=min(wanted, last) > page.number,
        near=Near([]) if cards else _near(place, filters, counts),
    )


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 7
    return max(1, int(text)) if is_number else 1


def _near(place: Place, filters: Filters, counts: Counts) -> Near:
    """What shows without one kind of filters, that which hides most first, else the newest.

    A query for each kind until there are enough.
    """
    products: list[UUID] = []
    for group in sorted(counts.without, key=lambda group: (-counts.without[group], group)):
        if len(products) < NEAR_MATCHES:
            wider = filters.without_group(group)
            found = read_slice(place, wider, number=1, size=NEAR_MATCHES).products
            products += [one for one in found if one not in products]
    products, is_close = products[:NEAR_MATCHES], bool(products)
    if not products:
        here = place if filters.pairs else replace(place, id=EVERYWHERE, found=None)
        products = first_products(here, "newest", NEAR_MATCHES)
    [cards] = ready_cards(products, colors=filters.color, level=4)
    return Near(cards, is_close)


def _pages(
    place: Place,
    filters: Filters,
    page: Slice,
    total: int,
    total_words: str,
    shown: int,
    is_exact: bool,
) -> Pages:
    size = settings.LISTING_PAGE_SIZE
    number = page.number

    def at(target: int) -> str:
        after = page.next_cursor if target == number + 1 else ""
        return place.url + filters.query(place.pairs, page=target, after=after)

    # Of a total that is not known the last page is not known either.
    last = min(-(-total // size), max(MOST_PAGES, number)) if is_exact else number + page.has_next
    links: list[PageLink] = []
    near = sorted({1, number - 1, number, number + 1, last} & set(range(1, last + 1)))
    for before, target in zip([0, *near], near, strict=False):
        if target > before + 1:
            links.append(PageLink(None))
        links.append(PageLink(target, at(target), target == number))
    return Pages(
        shown=shown,
        total=total,
        total_words=total_words,
        next_url=at(number + 1) if page.has_next else "",
        next_count=min(size, total - number * size) if page.has_next and is_exact else size,
        previous_url=at(number - 1) if number > 1 else "",
        links=tuple(links),
    )
