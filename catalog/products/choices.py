"""Colors and sizes: their names, their order, and the variant that a choice of them means."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Value

from catalog.freshness import BRANDS, LIFE_SECONDS, NAMESPACE
from catalog.models import Brand, OptionValue, Product, ProductVariant
from shop import cache
from shop.held import Shelf

_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,50}")


@dataclass(frozen=True)
class Choice:
    """A color or size with its place in the order; ``hex`` and ``hex2`` are of colors."""

    slug: str
    name: str
    place: int = 0
    hex: str = ""
    hex2: str = ""


class Choices:
    """Every color and size that variants may have."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._values: dict[tuple[str, str], Choice] = {}
        for place, row in enumerate(rows):
            choice = Choice(row["slug"], row["name"], place, row["swatch"], row["second_swatch"])
            self._values[row["option"], choice.slug] = choice

    def knows(self, option: str, slug: str) -> bool:
        return (option, slug) in self._values

    def get(self, option: str, slug: str) -> Choice:
        """The value; one that nobody described goes by its slug, after all others."""
        found = self._values.get((option, slug))
        return found or Choice(slug, slug.replace("-", " ").capitalize(), len(self._values))

    def ordered(self, option: str, slugs: list[str]) -> list[Choice]:
        """The values in the shop's order: colors by palette, sizes small to large."""
        choices = (self.get(option, slug) for slug in slugs)
        return sorted(choices, key=lambda choice: choice.place)


#: Choices and names of brands as all requests of the process share them.
_held: Shelf[str, tuple[Choices, dict[str, str]]] = Shelf(most=1, seconds=LIFE_SECONDS)


def read_choices() -> Choices:
    """All colors and sizes; no query when the cache is warm, else one."""
    return read_names()[0]


def read_names() -> tuple[Choices, dict[str, str]]:
    """All colors and sizes, and names of the brands by slug; at most one query."""
    return _held.one("", _read_names, versions=[(NAMESPACE, BRANDS)])


def _read_names() -> tuple[Choices, dict[str, str]]:
    rows = cache.read_through(NAMESPACE, BRANDS, _load_names, seconds=LIFE_SECONDS)
    brands = {row["slug"]: row["name"] for row in rows if row["option"] == "brand"}
    return Choices([row for row in rows if row["option"] != "brand"]), brands


def find_variant(product: Product, option_values: dict[str, str]) -> ProductVariant | None:
    """The live variant of ``product`` with exactly these options; empty ones do not count.

    None when there is none, whatever was asked for. One query.
    """
    chosen = {option: slug for option, slug in option_values.items() if slug}
    if not all(map(_SLUG.fullmatch, [*chosen, *chosen.values()])):
        return None
    variants = ProductVariant.objects.select_related("product")
    return variants.filter(product=product, option_values=chosen).first()


def _load_names() -> list[dict[str, Any]]:
    columns = ("option", "slug", "name", "swatch", "second_swatch", "position")
    nothing = Value("")
    brands = Brand.objects.order_by().values(
        "slug",
        "name",
        option=Value("brand"),
        swatch=nothing,
        second_swatch=nothing,
        position=Value(0),
    )
    names = OptionValue.objects.order_by().values(*columns).union(brands.values(*columns), all=True)
    rows = list(names)
    return sorted(rows, key=lambda row: (row["option"], row["position"], row["name"]))
