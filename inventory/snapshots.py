"""The stock of each day, and what it says of how the shelves sell."""

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q

from inventory.models import StockSnapshot
from inventory.models.snapshots import WINDOW_DAYS

#: In stock, and nothing sold in the window: dead.
IS_DEAD = Q(on_hand__gt=0, sold_in_window=0)

#: Where the bands of :func:`covers` end, in days.
COVER_DAYS = (14, 30, 90, 180)

# Sales are read once, by the index of the ledger's times. What came back counts as not sold. When
# something was sold last, the day before knows; the first day asks the whole ledger.
_TAKE = """
    INSERT INTO inventory_stocksnapshot (
        id, day, stock_id, on_hand, reserved, value, units_sold, sold_in_window, usual_on_hand,
        last_sold_on
    )
    WITH sold AS (
        SELECT m.stock_id,
            -sum(m.quantity_change) FILTER (WHERE m.created_at >= %(begins)s) AS that_day,
            -sum(m.quantity_change) FILTER (WHERE m.created_at >= %(window)s) AS in_window,
            max(m.created_at) FILTER (WHERE m.kind = 'SALE') AS last
        FROM inventory_movement m
        WHERE m.created_at >= %(since)s::timestamptz AND m.created_at < %(ends)s
        AND m.kind IN ('SALE', 'RETURN')
        GROUP BY m.stock_id
    ),
    usual AS (
        SELECT stock_id, avg(on_hand) AS on_hand FROM inventory_stocksnapshot
        WHERE day > %(day)s::date - %(days)s AND day < %(day)s
        GROUP BY stock_id
    ),
    yesterday AS (
        SELECT stock_id, last_sold_on FROM inventory_stocksnapshot
        WHERE day = (SELECT max(day) FROM inventory_stocksnapshot WHERE day < %(day)s)
    )
    SELECT gen_random_uuid(), %(day)s, s.id, s.on_hand, s.reserved,
        s.on_hand * coalesce(s.average_cost, v.cost, p.cost),
        coalesce(sold.that_day, 0), greatest(coalesce(sold.in_window, 0), 0),
        coalesce(usual.on_hand, s.on_hand),
        coalesce((sold.last AT TIME ZONE %(zone)s)::date, yesterday.last_sold_on)
    FROM inventory_stock s
    JOIN catalog_productvariant v ON v.id = s.variant_id
    JOIN catalog_product p ON p.id = v.product_id
    LEFT JOIN sold ON sold.stock_id = s.id
    LEFT JOIN usual ON usual.stock_id = s.id
    LEFT JOIN yesterday ON yesterday.stock_id = s.id
    ON CONFLICT (day, stock_id) DO NOTHING
"""


def take(day: date) -> int:
    """Write down what lies on every shelf as the stock of ``day``; returns the number of rows.

    One statement writes them, however many shelves there are. A day that is there stays as it is.
    """
    zone = settings.TIME_ZONE
    with transaction.atomic(), connection.cursor() as cursor:
        # A shop with millions of shelves needs longer for its night than a page may take.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "SELECT %(day)s::timestamp AT TIME ZONE %(zone)s,"
            " (%(day)s::date + 1)::timestamp AT TIME ZONE %(zone)s,"
            " (%(day)s::date + 1 - %(days)s)::timestamp AT TIME ZONE %(zone)s",
            {"day": day, "zone": zone, "days": WINDOW_DAYS},
        )
        begins, ends, window = cursor.fetchone()
        is_first = not StockSnapshot.objects.filter(day__lt=day).exists()
        cursor.execute(
            _TAKE,
            {
                "day": day,
                "days": WINDOW_DAYS,
                "begins": begins,
                "ends": ends,
                "window": window,
                "since": "-infinity" if is_first else window,
                "zone": zone,
            },
        )
        return cursor.rowcount


def covers(day: date) -> list[int]:
    """Shelves with goods by how long these last: up to each of :data:`COVER_DAYS`, longer, dead.

    One statement over the rows of the day.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE WHEN sold_in_window = 0 THEN %(dead)s
                ELSE width_bucket(days_of_cover, %(ends)s) END AS band, count(*)
            FROM inventory_stocksnapshot WHERE day = %(day)s AND on_hand > 0 GROUP BY band
            """,
            {"day": day, "ends": list(COVER_DAYS), "dead": len(COVER_DAYS) + 1},
        )
        found = dict(cursor.fetchall())
    return [found.get(band, 0) for band in range(len(COVER_DAYS) + 2)]


def remove_old(today: date) -> int:
    """Delete the stock of days before ``STOCK_SNAPSHOT_DAYS``; returns the number of rows."""
    last = today - timedelta(days=settings.STOCK_SNAPSHOT_DAYS)
    old = StockSnapshot.objects.filter(day__lt=last)
    return int(old._raw_delete(old.db))


def latest_day() -> date | None:
    """The last day that was written down."""
    day: date | None = StockSnapshot.objects.aggregate(day=Max("day"))["day"]
    return day
