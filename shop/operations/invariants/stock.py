"""Shelves, their ledger and what is promised of them."""

from shop.operations.invariants.base import Invariant

INVARIANTS = (
    Invariant(
        "I1",
        "on hand is the sum of the movements",
        """
        SELECT format('stock %s: %s on hand, movements say %s', stock.id, stock.on_hand,
                      coalesce(ledger.units, 0)) AS what
        FROM inventory_stock stock
        LEFT JOIN (
            SELECT stock_id, sum(quantity_change) AS units FROM inventory_movement GROUP BY stock_id
        ) ledger ON ledger.stock_id = stock.id
        WHERE stock.on_hand <> coalesce(ledger.units, 0)
        """,
    ),
    Invariant(
        "I1",
        "reserved is the sum of the live holds",
        """
        SELECT format('stock %s: %s reserved, holds say %s', stock.id, stock.reserved,
                      coalesce(held.units, 0)) AS what
        FROM inventory_stock stock
        LEFT JOIN (
            SELECT stock_id, sum(quantity) AS units FROM inventory_reservation
            WHERE status = 'ACTIVE' GROUP BY stock_id
        ) held ON held.stock_id = stock.id
        WHERE stock.reserved <> coalesce(held.units, 0)
        """,
    ),
    Invariant(
        "I1",
        "no shelf is below nothing or promises more than it has",
        """
        SELECT format('stock %s: %s on hand, %s reserved', id, on_hand, reserved) AS what
        FROM inventory_stock WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand
        """,
    ),
    Invariant(
        "I7",
        "no hold outlives its time by more than a minute and the job that ends it",
        """
        SELECT format('hold %s of %s ran out at %s', id, owner, expires_at) AS what
        FROM inventory_reservation
        WHERE status = 'ACTIVE' AND expires_at < now() - interval '75 seconds'
        """,
    ),
    Invariant(
        "I1",
        "what was sold is no more than what was ordered",
        # What an edit or a return gave back was sold before, and is not part of the order now.
        """
        SELECT format('order %s: variant %s ordered %s, sold %s', sold.order_id, sold.variant_id,
                      coalesce(ordered.units, 0), sold.units - coalesce(back.units, 0)) AS what
        FROM (
            SELECT order_id, variant_id, sum(quantity) AS units FROM inventory_reservation
            WHERE status = 'COMMITTED' GROUP BY order_id, variant_id
        ) sold
        LEFT JOIN (
            SELECT order_id, variant_id, sum(quantity) AS units FROM orders_orderitem
            GROUP BY order_id, variant_id
        ) ordered USING (order_id, variant_id)
        LEFT JOIN (
            SELECT movement.order_id, stock.variant_id, sum(quantity_change) AS units
            FROM inventory_movement movement JOIN inventory_stock stock
                ON stock.id = movement.stock_id
            WHERE movement.kind = 'RETURN' AND movement.order_id IS NOT NULL GROUP BY 1, 2
        ) back USING (order_id, variant_id)
        WHERE sold.units - coalesce(back.units, 0) > coalesce(ordered.units, 0)
        """,
    ),
)
