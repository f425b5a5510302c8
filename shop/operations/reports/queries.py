"""The statements of the sales reports."""

_SOLD = """
    placed.placed_at >= %(start)s AND placed.placed_at < %(end)s
    AND placed.paid_at IS NOT NULL AND placed.status <> 'CANCELED'
    AND placed.currency = %(currency)s
"""
_LINE_NET = "line.line_total - CASE WHEN placed.prices_include_tax THEN line.tax ELSE 0 END"
_UNITS = "(SELECT sum(quantity) FROM orders_orderitem line WHERE line.order_id = placed.id)"
#: By the kind of rows; a row is key, name, orders, units, net amount, discount; by time, also what
#: was paid.
SQL = {
    "time": f"""
        SELECT date_trunc(%(step)s, placed.placed_at AT TIME ZONE %(zone)s)::date::text, '',
            count(*), sum({_UNITS}), sum(placed.total - placed.included_tax),
            sum(placed.discount), sum(placed.total)
        FROM orders_order placed WHERE {_SOLD} GROUP BY 1 ORDER BY 1
    """,  # noqa: S608 - all parts are written here
    "product": f"""
        SELECT product.id::text, product.title, count(DISTINCT placed.id), sum(line.quantity),
            sum({_LINE_NET}), sum(line.discount)
        FROM orders_order placed
        JOIN orders_orderitem line ON line.order_id = placed.id
        JOIN catalog_productvariant variant ON variant.id = line.variant_id
        JOIN catalog_product product ON product.id = variant.product_id
        WHERE {_SOLD} GROUP BY product.id ORDER BY 5 DESC, 2
    """,  # noqa: S608 - all parts are written here
    "category": f"""
        SELECT coalesce(category.id::text, ''), coalesce(category.name, ''),
            count(DISTINCT placed.id), sum(line.quantity), sum({_LINE_NET}), sum(line.discount)
        FROM orders_order placed
        JOIN orders_orderitem line ON line.order_id = placed.id
        JOIN catalog_productvariant variant ON variant.id = line.variant_id
        LEFT JOIN catalog_productcategory place
            ON place.product_id = variant.product_id AND place.is_primary
        LEFT JOIN catalog_category category ON category.id = place.category_id
        WHERE {_SOLD} GROUP BY category.id ORDER BY 5 DESC, 2
    """,  # noqa: S608 - all parts are written here
    "country": f"""
        SELECT coalesce(address.country, ''), '', count(*), sum({_UNITS}),
            sum(placed.total - placed.included_tax), sum(placed.discount)
        FROM orders_order placed
        LEFT JOIN LATERAL (
            SELECT country FROM orders_orderaddress address
            WHERE address.order_id = placed.id AND address.type = 'SHIPPING'
            ORDER BY revision DESC LIMIT 1
        ) address ON true
        WHERE {_SOLD} GROUP BY 1 ORDER BY 5 DESC, 1
    """,  # noqa: S608 - all parts are written here
    "code": f"""
        SELECT coupon.code, coupon.code, count(*), sum({_UNITS}),
            sum(placed.total - placed.included_tax), sum(used.amount)
        FROM orders_order placed
        JOIN orders_couponusage used ON used.order_id = placed.id AND used.released_at IS NULL
        JOIN orders_coupon coupon ON coupon.id = used.coupon_id
        WHERE {_SOLD} GROUP BY coupon.id ORDER BY 5 DESC, 1
    """,  # noqa: S608 - all parts are written here
}
