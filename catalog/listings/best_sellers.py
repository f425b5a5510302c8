"""How much of each product was sold lately: the best-selling order of listings."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

#: Sales that count, in days.
SOLD_WITHIN_DAYS = 90

# Movements are never changed and their ids grow with time, so the key bounds the range. One day
# more for a movement that was written with a time before its own. Arrays, because the planner
# expects most products to have changed and would read them all.
_COUNT = """
    WITH sold AS MATERIALIZED (
        SELECT variant.product_id, -sum(movement.quantity_change) AS units
        FROM inventory_movement movement
        JOIN inventory_stock stock ON stock.id = movement.stock_id
        JOIN catalog_productvariant variant ON variant.id = stock.variant_id
        WHERE movement.id >= %(first)s AND movement.kind = 'SALE'
        AND movement.created_at >= %(since)s
        GROUP BY variant.product_id
    ),
    changed AS MATERIALIZED (
        SELECT coalesce(sold.product_id, counted.id) AS id, coalesce(sold.units, 0) AS units
        FROM sold FULL JOIN (
            SELECT id, units_sold FROM catalog_product WHERE units_sold > 0
        ) counted ON counted.id = sold.product_id
        WHERE coalesce(sold.units, 0) <> coalesce(counted.units_sold, 0)
    ),
    locked AS (
        SELECT id FROM catalog_product WHERE id = ANY (ARRAY(SELECT id FROM changed))
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE catalog_product product SET units_sold = changed.units
    FROM changed WHERE changed.id = product.id AND product.id = ANY (ARRAY(SELECT id FROM locked))
"""


def count_units_sold() -> int:
    """Count the units sold of each product; how many products changed.

    One statement that reads what sold lately and what was counted before, and writes only what
    differs; it may take minutes, of which it locks nothing but at the end. The version stays, as
    nobody edited anything.
    """
    since = timezone.now() - timedelta(days=SOLD_WITHIN_DAYS)
    milliseconds = int((since - timedelta(days=1)).timestamp() * 1000)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_COUNT, {"first": UUID(int=milliseconds << 80), "since": since})
        return cursor.rowcount
