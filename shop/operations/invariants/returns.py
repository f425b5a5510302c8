"""Returns: no more than arrived, and each that is settled has its money or its exchange."""

from shop.operations.invariants.base import UNDER_WAY, Invariant

_LEGAL = """
    ('', 'REQUESTED'), ('REQUESTED', 'APPROVED'), ('REQUESTED', 'REJECTED'),
    ('REQUESTED', 'CANCELED'), ('APPROVED', 'RECEIVED'), ('APPROVED', 'REJECTED'),
    ('APPROVED', 'CANCELED'), ('RECEIVED', 'INSPECTED'), ('INSPECTED', 'SETTLED'),
    ('INSPECTED', 'REJECTED')
"""

INVARIANTS = (
    Invariant(
        "I8",
        "no more units come back of a line than have left",
        """
        SELECT format('%s of %s: %s returned, %s sent', line.sku, placed.number, back.units,
                      coalesce(away.units, 0)) AS what
        FROM (
            SELECT row.item_id, sum(row.quantity) AS units FROM orders_returnitem row
            JOIN orders_return request ON request.id = row.request_id
            WHERE request.status NOT IN ('REJECTED', 'CANCELED') GROUP BY row.item_id
        ) back
        JOIN orders_orderitem line ON line.id = back.item_id
        JOIN orders_order placed ON placed.id = line.order_id
        LEFT JOIN (
            SELECT inside.item_id, sum(inside.quantity) AS units FROM orders_shipmentitem inside
            JOIN orders_shipment parcel ON parcel.id = inside.shipment_id
            WHERE parcel.status IN ('SHIPPED', 'DELIVERED') GROUP BY inside.item_id
        ) away ON away.item_id = back.item_id
        WHERE back.units > coalesce(away.units, 0)
        """,
    ),
    Invariant(
        "I8",
        "the history of a return has only legal steps, each from where the last one led",
        f"""
        SELECT format('return %s: %s to %s after %s', request_id, from_status, to_status,
                      coalesce(before, 'nothing')) AS what
        FROM (
            SELECT request_id, from_status, to_status,
                lag(to_status) OVER (PARTITION BY request_id ORDER BY created_at, id) AS before
            FROM orders_returnstatuschange
        ) step
        WHERE from_status <> coalesce(before, '')
            OR (from_status, to_status) NOT IN (VALUES {_LEGAL})
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I3",
        "a settled return gave what it says: money by a refund of its own, or an exchange",
        f"""
        SELECT format('%s is settled without its %s', request.number, lower(request.outcome))
            AS what
        FROM orders_return request
        LEFT JOIN payments_refund refund ON refund.key = request.id
        WHERE request.status = 'SETTLED'
            AND request.settled_at < now() - {UNDER_WAY}
            AND CASE WHEN request.outcome = 'EXCHANGE' THEN request.exchange_order_id IS NULL
                ELSE refund.id IS NULL AND request.goods_amount + request.shipping_amount > (
                    SELECT coalesce(sum(other.amount), 0) FROM payments_refund other
                    WHERE other.order_id = request.order_id
                ) END
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I7",
        "nothing is held for a return that is over",
        """
        SELECT format('%s is %s and holds %s', request.number, request.status, held.quantity)
            AS what
        FROM orders_return request
        JOIN inventory_reservation held ON held.owner = 'return:' || request.id
        WHERE held.status = 'ACTIVE' AND held.order_id IS NULL
            AND request.status IN ('SETTLED', 'REJECTED', 'CANCELED')
        """,
    ),
)
