"""Orders: each checkout once, a legal history, sums that add up, numbers of their own."""

from shop.operations.invariants.base import Invariant

#: Moves that the status machine allows, the first one included.
_LEGAL = """
    ('', 'PENDING'), ('PENDING', 'PAID'), ('PAID', 'FULFILLED'), ('FULFILLED', 'SHIPPED'),
    ('SHIPPED', 'DELIVERED'), ('PENDING', 'CANCELED'), ('PAID', 'CANCELED'),
    ('FULFILLED', 'CANCELED')
"""

INVARIANTS = (
    Invariant(
        "I2",
        "a cart that was checked out has its order",
        """
        SELECT format('cart %s is checked out without an order', cart.id) AS what
        FROM orders_cart cart LEFT JOIN orders_order placed ON placed.cart_id = cart.id
        WHERE cart.status = 'CHECKED_OUT' AND placed.id IS NULL
        """,
    ),
    Invariant(
        "I2",
        "an order's cart is closed",
        """
        SELECT format('cart %s of %s is %s', cart.id, placed.number, cart.status) AS what
        FROM orders_order placed JOIN orders_cart cart ON cart.id = placed.cart_id
        WHERE cart.status <> 'CHECKED_OUT'
        """,
    ),
    Invariant(
        "I2",
        "an order that was acknowledged to a shopper exists",
        """
        SELECT format('key %s led to %s', answered.id, answered.location) AS what
        FROM orders_idempotencykey answered
        LEFT JOIN orders_order placed
            ON placed.token = split_part(answered.location, '/', 3)
        WHERE answered.location LIKE '/order/%/thanks/' AND placed.id IS NULL
        """,
    ),
    Invariant(
        "I8",
        "the history of an order has only legal steps, each from where the last one led",
        f"""
        SELECT format('order %s: %s to %s after %s', order_id, from_status, to_status,
                      coalesce(before, 'nothing')) AS what
        FROM (
            SELECT order_id, from_status, to_status,
                lag(to_status) OVER (PARTITION BY order_id ORDER BY created_at, id) AS before
            FROM orders_orderstatuschange
        ) step
        WHERE from_status <> coalesce(before, '')
            OR (from_status, to_status) NOT IN (VALUES {_LEGAL})
        """,  # noqa: S608 - both parts are written here
    ),
    Invariant(
        "I8",
        "an order is where its history leads",
        """
        SELECT format('%s is %s, its history ends with %s', placed.number, placed.status,
                      coalesce(last.to_status, 'nothing')) AS what
        FROM orders_order placed
        LEFT JOIN (
            SELECT DISTINCT ON (order_id) order_id, to_status FROM orders_orderstatuschange
            ORDER BY order_id, created_at DESC, id DESC
        ) last ON last.order_id = placed.id
        WHERE last.to_status IS DISTINCT FROM placed.status
        """,
    ),
    Invariant(
        "I9",
        "stored totals are those of the lines",
        """
        SELECT format('%s: subtotal %s, lines %s; discount %s, lines %s; total %s', placed.number,
                      placed.subtotal, line.goods, placed.discount, line.discount,
                      placed.total) AS what
        FROM orders_order placed
        JOIN (
            SELECT order_id, sum(unit_price * quantity) AS goods, sum(discount) AS discount,
                sum(tax) AS tax
            FROM orders_orderitem GROUP BY order_id
        ) line ON line.order_id = placed.id
        WHERE placed.subtotal <> line.goods OR placed.discount <> line.discount
            OR placed.total
                <> placed.subtotal - placed.discount + placed.shipping + placed.tax
            OR CASE WHEN placed.prices_include_tax THEN placed.included_tax ELSE placed.tax END
                < line.tax
        """,
    ),
    Invariant(
        "I12",
        "order numbers are unique and carry their year",
        """
        SELECT format('%s is used %s times', number, count(*)) AS what FROM orders_order
        GROUP BY number HAVING count(*) > 1 OR number !~ '^ORD-[0-9]{4}-[0-9]{6,}$'
        """,
    ),
    Invariant(
        "I12",
        "invoices have no gaps in their year",
        """
        SELECT format('%s %s: %s documents up to number %s', kind, year, count(*), max(sequence))
            AS what
        FROM orders_invoice GROUP BY kind, year
        HAVING count(*) <> max(sequence) OR count(DISTINCT sequence) <> count(*)
        """,
    ),
)
