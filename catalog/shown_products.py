"""Published products with all that their pages show, held by each process until they change.

Requests share them: nobody changes what :func:`read_published` gives.
"""

from collections.abc import Mapping
from uuid import UUID

from catalog.freshness import BRANDS, NAMESPACE
from catalog.models import Product
from catalog.products.product_page import readable
from inventory.availability import PRODUCT
from shop.held import Shelf

#: A product is held for this long at most, in seconds.
SECONDS = 60
#: A product with its variants, pictures and first reviews takes up to a hundred kilobytes.
_MOST = 60
_MOST_SLUGS = 1_000

_shelf: Shelf[UUID, Product] = Shelf(most=_MOST, seconds=SECONDS)
#: Where a product was last found. Its own slug, which ends with its version, has the last word.
_keys: dict[str, UUID] = {}


def read_published(slug: str) -> Product | None:
    """The published product with this slug, :func:`~catalog.products.product_page.readable`.

    No query for one that is held, else one.
    """
    key = _keys.get(slug)
    if key is not None:
        versions = [(PRODUCT, key)]
        product = _shelf.many({key: versions}, _read, versions=[(NAMESPACE, BRANDS)]).get(key)
        if product is not None and product.slug == slug and product.is_published:
            return product
    product = readable(Product.objects.published()).filter(slug=slug).first()
    if product is not None:
        if len(_keys) >= _MOST_SLUGS:
            _keys.clear()
        _keys[slug] = product.pk
    return product


def _read(keys: list[UUID]) -> Mapping[UUID, Product]:
    return {product.pk: product for product in readable(Product.objects.filter(pk__in=keys))}
