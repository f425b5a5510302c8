"""What carts hold: variants with their product, brand and pictures, held until they change.

Unlike :mod:`catalog.shown_products` this outlives a change of stock, and so most orders. Requests
share what is given here: nobody changes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from catalog.freshness import BRANDS, NAMESPACE, WARES
from catalog.models import Product, ProductMedia, ProductVariant
from catalog.models.media import picture_json
from shop.held import Shelf
from shop.making import Version

#: A product's variants are held for this long at most, in seconds.
SECONDS = 60
_MOST = 500
_MOST_SLUGS = 5_000


@dataclass(frozen=True)
class Wares:
    """A product's variants by id, deleted ones too, and its primary pictures.

    ``pictures`` are for :func:`catalog.models.media.picture_of`, each with the ``option_values``
    that it shows.
    """

    variants: Mapping[UUID, ProductVariant]
    pictures: list[dict[str, Any]]

    def chosen(self, option_values: Mapping[str, str]) -> ProductVariant | None:
        """The live variant with exactly these options."""
        live = (row for row in self.variants.values() if not row.is_deleted)
        return next((row for row in live if row.option_values == option_values), None)


_shelf: Shelf[UUID, Wares] = Shelf(most=_MOST, seconds=SECONDS)
#: Where a product was last found; its own slug has the last word.
_keys: dict[str, UUID] = {}


def of_products(product_ids: Iterable[UUID]) -> dict[UUID, Wares]:
    """The wares of each product; no query for those that are held, else one for all others."""
    keys = {key: [version_of(key)] for key in product_ids}
    return _shelf.many(keys, _read, versions=[(NAMESPACE, BRANDS)])


def version_of(product_id: UUID) -> Version:
    """What ends the wares of a product."""
    return (WARES, product_id)


def find_published(slug: str, option_values: Mapping[str, str]) -> ProductVariant | None:
    """The live variant of the published product with this slug, with exactly these options.

    No query while it is held, else two.
    """
    key = _keys.get(slug)
    product = _published(key, slug) if key else None
    if product is None:
        key = Product.objects.published().filter(slug=slug).values_list("pk", flat=True).first()
        if key is None:
            return None
        if len(_keys) >= _MOST_SLUGS:
            _keys.clear()
        _keys[slug] = key
        product = _published(key, slug)
    chosen = {option: value for option, value in option_values.items() if value}
    return product.chosen(chosen) if product else None


def _published(key: UUID, slug: str) -> Wares | None:
    wares = of_products([key]).get(key)
    product = next((row.product for row in wares.variants.values()), None) if wares else None
    return wares if product and product.slug == slug and product.is_published else None


def _read(keys: list[UUID]) -> Mapping[UUID, Wares]:
    links = ProductMedia.objects.filter(
        is_primary=True, media__kind="IMAGE", product=OuterRef("product")
    )
    pictures = links.order_by("position").values_list(picture_json(option_values="option_values"))
    rows = ProductVariant.all_objects.filter(product__in=keys).select_related("product__brand")
    found: dict[UUID, Wares] = {}
    for row in rows.annotate(primary_pictures=ArraySubquery(pictures)):
        wares = found.setdefault(row.product_id, Wares({}, row.primary_pictures))
        wares.variants[row.pk] = row  # type: ignore[index]
    return found
