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

_CLASSIFY = """
    WITH earned AS (
        SELECT s.id, s.revenue_class_id AS before,
            greatest(coalesce(-sum(m.quantity_change), 0), 0) * v.price AS revenue
        FROM inventory_stock s
        JOIN catalog_productvariant v ON v.id = s.variant_id
        LEFT JOIN inventory_movement m ON m.stock_id = s.id AND m.created_at >= %(since)s
            AND m.kind IN ('SALE', 'RETURN')
        GROUP BY s.id, v.price
    ),
    ranked AS (
        SELECT id, before, revenue, sum(revenue) OVER () AS total,
            sum(revenue) OVER (ORDER BY revenue DESC, id) - revenue AS above
        FROM earned
    ),
    classed AS (
        SELECT id, before, CASE
            WHEN revenue = 0 THEN %(c)s::uuid
            WHEN above * 100 < total * %(a_share)s THEN %(a)s::uuid
            WHEN above * 100 < total * %(b_share)s THEN %(b)s::uuid
            ELSE %(c)s::uuid END AS after
        FROM ranked
    ),
    turned AS (
        SELECT s.id, c.before, c.after FROM inventory_stock s JOIN classed c ON c.id = s.id
        WHERE c.before IS DISTINCT FROM c.after
        ORDER BY s.id FOR NO KEY UPDATE OF s
    )
    UPDATE inventory_stock s SET revenue_class_id = turned.after
    FROM turned WHERE s.id = turned.id
    RETURNING s.id, turned.before, turned.after
"""


def classify(now: datetime) -> int:
    """Give each stock row its class by its share of revenue; returns how many changed. Audited.

    Units sold less those that came back, at today's price. What sold nothing is C.
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
            cursor.execute(
                _CLASSIFY, {**known, **shares, "since": now - timedelta(days=WINDOW_DAYS)}
            )
            turned = cursor.fetchall()
        told = [
            (pk, {"revenue_class_id": before}, {"revenue_class_id": after})
            for pk, before, after in turned
        ]
        rows_written.send(sender=Stock, action="update", rows=told)
        return len(turned)
