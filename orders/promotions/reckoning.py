"""The discounts of a cart as it is now: offers read, goods placed, everything reckoned."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from orders.models import CartItem
from orders.promotions.buyer import NOBODY, Buyer
from orders.promotions.claims import claims
from orders.promotions.discounts import Discounts, Goods, reckon
from orders.promotions.offers import Offer, promotions

# Products in the wanted categories, in all below them, and in the wanted collections.
_PLACES = """
    SELECT link.product_id, wanted.id
    FROM catalog_productcategory link
    JOIN catalog_category own ON own.id = link.category_id
    JOIN catalog_category wanted
        ON wanted.path = own.path OR starts_with(own.path, wanted.path || '/')
    WHERE link.product_id = ANY(%(products)s) AND wanted.id = ANY(%(places)s)
    UNION
    SELECT link.product_id, link.collection_id FROM catalog_collectionproduct link
    WHERE link.product_id = ANY(%(products)s) AND link.collection_id = ANY(%(places)s)
"""


def discounts_of(
    items: Iterable[CartItem],
    *,
    currency: str,
    buyer: Buyer = NOBODY,
    now: datetime | None = None,
) -> Discounts:
    """What is taken off ``items`` (with variant and product) at catalog prices.

    No query while promotions are cached and none of the offers is for a category or collection;
    that costs one, and codes cost what :func:`~orders.promotions.claims.claims` says.
    """
    rows = list(items)
    automatic = promotions(currency, now)
    claimed = claims(buyer, currency=currency, now=now)
    offers = [*automatic, *(claim.offer for claim in claimed if claim.offer is not None)]
    return reckon(goods_of(rows, offers), automatic, claimed, buyer.agreement)


def goods_of(items: Sequence[CartItem], offers: Iterable[Offer]) -> list[Goods]:
    """The lines as the offers see them. One query if any offer is for a place."""
    wanted = {place for offer in offers for place in offer.places}
    places = _places({item.variant.product_id for item in items}, wanted)
    return [
        Goods(
            key=str(item.variant_id),
            price=item.variant.price,
            quantity=item.quantity,
            product=str(item.variant.product_id),
            places=frozenset(places[item.variant.product_id]),
            is_on_sale=item.variant.lowest_prior_price is not None,
        )
        for item in items
        # Money is not had for less money.
        if not item.variant.product.is_gift_card
    ]


def _places(product_ids: set[UUID], wanted: set[str]) -> defaultdict[UUID, set[str]]:
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    if wanted and product_ids:
        with connection.cursor() as cursor:
            facts = {"products": list(product_ids), "places": [UUID(key) for key in wanted]}
            cursor.execute(_PLACES, facts)
            for product_id, place in cursor.fetchall():
                found[product_id].add(str(place))
    return found
