"""Pages that lead on: all brands, all collections, all size guides, with what is behind each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from catalog.listings.collections import read_collections
from catalog.models import Brand, ListedCount, ListedProduct, Product, SizeChart
from catalog.products.choices import Choices, read_choices
from catalog.ready_cards import ready_cards
from catalog.searching.query import fold
from catalog.tree import TILE_WIDEST, Picture

#: Brands up to which each is shown with pictures; more stand in a list by letter.
PICTURED = 24
#: Pictures of a brand, its best-selling pieces.
PICTURES = 3
#: Brands that the list holds.
MOST_BRANDS = 2_000


@dataclass(frozen=True)
class Entry:
    """What leads to a page; ``note`` is a line such as "14 products", "" when nobody counted.

    ``thread`` names the color of a collection.
    """

    title: str
    url: str
    text: str
    note: str
    pictures: Sequence[Picture]
    thread: str = ""


def brands() -> list[Entry]:
    """The brands of which something is published, by name. Two queries."""
    sold = ListedProduct.objects.filter(
        place_id=OuterRef("pk"), published_at__lte=timezone.now()
    ).order_by("-units_sold", "-published_at", "-product_id")
    counts = ListedCount.objects.filter(place_id=OuterRef("pk"), term="")
    rows: Any = (
        Brand.objects.select_related("image")
        .annotate(
            best=ArraySubquery(sold.values("product_id")[:PICTURES]),
            count=Subquery(counts.values("products")[:1]),
        )
        .order_by("name")[:MOST_BRANDS]
    )
    shown = [row for row in rows if row.best]
    pictured = shown if len(shown) <= PICTURED else []
    best = _pictures(key for row in pictured for key in row.best)
    return [
        Entry(
            row.name,
            reverse("catalog:brand", args=[row.slug]),
            row.description,
            _products(row.count),
            [*_own(row), *(best[key] for key in row.best if key in best)][:PICTURES],
        )
        for row in shown
    ]


def by_letter(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Entries under what their titles begin with; those that begin with no letter come first."""
    letters: dict[str, list[Entry]] = {}
    for entry in entries:
        first = fold(entry.title)[:1].upper()
        letters.setdefault(first if first.isalpha() else "", []).append(entry)
    return sorted(letters.items())


def collections() -> list[Entry]:
    """The active collections in their order. One query, when the cache is warm."""
    shown = read_collections()
    counted = ListedCount.objects.filter(place_id__in=[one.id for one in shown], term="")
    products = dict(counted.values_list("place_id", "products"))
    return [
        Entry(
            one.title,
            one.url,
            one.summary,
            _products(products.get(UUID(one.id))),
            [one.picture] if one.picture else [],
            one.thread,
        )
        for one in shown
    ]


def size_guides() -> list[Entry]:
    """All size charts by title, each with a piece that is cut by it. Two queries."""
    # The first that the database finds: any piece will do, and sorting them all would be slow.
    piece = Product.objects.published().filter(size_chart=OuterRef("pk")).order_by()
    charts: Any = SizeChart.objects.annotate(piece=Subquery(piece.values("pk")[:1]))
    rows = list(charts)
    pictures, choices = _pictures(row.piece for row in rows if row.piece), read_choices()
    return [
        Entry(
            row.title,
            row.get_absolute_url(),
            row.introduction,
            _sizes(row, choices),
            [pictures[row.piece]] if row.piece in pictures else [],
        )
        for row in rows
    ]


def _pictures(product_ids: Iterable[UUID]) -> dict[UUID, Picture]:
    [cards] = ready_cards(product_ids)
    return {card.product_id: card.picture for card in cards}


def _own(brand: Brand) -> list[Picture]:
    return [Picture.of(brand.image, "", widest=TILE_WIDEST)] if brand.image else []


def _products(number: int | None) -> str:
    words = ngettext("%(number)s product", "%(number)s products", number or 0)
    return words % {"number": number_format(number, force_grouping=True)} if number else ""


def _sizes(chart: SizeChart, choices: Choices) -> str:
    names = [choices.get("size", slug).name for slug in chart.sizes]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
