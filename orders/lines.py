"""Cart and order lines as pages show them: picture, name, chosen options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from catalog.models import ProductMedia, ProductVariant
from catalog.products.choices import Choices, read_choices

#: Width of the copy that a line shows, in pixels.
WIDTH = 320


@dataclass(frozen=True)
class LinePicture:
    """A picture's path below the media root; empty when the product has none."""

    path: str
    alt: str


def pictures(variants: Iterable[ProductVariant]) -> dict[UUID, LinePicture]:
    """The primary picture of each variant's color, or else of its product. One query."""
    wanted = list(variants)
    rows = (
        ProductMedia.objects.filter(
            product__in={variant.product_id for variant in wanted},
            is_primary=True,
            media__kind="IMAGE",
        )
        .select_related("media")
        .order_by("position")
    )
    links = list(rows)
    found = {}
    for variant in wanted:
        fitting = [
            link
            for link in links
            if link.product_id == variant.product_id
            and link.option_values.items() <= variant.option_values.items()
        ]
        if fitting:
            best = max(fitting, key=lambda link: len(link.option_values))
            found[variant.pk] = LinePicture(best.media.fallback(WIDTH), best.media.alt_text)
    return found


def choice(option_values: Mapping[str, str], choices: Choices | None = None) -> str:
    """What was chosen, in words: "Navy, M"; for many lines read ``choices`` once."""
    known = read_choices() if choices is None else choices
    return ", ".join(known.get(option, slug).name for option, slug in sorted(option_values.items()))
