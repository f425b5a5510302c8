"""How much of each product was sold lately: the best-selling order of listings.

Sales are summed by product and day (UTC). An hourly count reads the sales of the last days only,
and touches the products that sold then or whose oldest day is over.
"""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from catalog.models import SoldOnDay

#: Sales that count: those of today and of so many days before.
SOLD_WITHIN_DAYS = 90

# Movements are never changed and their ids grow with time, so the key bounds the range. One day
# more for a movement that was written with a time before its own. Arrays, because the planner
# expects most products to have changed and would read them all. What the statement writes it does
# not see: the days before the counted ones are as they were, the others are those just counted.
_COUNT = """
    WITH fresh AS MATERIALIZED (
        SELECT variant.product_id, (movement.created_at AT TIME ZONE 'UTC')::date AS day,
            -sum(movement.quantity_change) AS units
        FROM inventory_movement movement
        JOIN inventory_stock stock ON stock.id = movement.stock_id
        JOIN catalog_productvariant variant ON variant.id = stock.variant_id
        WHERE movement.id >= %(key)s AND movement.kind = 'SALE'
        AND movement.created_at >= %(first)s::date::timestamp AT TIME ZONE 'UTC'
        GROUP BY 1, 2
    ),
    put AS (
        INSERT INTO catalog_soldonday AS known (product_id, day, units)
        SELECT product_id, day, units FROM fresh
        ON CONFLICT (product_id, day) DO UPDATE SET units = excluded.units
        WHERE known.units <> excluded.units
        RETURNING product_id
    ),
    over AS (
        DELETE FROM catalog_soldonday WHERE day < %(oldest)s RETURNING product_id
    ),
    touched AS MATERIALIZED (
        SELECT product_id FROM put UNION SELECT product_id FROM over
        UNION SELECT id FROM catalog_product WHERE units_sold > 0 AND %(is_anew)s
    ),
    sold AS (
        SELECT product_id, sum(units) AS units FROM (
            SELECT product_id, units FROM fresh
            UNION ALL
            SELECT product_id, units FROM catalog_soldonday
            WHERE product_id = ANY (ARRAY(SELECT product_id FROM touched))
            AND day >= %(oldest)s AND day < %(first)s
        ) days GROUP BY product_id
    ),
    wanted AS MATERIALIZED (
        SELECT product_id AS id, coalesce(sold.units, 0) AS units
        FROM touched LEFT JOIN sold USING (product_id)
    ),
    locked AS (
        SELECT id FROM catalog_product WHERE id = ANY (ARRAY(SELECT id FROM wanted))
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE catalog_product product SET units_sold = wanted.units
    FROM wanted WHERE wanted.id = product.id AND product.units_sold <> wanted.units
    AND product.id = ANY (ARRAY(SELECT id FROM locked))
"""


def count_units_sold() -> int:
    """Count the units sold of each product; how many products changed.

    One statement that reads the sales since the day before the last one counted, and everything
    the first time, which may take minutes; it writes only what differs. The version of a product
    stays, as nobody edited anything.
    """
    oldest = timezone.now().astimezone(UTC).date() - timedelta(days=SOLD_WITHIN_DAYS)
    with transaction.atomic(), connection.cursor() as cursor:
        last = SoldOnDay.objects.aggregate(day=Max("day"))["day"]
        first = max(oldest, last - timedelta(days=1)) if last else oldest
        key = datetime.combine(first - timedelta(days=1), time(), UTC)
        values = {
            "key": UUID(int=int(key.timestamp() * 1000) << 80),
            "first": first,
            "oldest": oldest,
            "is_anew": last is None,
        }
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_COUNT, values)
        return cursor.rowcount


def forget_days() -> None:
    """Let the next count read everything: sales were written that are older than it would read."""
    SoldOnDay.objects.all().delete()
