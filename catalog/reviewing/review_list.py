"""Published reviews as pages show them: a section of the product page, and a list to filter.

The product page reads its section together with the product, so it costs no query. The list page
takes the product, a page of reviews and a count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from catalog.models import Product, Review, ReviewPhoto
from catalog.products.choices import Choice, Choices
from catalog.reviewing.review_rows import (
    FIRST,
    ORDERS,
    FitVotes,
    Shown,
    as_json,
    fit_of,
    said_by,
    shown_of,
    sums_of,
)
from shop.pagination import cursor_after, keyset_page, numbered_page

PAGE_SIZE = 10


@dataclass(frozen=True)
class Bar:
    """A row of the histogram; ``url`` filters by it."""

    stars: int
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Wanted:
    """Filters and order as an address has them; what no list knows is left out."""

    stars: int = 0
    size: str = ""
    photos: bool = False
    verified: bool = False
    sort: str = "helpful"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        stars = query.get("stars", "")
        sort = query.get("sort", "")
        size = query.get("size", "")
        return cls(
            stars=int(stars) if stars in ("1", "2", "3", "4", "5") else 0,
            size=size if size.isascii() and size.isprintable() and len(size) <= 50 else "",
            photos=query.get("photos") == "1",
            verified=query.get("verified") == "1",
            sort=sort if sort in ORDERS else "helpful",
        )

    @property
    def pairs(self) -> dict[str, str]:
        """What an address says, without what goes without saying."""
        pairs = {
            "stars": str(self.stars or ""),
            "size": self.size,
            "photos": "1" if self.photos else "",
            "verified": "1" if self.verified else "",
            "sort": "" if self.sort == "helpful" else self.sort,
        }
        return {name: value for name, value in pairs.items() if value}

    @property
    def is_filtered(self) -> bool:
        return bool(self.stars or self.size or self.photos or self.verified)

    def but(self, **changes: Any) -> "Wanted":
        return Wanted(**{**self.__dict__, **changes})

    def of(self, product: Product) -> "QuerySet[Review]":
        """The published reviews of ``product`` that pass."""
        rows = Review.objects.published().filter(product=product)
        if self.stars:
            rows = rows.filter(rating=self.stars)
        if self.size:
            rows = rows.filter(variant__option_values__size=self.size)
        if self.photos:
            rows = rows.filter(Exists(ReviewPhoto.objects.filter(review=OuterRef("pk"))))
        if self.verified:
            rows = rows.filter(is_verified=True)
        return rows


@dataclass(frozen=True)
class Section:
    """What ``catalog/reviews/_section.html`` shows of a product's reviews.

    ``total`` counts those that pass the filters. ``more_url`` is the next page by number,
    ``after_url`` the same reviews for htmx; both are "" at the end.
    """

    product: Product
    url: str
    wanted: Wanted
    average: float | None
    count: int
    bars: list[Bar]
    fit: FitVotes
    reviews: list[Shown]
    total: int
    sizes: list[Choice] = field(default_factory=list)
    more_url: str = ""
    after_url: str = ""
    number: int = 1
    previous_url: str = ""

    @cached_property
    def sorts(self) -> list[Link]:
        names = {
            "helpful": gettext("Most helpful"),
            "newest": gettext("Newest"),
            "lowest": gettext("Lowest rating"),
        }
        return [
            Link(label, self.address(self.wanted.but(sort=name)), name == self.wanted.sort)
            for name, label in names.items()
        ]

    @cached_property
    def filters(self) -> list[Link]:
        """Links that switch a filter on, or off when it is in force."""
        wanted = self.wanted
        links = [
            Link(
                gettext("With photos"),
                self.address(wanted.but(photos=not wanted.photos)),
                wanted.photos,
            ),
            Link(
                gettext("Verified purchases"),
                self.address(wanted.but(verified=not wanted.verified)),
                wanted.verified,
            ),
        ]
        for size in self.sizes:
            is_chosen = size.slug == wanted.size
            label = gettext("Size %(size)s") % {"size": size.name}
            url = self.address(wanted.but(size="" if is_chosen else size.slug))
            links.append(Link(label, url, is_chosen))
        return links

    @property
    def stars_words(self) -> str:
        """The filter by stars in force, in words, or ""."""
        stars = self.wanted.stars
        return ngettext("%(n)d star", "%(n)d stars", stars) % {"n": stars} if stars else ""

    @property
    def without_stars_url(self) -> str:
        return self.address(self.wanted.but(stars=0))

    @property
    def clear_url(self) -> str:
        return self.address(Wanted(sort=self.wanted.sort))

    def address(self, wanted: Wanted, **more: str | int) -> str:
        return _address(self.url, wanted, **more)


def section_of(product: Any, url: str, choices: Choices) -> Section:
    """The section of the product page, with the most helpful reviews. No query.

    ``product`` was read :func:`~catalog.reviewing.review_rows.with_reviews`; ``url`` is the list.
    """
    shown = [shown_of(row, choices) for row in product.review_rows[:FIRST]]
    wanted = Wanted()
    more = after = ""
    if len(product.review_rows) > FIRST:
        last = shown[-1]
        row = Review(pk=last.id, helpful_count=last.helpful)
        cursor = _cursor_after(row, ORDERS[wanted.sort])
        more, after = _address(url, wanted), _address(url, wanted, after=cursor)
    return _section(
        product,
        url,
        wanted,
        choices,
        reviews=shown,
        total=product.rating_count,
        more_url=more,
        after_url=after,
    )


def _shown(rows: list[Any], choices: Choices) -> list[Shown]:
    return [shown_of(row.data, choices, row.said or "") for row in rows]


def read_list(
    product: Any,
    url: str,
    choices: Choices,
    wanted: Wanted,
    *,
    voter: str = "",
    after: str = "",
    number: str = "",
) -> Section:
    """A page of the list, after the cursor ``after`` or by ``number``.

    ``product`` was read :func:`~catalog.reviewing.review_rows.with_counts`. One query for the
    reviews, one to count them where the sums do not tell. ``voter`` is whose votes are marked.
    """
    order = ORDERS[wanted.sort]
    rows = wanted.of(product).annotate(data=as_json(), said=said_by(voter))
    more = next_url = previous_url = ""
    place = 1
    if after:
        page = keyset_page(rows, order=order, size=PAGE_SIZE, cursor=after)
        items, cursor = page.items, page.next_cursor
    else:
        numbered = numbered_page(rows.order_by(*order), number=number, size=PAGE_SIZE)
        items, place = numbered.items, numbered.number
        cursor = None
        if numbered.has_next:
            cursor = _cursor_after(items[-1], order)
            more = _address(url, wanted, page=place + 1)
        if numbered.has_previous:
            previous_url = _address(url, wanted, **({"page": place - 1} if place > 2 else {}))
    if cursor:
        next_url = _address(url, wanted, after=cursor)
        more = more or next_url
    return _section(
        product,
        url,
        wanted,
        choices,
        reviews=_shown(items, choices),
        total=_total(product, wanted),
        more_url=more,
        after_url=next_url,
        number=place,
        previous_url=previous_url,
    )


def _section(
    product: Any, url: str, wanted: Wanted, choices: Choices, *, total: int, **parts: Any
) -> Section:
    sums = sums_of(product)
    bars = [
        Bar(
            stars,
            getattr(sums, f"stars_{stars}"),
            _address(url, wanted.but(stars=0 if stars == wanted.stars else stars)),
            stars == wanted.stars,
        )
        for stars in range(5, 0, -1)
    ]
    average = product.rating_average
    return Section(
        product=product,
        url=url,
        wanted=wanted,
        average=None if average is None else round(float(average), 1),
        count=product.rating_count,
        bars=bars,
        fit=fit_of(product),
        total=total,
        sizes=choices.ordered("size", [size for size in product.review_sizes if size]),
        **parts,
    )


def _total(product: Any, wanted: Wanted) -> int:
    if not wanted.is_filtered:
        return int(product.rating_count)
    if wanted == Wanted(stars=wanted.stars, sort=wanted.sort):
        return int(getattr(sums_of(product), f"stars_{wanted.stars}"))
    return wanted.of(product).count()


def _address(url: str, wanted: Wanted, **more: str | int) -> str:
    pairs = {**wanted.pairs, **more}
    return f"{url}?{urlencode(pairs)}" if pairs else url


def _cursor_after(row: Review, order: tuple[str, ...]) -> str:
    return cursor_after(Review.objects.all(), order=order, row=row)
