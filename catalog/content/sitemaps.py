"""Sitemaps: what search engines may find, as XML that is written while it is read.

Each file costs one statement, whatever its length, and holds no more rows than a cursor brings
at a time. Products come in files; a file begins at the product named in its address, so that a
new product changes the last file only.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

from django.core.files.storage import default_storage
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.urls import NoReverseMatch, reverse

from catalog.models import (
    Brand,
    Category,
    Collection,
    ContentPage,
    Media,
    Product,
    ProductMedia,
    SitemapFile,
    SizeChart,
)

#: Most addresses in one file: the limit of the protocol.
MOST_URLS = 50_000
#: Rows that the cursor brings at a time.
ROWS = 2_000
#: Products of a file, shown or not, at which the next one begins. Below the limit, because keys
#: of products that are brought along may come between those that are there.
FULL = 40_000
_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)

Absolute = Callable[[str], str]

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IMAGES = "http://www.google.com/schemas/sitemap-image/1.1"


@dataclass(frozen=True)
class Entry:
    """A page with the time of its last change; ``pictures`` are addresses."""

    path: str
    changed_at: datetime | None = None
    pictures: tuple[str, ...] = ()


def index(absolute: Absolute) -> Iterator[str]:
    """The list of all sitemaps; ``absolute`` makes a path a full address. Two queries."""
    starts: list[UUID] = []
    if Product.objects.published().exists():
        starts = [_FIRST, *SitemapFile.objects.values_list("start", flat=True)]
    yield f'{_HEAD}<sitemapindex xmlns="{_SPACE}">\n'
    for name in sections():
        yield _sitemap(absolute(reverse("catalog:sitemap_section", args=[name])))
    for start in starts:
        yield _sitemap(absolute(reverse("catalog:sitemap_products", args=[start])))
    yield "</sitemapindex>\n"


def sections() -> list[str]:
    """The sitemaps beside those of the products, of what has pages in this shop."""
    return [name for name, (route, _rows) in SECTIONS.items() if _is_routed(route)]


def section(name: str, absolute: Absolute) -> Iterator[str]:
    """The sitemap called ``name``, one of :func:`sections`."""
    return _urlset(SECTIONS[name][1](), absolute)


def products(start: UUID, absolute: Absolute) -> Iterator[str]:
    """The products of the file that begins at ``start``, with their main pictures."""
    return _urlset(_products(start), absolute)


def begin_files() -> int:
    """Begin a file where the last one is full, and further ones; returns how many.

    Each costs one look at an index. What lies between two files' starts never changes again.
    """
    newest = SitemapFile.objects.order_by("-start").values_list("start", flat=True).first()
    last = newest or _FIRST
    begun = 0
    while True:
        rows = Product.all_objects.filter(pk__gte=last).order_by("pk").values_list("pk", flat=True)
        start = rows[FULL : FULL + 1].first()
        if start is None:
            return begun
        SitemapFile.objects.get_or_create(start=start)
        last, begun = start, begun + 1


def _pages() -> Iterator[Entry]:
    yield Entry(reverse("catalog:home"))
    yield Entry(reverse("pages:journal"))
    yield Entry(reverse("pages:contact"))
    for name in ("collections", "brands", "size_guides"):
        yield Entry(reverse(f"catalog:{name}"))
    rows = ContentPage.objects.published().exclude(slug="contact").order_by("pk")
    for row in rows.only("slug", "kind", "updated_at", "revised_at").iterator(ROWS):
        yield Entry(row.get_absolute_url(), row.revised_at or row.updated_at)


def _categories() -> Iterator[Entry]:
    return _rows(Category.objects.order_by("path").only("path", "updated_at"))


def _brands() -> Iterator[Entry]:
    shown = Brand.objects.filter(products__in=Product.objects.published()).distinct()
    for slug, changed_at in shown.order_by("pk").values_list("slug", "updated_at").iterator(ROWS):
        yield Entry(reverse("catalog:brand", args=[slug]), changed_at)


def _collections() -> Iterator[Entry]:
    active = Collection.objects.filter(status=Collection.Status.ACTIVE)
    return _rows(active.order_by("pk").only("slug", "updated_at"))


def _guides() -> Iterator[Entry]:
    return _rows(SizeChart.objects.order_by("pk").only("slug", "updated_at"))


#: The page that a sitemap lists, and what is in it.
SECTIONS: dict[str, tuple[str, Callable[[], Iterator[Entry]]]] = {
    "pages": ("pages:page", _pages),
    "categories": ("catalog:category", _categories),
    "brands": ("catalog:brand", _brands),
    "collections": ("catalog:collection", _collections),
    "guides": ("catalog:size_guide", _guides),
}


def _is_routed(route: str) -> bool:
    try:
        reverse(route, args=["any"])
    except NoReverseMatch:
        return False
    return True


def _rows(rows: "QuerySet[Any]") -> Iterator[Entry]:
    for row in rows.iterator(ROWS):
        yield Entry(row.get_absolute_url(), row.updated_at)


def _products(start: UUID) -> Iterator[Entry]:
    main = (
        ProductMedia.objects.filter(product=OuterRef("pk"), media__kind=Media.Kind.IMAGE)
        .order_by("-is_primary", "position", "created_at")
        .values(data=JSONObject(file="media__file", remote_url="media__remote_url"))
    )
    following = SitemapFile.objects.filter(start__gt=start).values("start")
    rows = (
        Product.objects.published()
        .filter(pk__gte=start, pk__lt=Coalesce(Subquery(following[:1]), _LAST))
        .order_by("pk")
        .annotate(main=Subquery(main[:1]))
        .only("slug", "is_gift_card", "updated_at")[:MOST_URLS]
    )
    for row in rows.iterator(ROWS):
        yield Entry(row.get_absolute_url(), row.updated_at, _pictures(row.main))


def _pictures(main: dict[str, str] | None) -> tuple[str, ...]:
    if not main:
        return ()
    return (main["remote_url"] or default_storage.url(main["file"]),)


def _urlset(entries: Iterable[Entry], absolute: Absolute) -> Iterator[str]:
    yield f'{_HEAD}<urlset xmlns="{_SPACE}" xmlns:image="{_IMAGES}">\n'
    for entry in entries:
        lines = [f"<url><loc>{escape(absolute(entry.path))}</loc>"]
        if entry.changed_at:
            lines.append(f"<lastmod>{entry.changed_at.isoformat(timespec='seconds')}</lastmod>")
        lines += [
            f"<image:image><image:loc>{escape(absolute(picture))}</image:loc></image:image>"
            for picture in entry.pictures
        ]
        yield f"{''.join(lines)}</url>\n"
    yield "</urlset>\n"


def _sitemap(url: str) -> str:
    return f"<sitemap><loc>{escape(url)}</loc></sitemap>\n"
