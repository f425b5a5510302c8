"""Cart and order lines as pages show them: picture, name, chosen options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from catalog.models import ProductMedia, ProductVariant
from catalog.models.media import picture_json, picture_of
from catalog.products.choices import Choices, read_choices
from orders.models import CartItem, OrderItem

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
    rows = _primary(product__in={variant.product_id for variant in wanted})
    found = {}
    links = list(rows.values_list("product_id", _picture()))
    for variant in wanted:
        own = [link for product_id, link in links if product_id == variant.product_id]
        picture = _fitting(own, variant)
        if picture:
            found[variant.pk] = picture
    return found


def with_pictures(rows: "QuerySet[CartItem]") -> "QuerySet[CartItem]":
    """Lines with what :func:`picture_of_item` needs."""
    links = _primary(product=OuterRef("variant__product")).values_list(_picture())
    return rows.annotate(primary_pictures=ArraySubquery(links))


def picture_of_item(item: CartItem) -> LinePicture | None:
    """What :func:`pictures` would find for an item that was read :func:`with_pictures`."""
    links: list[dict[str, Any]] = item.primary_pictures  # type: ignore[attr-defined]
    return _fitting(links, item.variant)


def pictures_of_items(items: Iterable[CartItem]) -> dict[UUID, LinePicture]:
    """Their pictures by variant; no query for items that brought them along, else one."""
    rows = list(items)
    if not all(hasattr(item, "primary_pictures") for item in rows):
        return pictures(item.variant for item in rows)
    found = {item.variant_id: picture_of_item(item) for item in rows}
    return {variant_id: picture for variant_id, picture in found.items() if picture}


def choice(option_values: Mapping[str, str], choices: Choices | None = None) -> str:
    """What was chosen, in words: "Navy, M"; for many lines read ``choices`` once."""
    known = read_choices() if choices is None else choices
    return ", ".join(known.get(option, slug).name for option, slug in sorted(option_values.items()))


def in_words(title: str, chosen: str) -> str:
    """What it is and what of it was chosen; gift cards leave nothing to choose."""
    return ", ".join(filter(None, (title, chosen)))


def title(item: OrderItem, choices: Choices | None = None) -> str:
    """What was ordered and what of it was chosen: "Merino jumper, Teal, M"."""
    return in_words(item.title, choice(item.option_values, choices))


def title_in_cart(item: CartItem, choices: Choices | None = None) -> str:
    """The same for what lies in a cart."""
    return in_words(item.variant.product.title, choice(item.variant.option_values, choices))


def named(item: OrderItem, choices: Choices | None = None) -> str:
    """The line as staff tell it from the others of its order, with its SKU."""
    return f"{title(item, choices)} ({item.sku})"


def _primary(**which: Any) -> "QuerySet[ProductMedia]":
    rows: QuerySet[ProductMedia] = ProductMedia.objects.filter(
        is_primary=True, media__kind="IMAGE", **which
    )
    return rows.order_by("position")


def _picture() -> JSONObject:
    return picture_json(option_values="option_values")


def _fitting(links: Iterable[dict[str, Any]], variant: ProductVariant) -> LinePicture | None:
    """The first of the links that name most of what the variant is, and nothing that it is not."""
    chosen = variant.option_values.items()
    fitting = [link for link in links if link["option_values"].items() <= chosen]
    if not fitting:
        return None
    media = picture_of(max(fitting, key=lambda link: len(link["option_values"])))
    return LinePicture(media.fallback(WIDTH), media.alt_text)
