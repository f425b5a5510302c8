"""Colors and sizes: their names, their order, and the variant that a choice of them means."""

import re
from dataclasses import dataclass
from typing import Any

from catalog.freshness import BRANDS, LIFE_SECONDS, NAMESPACE, OPTIONS
from catalog.models import Brand, OptionValue, Product, ProductVariant
from shop import cache

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


def read_choices() -> Choices:
    """All colors and sizes; no query when the cache is warm, else one."""
    return Choices(cache.read_through(NAMESPACE, OPTIONS, _load_options, seconds=LIFE_SECONDS))


def read_brands() -> dict[str, str]:
    """Names of the brands by slug; no query when the cache is warm, else one."""
    brands: dict[str, str] = cache.read_through(
        NAMESPACE, BRANDS, _load_brands, seconds=LIFE_SECONDS
    )
    return brands


def find_variant(product: Product, option_values: dict[str, str]) -> ProductVariant | None:
    """The live variant of ``product`` with exactly these options; empty ones do not count.

    None when there is none, whatever was asked for. One query.
    """
    chosen = {option: slug for option, slug in option_values.items() if slug}
    if not all(map(_SLUG.fullmatch, [*chosen, *chosen.values()])):
        return None
    return (
        ProductVariant.objects.select_related("product")
        .filter(product=product, option_values=chosen)
        .first()
    )


def _load_options() -> list[dict[str, Any]]:
    rows = OptionValue.objects.order_by("option", "position", "slug")
    return list(rows.values("option", "slug", "name", "swatch", "second_swatch"))


def _load_brands() -> dict[str, str]:
    return dict(Brand.objects.order_by("name").values_list("slug", "name"))
