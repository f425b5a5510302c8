"""Classes of stock by what it earns: A brings most of the revenue, C the rest."""

from datetime import datetime, timedelta

from django.db import connection

from audit import recording
from inventory.models import Stock, StockCategory
from shop.models import rows_written

#: Revenue of so many days decides.
WINDOW_DAYS = 90
#: Names, and the shares of revenue in hundredths up to which a class reaches.
CLASSES = (("a", "A", 80), ("b", "B", 95), ("c", "C", 100))

#: Shelves that were never classed and sold nothing; a run takes so many of them.
NEW_ROWS = 20_000

# Reads what was sold, what is in a class that must be earned, and new shelves: never all of them.
_CLASSIFY = """
    WITH sold AS (
        SELECT stock_id, -sum(quantity_change) AS units FROM inventory_movement
        WHERE created_at >= %(since)s AND kind IN ('SALE', 'RETURN')
        GROUP BY stock_id
    ),
    earned AS (
        SELECT sold.stock_id AS id, greatest(sold.units, 0) * v.price AS revenue
        FROM sold
        JOIN inventory_stock s ON s.id = sold.stock_id
        JOIN catalog_productvariant v ON v.id = s.variant_id
    ),
    ranked AS (
        SELECT id, revenue, sum(revenue) OVER () AS total,
            sum(revenue) OVER (ORDER BY revenue DESC, id) - revenue AS above
        FROM earned
    ),
    classed AS (
        SELECT id, CASE
            WHEN revenue = 0 THEN %(c)s::uuid
            WHEN above * 100 < total * %(a_share)s THEN %(a)s::uuid
            WHEN above * 100 < total * %(b_share)s THEN %(b)s::uuid
            ELSE %(c)s::uuid END AS after
        FROM ranked
    ),
    looked_at AS (
        SELECT id FROM classed
        UNION SELECT id FROM inventory_stock WHERE revenue_class_id IN (%(a)s, %(b)s)
        UNION (SELECT id FROM inventory_stock WHERE revenue_class_id IS NULL LIMIT %(new)s)
    ),
    turned AS (
        SELECT s.id, s.revenue_class_id AS before, coalesce(c.after, %(c)s::uuid) AS after
        FROM looked_at l
        JOIN inventory_stock s ON s.id = l.id
        LEFT JOIN classed c ON c.id = l.id
        WHERE s.revenue_class_id IS DISTINCT FROM coalesce(c.after, %(c)s::uuid)
        ORDER BY s.id FOR NO KEY UPDATE OF s
    )
    UPDATE inventory_stock s SET revenue_class_id = turned.after
    FROM turned WHERE s.id = turned.id
    RETURNING s.id, turned.before, turned.after
"""


def classify(now: datetime) -> int:
    """Give each stock row its class by its share of revenue; returns how many changed. Audited.

    Units sold less those that came back, at today's price. What sold nothing is C, of shelves
    that are new :data:`NEW_ROWS` a run.
    """
    with recording.batch():
        known = {
            code: StockCategory.objects.get_or_create(
                kind=StockCategory.Kind.CLASS, code=code, defaults={"name": name}
            )[0].pk
            for code, name, _share in CLASSES
        }
        shares = {f"{code}_share": share for code, _name, share in CLASSES}
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            since = now - timedelta(days=WINDOW_DAYS)
            cursor.execute(_CLASSIFY, {**known, **shares, "since": since, "new": NEW_ROWS})
            turned = cursor.fetchall()
        told = [
            (pk, {"revenue_class_id": before}, {"revenue_class_id": after})
            for pk, before, after in turned
        ]
        rows_written.send(sender=Stock, action="update", rows=told)
        return len(turned)
