"""Prices: a product's are the defaults of its variants."""

from audit import recording
from catalog.models import Product, ProductVariant

_DEFAULTS = ("price", "compare_at_price", "cost")


def follow_defaults(product: Product, before: dict[str, int | None]) -> list[ProductVariant]:
    """Carry changed default amounts over to the variants that had the old ones.

    ``before`` holds the product's amounts as they were, in minor units; a variant with a price
    of its own keeps all of its amounts. Returns the variants that changed. Raises
    :class:`~shop.models.StaleObject` when one is being changed at the same time.
    """
    changed = [name for name in _DEFAULTS if getattr(product, name) != before[name]]
    if not changed:
        return []
    followers = list(product.variants.filter(**before))
    with recording.batch():
        for variant in followers:
            for name in changed:
                setattr(variant, name, getattr(product, name))
            variant.save(update_fields=changed)
    return followers
