"""How much of each product was sold lately: the best-selling order of listings."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

#: Sales that count, in days.
SOLD_WITHIN_DAYS = 90

# Movements are never changed and their ids grow with time, so the key bounds the range. One day
# more for a movement that was written with a time before its own.
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
    changed AS (
        SELECT product.id, coalesce(sold.units, 0) AS units
        FROM catalog_product product LEFT JOIN sold ON sold.product_id = product.id
        WHERE product.units_sold <> coalesce(sold.units, 0)
        ORDER BY product.id FOR NO KEY UPDATE OF product
    )
    UPDATE catalog_product product SET units_sold = changed.units
    FROM changed WHERE changed.id = product.id
"""


def count_units_sold() -> int:
    """Count the units sold of each product; how many products changed.

    One statement that writes only what differs. The version stays, as nobody edited anything.
    """
    since = timezone.now() - timedelta(days=SOLD_WITHIN_DAYS)
    milliseconds = int((since - timedelta(days=1)).timestamp() * 1000)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"first": UUID(int=milliseconds << 80), "since": since})
        return cursor.rowcount
