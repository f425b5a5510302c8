"""The discounts of a cart as it is now: offers read, goods placed, everything reckoned."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from catalog.freshness import NAMESPACE, TREE, WARES
from orders.models import CartItem
from orders.promotions.buyer import NOBODY, Buyer
from orders.promotions.claims import claims
from orders.promotions.discounts import Discounts, Goods, reckon
from orders.promotions.offers import Offer, promotions
from shop import prepared
from shop.held import Shelf

#: Where a product is placed is held for this long at most, in seconds.
SECONDS = 60
_MOST = 5_000

# The categories of products, all above them, and their collections.
_PLACES = """
    SELECT link.product_id, above.id
    FROM catalog_productcategory link
    JOIN catalog_category own ON own.id = link.category_id
    JOIN catalog_category above
        ON above.path = own.path OR starts_with(own.path, above.path || '/')
    WHERE link.product_id = ANY(%s::uuid[])
    UNION
    SELECT link.product_id, link.collection_id FROM catalog_collectionproduct link
    WHERE link.product_id = ANY(%s::uuid[])
"""

_shelf: Shelf[UUID, frozenset[str]] = Shelf(most=_MOST, seconds=SECONDS)


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
    """The lines as the offers see them.

    One query if any offer is for a place, none while it is known where the products are.
    """
    is_wanted = any(offer.places for offer in offers)
    places = _places({item.variant.product_id for item in items}) if is_wanted else {}
    return [
        Goods(
            key=str(item.variant_id),
            price=item.variant.price,
            quantity=item.quantity,
            product=str(item.variant.product_id),
            places=places.get(item.variant.product_id, frozenset()),
            is_on_sale=item.variant.lowest_prior_price is not None,
        )
        for item in items
        # Money is not had for less money.
        if not item.variant.product.is_gift_card
    ]


def _places(product_ids: set[UUID]) -> dict[UUID, frozenset[str]]:
    """Ids of the categories and collections in which each product is."""
    keys = {key: [(WARES, key)] for key in product_ids}
    return _shelf.many(keys, _read_places, versions=[(NAMESPACE, TREE)])


def _read_places(keys: list[UUID]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {key: set() for key in keys}
    for product_id, place in prepared.run(_PLACES, [keys, keys]).fetchall():
        found[product_id].add(str(place))
    return {key: frozenset(places) for key, places in found.items()}
