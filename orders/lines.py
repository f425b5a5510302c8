"""Cart and order lines as pages show them: picture, name, chosen options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from catalog.models import OptionValue, ProductMedia, ProductVariant
from shop import cache

OPTIONS_SECONDS = 300


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
            found[variant.pk] = LinePicture(best.media.file, best.media.alt_text)
    return found


def option_names() -> dict[str, str]:
    """Names of all option values by ``option:slug``, from the cache or one query."""
    names: dict[str, str] = cache.read_through(
        "options", "names", _load_option_names, seconds=OPTIONS_SECONDS
    )
    return names


def choice(option_values: Mapping[str, str], names: Mapping[str, str] | None = None) -> str:
    """What was chosen, in words: "Navy, M"; for many lines read ``names`` once."""
    names = option_names() if names is None else names
    return ", ".join(
        names.get(f"{option}:{slug}", slug) for option, slug in sorted(option_values.items())
    )


def _load_option_names() -> dict[str, str]:
    return {f"{row.option}:{row.slug}": row.name for row in OptionValue.objects.all()}
