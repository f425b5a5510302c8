"""Published products with all that their pages show, held by each process until they change.

Requests share them: nobody changes what is given here.
"""

from collections.abc import Mapping
from uuid import UUID

from catalog.freshness import BRANDS, NAMESPACE
from catalog.models import Product
from catalog.products.composition import readable
from inventory.availability import PRODUCT
from shop.held import Shelf

#: A product is held for this long at most, in seconds; its finished page for as long again.
SECONDS = 30
#: A product with its variants, pictures and first reviews takes up to a hundred kilobytes.
_MOST = 60
_MOST_SLUGS = 1_000

_shelf: Shelf[UUID, Product] = Shelf(most=_MOST, seconds=SECONDS)
#: Where a product was last found. Its own slug, which ends with its version, has the last word.
_keys: dict[str, UUID] = {}


def read_published(slug: str) -> Product | None:
    """The published product with this slug, :func:`~catalog.products.composition.readable`.

    No query for one that is held, else one, and one more where the slug is new to the process.
    """
    known = _keys.get(slug)
    found = _published(known, slug) if known else None
    if found is not None:
        return found
    key = Product.objects.published().filter(slug=slug).values_list("pk", flat=True).first()
    if key is None:
        return None
    if len(_keys) >= _MOST_SLUGS:
        _keys.clear()
    _keys[slug] = key
    return _published(key, slug)


def read_again(key: UUID) -> Product | None:
    """A product by its id, whether published or not; otherwise like :func:`read_published`."""
    versions = [(PRODUCT, key)]
    return _shelf.many({key: versions}, _read, versions=[(NAMESPACE, BRANDS)]).get(key)


def _published(key: UUID, slug: str) -> Product | None:
    product = read_again(key)
    return product if product and product.slug == slug and product.is_published else None


def _read(keys: list[UUID]) -> Mapping[UUID, Product]:
    return {product.pk: product for product in readable(Product.objects.filter(pk__in=keys))}
