"""Letters: one confirmation for each order."""

from shop.operations.invariants.base import Invariant

INVARIANTS = (
    Invariant(
        "I10",
        "an order is confirmed by one letter",
        """
        SELECT format('%s has %s confirmations', placed.number, count(letter.id)) AS what
        FROM orders_order placed JOIN orders_ordermail letter ON letter.order_id = placed.id
        WHERE letter.kind = 'PLACED' AND letter.reference = ''
        GROUP BY placed.id HAVING count(letter.id) > 1
        """,
    ),
    Invariant(
        "I10",
        "an order whose placing was told is confirmed within the hour",
        """
        SELECT format('%s is not confirmed', placed.number) AS what
        FROM events_outboxevent event
        JOIN orders_order placed ON placed.id::text = event.aggregate_id
        LEFT JOIN orders_ordermail letter ON letter.order_id = placed.id
            AND letter.kind = 'PLACED' AND letter.reference = '' AND letter.sent_at IS NOT NULL
        WHERE event.type = 'order.placed' AND event.status = 'DELIVERED'
            AND event.delivered_at < now() - interval '1 hour'
            AND placed.status <> 'CANCELED' AND letter.id IS NULL
        """,
    ),
)
