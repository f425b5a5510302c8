"""Promotions in force, told on the pages of the products that they are for."""

from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from catalog.freshness import NAMESPACE, TREE
from inventory.availability import PRODUCT
from orders.promotions.offers import Offer, promotions
from orders.promotions.sentences import gift_words
from shop.held import Shelf
from shop.money import format_money

#: Promotions told on one page.
TOLD = 3
#: How long a process remembers where a product is, in seconds: a collection that is filled anew
#: ends no version.
SECONDS = 30

# Categories of the product with all above them, and its collections.
_PLACES = """
    SELECT above.id FROM catalog_productcategory link
    JOIN catalog_category own ON own.id = link.category_id
    JOIN catalog_category above ON above.path = own.path OR starts_with(own.path, above.path || '/')
    WHERE link.product_id = %(product)s
    UNION
    SELECT link.collection_id FROM catalog_collectionproduct link
    WHERE link.product_id = %(product)s
"""

_places: Shelf[UUID, frozenset[str]] = Shelf(most=5000, seconds=SECONDS)


def of_product(product_id: UUID, *, is_on_sale: bool = False) -> list[str]:
    """What is given for the product now: "3 for 2", "20 % off from €60.00".

    Those that leave reduced goods out are not told for them. No query while promotions are cached
    and none is for a category or collection, else one where the product's places are not held.
    """
    running = promotions(settings.SHOP_CURRENCY)
    if not running:
        return []
    is_placed = any(offer.places for offer in running)
    places = _places_of(product_id) if is_placed else frozenset()
    told = [
        _words(offer)
        for offer in running
        if offer.is_for(str(product_id), places) and not (offer.skips_sale_items and is_on_sale)
    ]
    return told[:TOLD]


def _words(offer: Offer) -> str:
    currency = settings.SHOP_CURRENCY
    gift = gift_words(
        offer.kind,
        offer.value,
        currency,
        size=offer.group_size,
        fewer=offer.group_discounted,
    )
    if offer.minimum_order:
        amount = format_money(offer.minimum_order, currency)
        gift = _("%(gift)s from %(amount)s") % {"gift": gift, "amount": amount}
    return f"{offer.name}: {gift}"


def _places_of(product_id: UUID) -> frozenset[str]:
    versions = [(NAMESPACE, TREE), (PRODUCT, product_id)]
    return _places.one(product_id, lambda: _read_places(product_id), versions=versions)


def _read_places(product_id: UUID) -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"product": product_id})
        return frozenset(str(place) for (place,) in cursor.fetchall())
