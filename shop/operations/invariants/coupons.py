"""Coupons: used as often as orders carry them, and no more often than they may be."""

from shop.operations.invariants.base import Invariant

INVARIANTS = (
    Invariant(
        "I5",
        "a coupon's uses are the orders that carry it, within its limits",
        """
        SELECT format('coupon %s: %s uses, %s orders, limit %s', coupon.code, coupon.uses,
                      count(usage.id), coalesce(coupon.usage_limit::text, 'none')) AS what
        FROM orders_coupon coupon
        LEFT JOIN orders_couponusage usage
            ON usage.coupon_id = coupon.id AND usage.released_at IS NULL
        GROUP BY coupon.id
        HAVING coupon.uses <> count(usage.id) OR count(usage.id) > coupon.usage_limit
        """,
    ),
    Invariant(
        "I5",
        "only orders that were canceled unpaid gave their coupon back",
        """
        SELECT format('%s is %s and gave %s back', placed.number, placed.status, coupon.code)
            AS what
        FROM orders_couponusage usage
        JOIN orders_order placed ON placed.id = usage.order_id
        JOIN orders_coupon coupon ON coupon.id = usage.coupon_id
        WHERE (usage.released_at IS NOT NULL AND placed.status <> 'CANCELED')
            OR (usage.released_at IS NULL AND placed.status = 'CANCELED'
                AND placed.paid_at IS NULL)
        """,
    ),
)
