"""What offers have cost: taken off orders that were not canceled, by offer."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

# One pass over the orders of the time, found by their place in time (order_newest).
_GIVEN = """
    SELECT step->>'name', step->>'code', o.currency, count(*), sum((step->>'amount')::bigint)
    FROM orders_order o CROSS JOIN LATERAL jsonb_array_elements(o.price_trace) step
    WHERE o.placed_at >= %s AND o.status <> 'CANCELED'
    AND step->>'step' IN ('CUT', 'FREE_DELIVERY')
    GROUP BY 1, 2, 3 ORDER BY 5 DESC, 1, 2 LIMIT %s
"""
#: Offers that the report tells.
MOST = 200


@dataclass(frozen=True)
class Given:
    """An offer with the orders that got it and what it took off in all, in minor units."""

    name: str
    code: str
    currency: str
    orders: int
    amount: int


def given(days: int) -> list[Given]:
    """What was given in the last ``days`` days, most first. One query."""
    since = timezone.now() - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [since, MOST])
        return [
            Given(name, code, currency, orders, int(amount))
            for name, code, currency, orders, amount in cursor.fetchall()
        ]
