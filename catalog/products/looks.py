"""Other products beside a product: what completes the look, and what is much like it.

Staff's own links come first. Rules fill the rest from the listing rows, so that a category of
thousands costs a few steps of an index.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from catalog.cards import Card
from catalog.models import Product
from catalog.ready_cards import ready_cards

LOOK = 4
SIMILAR = 8
#: Candidates of each rule; some of them are sold out and stand back.
_CANDIDATES = 8
#: Rows of a place that are searched for what goes with the product.
_LOOKED_AT = 500

# Rows of (rule, product) in the order of the rules. The keys of places are looked up first, so
# that each part walks the index of one place.
_PICK = """
    WITH place AS (
        SELECT max(id::text) FILTER (WHERE path = %(own)s)::uuid AS own,
            max(id::text) FILTER (WHERE path = %(branch)s)::uuid AS branch,
            max(id::text) FILTER (WHERE path = %(department)s)::uuid AS department
        FROM catalog_category
        WHERE path IN (%(own)s, %(branch)s, %(department)s) AND deleted_at IS NULL
    )
    (SELECT lower(kind), other_id FROM catalog_productlink
        WHERE product_id = %(product)s ORDER BY position, id)
    UNION ALL
    (SELECT 'near', product_id FROM catalog_listedproduct
        WHERE place_id = (SELECT own FROM place) AND price_low >= %(price)s
        AND product_id <> %(product)s AND published_at <= %(now)s
        ORDER BY price_low, product_id LIMIT %(most)s)
    UNION ALL
    (SELECT 'near', product_id FROM catalog_listedproduct
        WHERE place_id = (SELECT own FROM place) AND price_low < %(price)s
        AND product_id <> %(product)s AND published_at <= %(now)s
        ORDER BY price_low DESC, product_id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT 'branch', product_id FROM catalog_listedproduct
        WHERE place_id = (SELECT branch FROM place)
        AND product_id <> %(product)s AND published_at <= %(now)s
        ORDER BY units_sold DESC, published_at DESC, product_id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT 'collection', product_id FROM (
            SELECT * FROM catalog_listedproduct
            WHERE place_id = (
                SELECT link.collection_id FROM catalog_collectionproduct link
                JOIN catalog_collection collection ON collection.id = link.collection_id
                WHERE link.product_id = %(product)s AND collection.status = 'ACTIVE'
                AND collection.deleted_at IS NULL
                ORDER BY collection.display_order, collection.id LIMIT 1
            )
            AND published_at <= %(now)s
            ORDER BY precedence DESC, published_at DESC, product_id DESC LIMIT %(looked_at)s
        ) first
        WHERE product_id <> %(product)s AND NOT terms @> ARRAY[%(in_branch)s]
        ORDER BY precedence DESC, published_at DESC, product_id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT 'color', product_id FROM (
            SELECT * FROM catalog_listedproduct
            WHERE place_id = (SELECT department FROM place) AND published_at <= %(now)s
            ORDER BY units_sold DESC, published_at DESC, product_id DESC LIMIT %(looked_at)s
        ) best
        WHERE product_id <> %(product)s AND NOT terms @> ARRAY[%(in_branch)s]
        AND terms && ARRAY(
            SELECT 'color:' || value.slug FROM catalog_optionvalue value
            WHERE value.option = 'color' AND (value.slug = %(color)s OR value.family IN (
                SELECT chosen.family FROM catalog_optionvalue chosen
                WHERE chosen.option = 'color' AND chosen.slug = %(color)s AND chosen.family <> ''
            ))
        )
        ORDER BY units_sold DESC, published_at DESC, product_id DESC LIMIT %(most)s)
"""


@dataclass(frozen=True)
class Picks:
    """Ids of products beside a product, the best first: for the look, and similar ones."""

    look: list[Any]
    similar: list[Any]


def pick(product: Product, category_path: str, color: str) -> Picks:
    """Whom to show beside ``product``, which lies in the category and comes in ``color``.

    One query. More than are shown, because some may be sold out by now.
    """
    steps = category_path.split("/")
    parameters: dict[str, Any] = {
        "product": product.pk,
        "price": product.price,
        "now": timezone.now(),
        "own": category_path,
        "branch": category_path.rpartition("/")[0] or category_path,
        "department": steps[0],
        "in_branch": f"in:{'/'.join(steps[:2])}",
        "color": color,
        "most": _CANDIDATES,
        "looked_at": _LOOKED_AT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PICK, parameters)
        rows = cursor.fetchall()
    by_rule: dict[str, list[Any]] = {}
    for rule, key in rows:
        by_rule.setdefault(rule, []).append(key)
    look = _once(by_rule, "look", "collection", "color")
    similar = _once(by_rule, "similar", "near", "branch")
    return Picks(
        look[: 2 * LOOK], [key for key in similar if key not in look[:LOOK]][: 2 * SIMILAR]
    )


def arranged(picks: Picks) -> tuple[list[Card], list[Card]]:
    """Cards of four and eight of them: what is in stock first, and nothing twice.

    One query for cards that nobody holds ready.
    """
    look, similar = ready_cards(picks.look, picks.similar)
    look = [card for card in look if not card.is_sold_out][:LOOK]
    worn = {card.product_id for card in look}
    rest = [card for card in similar if card.product_id not in worn]
    return look, sorted(rest, key=lambda card: card.is_sold_out)[:SIMILAR]


def _once(by_rule: dict[str, list[Any]], *rules: str) -> list[Any]:
    """The picks of the rules one after the other, each product once."""
    keys: Iterable[Any] = (key for rule in rules for key in by_rule.get(rule, ()))
    return list(dict.fromkeys(keys))
