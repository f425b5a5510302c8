"""What happens in carts, by the day: what staff read, and the nightly count.

Units put in and taken out are noted as they happen (:class:`CartChange`), at no cost to shoppers
but the row. Each night adds them up and lets them go. Carts, checkouts and orders are counted from
their own tables, again every night while carts of that day can still be ordered.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from orders.models import CartChange, CartMetric

_OF_CHANGES = ("additions", "units_added", "removals", "units_removed")
_OF_CARTS = ("carts", "checkouts", "orders", "ordered_carts")

_COUNT = """
    WITH said AS (
        SELECT (created_at AT TIME ZONE %(zone)s)::date AS day,
            count(*) FILTER (WHERE units > 0) AS additions,
            coalesce(sum(units) FILTER (WHERE units > 0), 0) AS units_added,
            count(*) FILTER (WHERE units < 0) AS removals,
            -coalesce(sum(units) FILTER (WHERE units < 0), 0) AS units_removed,
            0 AS carts, 0 AS checkouts, 0 AS orders, 0 AS ordered_carts
        FROM orders_cartchange
        WHERE created_at >= %(start)s AND created_at < %(end)s GROUP BY 1
        UNION ALL
        SELECT (created_at AT TIME ZONE %(zone)s)::date, 0, 0, 0, 0,
            count(*), 0, 0, count(*) FILTER (WHERE status = 'CHECKED_OUT')
        FROM orders_cart
        WHERE NOT is_draft AND created_at >= %(start)s AND created_at < %(end)s GROUP BY 1
        UNION ALL
        SELECT (created_at AT TIME ZONE %(zone)s)::date, 0, 0, 0, 0, 0, count(*), 0, 0
        FROM orders_checkout
        WHERE created_at >= %(start)s AND created_at < %(end)s GROUP BY 1
        UNION ALL
        SELECT (placed_at AT TIME ZONE %(zone)s)::date, 0, 0, 0, 0, 0, 0, count(*), 0
        FROM orders_order
        WHERE placed_at >= %(start)s AND placed_at < %(end)s GROUP BY 1
    )
    SELECT day, sum(additions), sum(units_added), sum(removals), sum(units_removed),
        sum(carts), sum(checkouts), sum(orders), sum(ordered_carts)
    FROM said GROUP BY day ORDER BY day
"""


def count(start: date, end: date) -> list[CartMetric]:
    """The days from ``start`` to before ``end`` on which something happened, unsaved. One query.

    Changes of carts are known for days that no night has counted yet.
    """
    parameters: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "start": _midnight(start),
        "end": _midnight(end),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, parameters)
        rows = cursor.fetchall()
    return [
        CartMetric(day=day, **dict(zip((*_OF_CHANGES, *_OF_CARTS), map(int, figures), strict=True)))
        for day, *figures in rows
    ]


@transaction.atomic
def roll_up(now: datetime | None = None) -> int:
    """Count the days that are over, and forget what is older than ``CART_METRIC_DAYS``.

    Safe to run again at any time; returns how many days it wrote.
    """
    today = timezone.localdate(now)
    rows = count(today - timedelta(days=settings.CART_LIFE_DAYS + 1), today)
    known = set(CartMetric.objects.values_list("day", flat=True))
    CartMetric.objects.bulk_create([row for row in rows if row.day not in known])
    CartMetric.objects.bulk_create(
        [row for row in rows if row.day in known],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=_OF_CARTS,
    )
    CartChange.objects.filter(created_at__lt=_midnight(today)).delete()
    kept_from = today - timedelta(days=settings.CART_METRIC_DAYS)
    CartMetric.objects.filter(day__lt=kept_from).delete()
    return len(rows)


def report(days: int, now: datetime | None = None) -> list[CartMetric]:
    """The last ``days`` days, today first with what it has so far. Two queries."""
    today = timezone.localdate(now)
    over = CartMetric.objects.filter(day__gt=today - timedelta(days=days), day__lt=today)
    return [*count(today, today + timedelta(days=1)), *over.order_by("-day")]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
