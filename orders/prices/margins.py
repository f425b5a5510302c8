"""What products earn: their price net of tax less what they cost, and what was really earned."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from catalog.models import Product, ProductVariant
from inventory.incoming import incoming
from inventory.models import Stock
from orders.prices import tax
from shop.money import tax_included

N = TypeVar("N", int, float)

#: Days of sales that tell what was really earned.
SALES_DAYS = 90

# Of a line that is shorter by now only what is left of it counts, at what its units had cost. What
# is still to come has cost nothing yet that the ledger could know: it counts at today's cost.
_SOLD = """
    WITH lines AS (
        SELECT line.order_id, line.variant_id, variant.product_id, variant.cost, line.quantity,
            line.line_total - CASE WHEN placed.prices_include_tax THEN line.tax ELSE 0 END AS net
        FROM orders_orderitem line
        JOIN orders_order placed ON placed.id = line.order_id
        JOIN catalog_productvariant variant ON variant.id = line.variant_id
        WHERE variant.product_id = ANY (%(products)s) AND placed.paid_at >= %(since)s
        AND placed.status <> 'CANCELED'
    ), gone AS (
        SELECT movement.order_id, stock.variant_id, bool_or(movement.unit_cost IS NULL) AS unknown,
            sum(movement.quantity_change * movement.unit_cost) / sum(movement.quantity_change)
                AS cost
        FROM inventory_movement movement JOIN inventory_stock stock ON stock.id = movement.stock_id
        WHERE movement.kind = 'SALE' AND movement.order_id IN (SELECT order_id FROM lines)
        AND stock.variant_id IN (SELECT variant_id FROM lines)
        GROUP BY movement.order_id, stock.variant_id
    ), spent AS (
        SELECT lines.product_id, lines.quantity, lines.net,
            CASE WHEN gone.unknown THEN NULL
            ELSE lines.quantity * coalesce(gone.cost, lines.cost) END AS cost
        FROM lines LEFT JOIN gone USING (order_id, variant_id)
    )
    SELECT product_id, sum(quantity)::bigint, sum(net)::bigint,
        CASE WHEN bool_or(cost IS NULL) THEN NULL ELSE round(sum(cost))::bigint END
    FROM spent GROUP BY product_id
"""


@dataclass(frozen=True)
class Margin:
    """One product. Amounts in minor units of ``currency``, net of tax; units otherwise.

    ``prices`` and ``costs`` are lowest and highest of its variants, ``margins`` what one unit
    earns at today's price. ``revenue`` and ``spent`` are of what was sold lately, at the price it
    was sold for and the cost it had then. Empty or None where a cost is not known.
    """

    product: Product
    currency: str
    prices: tuple[int, ...]
    costs: tuple[int, ...]
    margins: tuple[int, ...]
    shares: tuple[float, ...]
    on_hand: int
    coming: int
    value: int | None
    sold: int
    revenue: int
    spent: int | None

    @property
    def earned(self) -> int | None:
        """Revenue less its cost."""
        return None if self.spent is None else self.revenue - self.spent


@dataclass(frozen=True)
class _Sold:
    """Units of a product that were sold, what they brought net of tax and what they had cost."""

    units: int = 0
    revenue: int = 0
    spent: int | None = 0


def margins(products: Sequence[Product]) -> list[Margin]:
    """The margin of each of ``products``, in their order. Five queries.

    The price is that of the shop's own country, its tax taken out where prices contain it.
    """
    since = timezone.now() - timedelta(days=SALES_DAYS)
    rates = tax.rates_of(settings.SHOP_COUNTRY)
    variants: defaultdict[UUID, list[ProductVariant]] = defaultdict(list)
    for variant in ProductVariant.objects.filter(product__in=products):
        variants[variant.product_id].append(variant)
    all_variants = [row for rows in variants.values() for row in rows]
    costs, units = _costs(all_variants)
    sold = _sold(products, since)
    coming = incoming([variant.pk for variant in all_variants])
    found = []
    for product in products:
        rate = rates.get(product.tax_class, 0)
        known = [(row, costs.get(row.pk)) for row in variants[product.pk]]
        priced = [(_net(row.price, rate), cost) for row, cost in known if cost is not None]
        lately = sold.get(product.pk, _Sold())
        is_valued = all(cost is not None or not units[row.pk] for row, cost in known)
        found.append(
            Margin(
                product=product,
                currency=product.currency,
                prices=_ends(_net(row.price, rate) for row, _cost in known),
                costs=_ends(cost for _price, cost in priced),
                margins=_ends(price - cost for price, cost in priced),
                shares=_ends((price - cost) / price for price, cost in priced if price),
                on_hand=sum(units[row.pk] for row, _cost in known),
                coming=sum(coming[row.pk].units for row, _cost in known if row.pk in coming),
                value=sum(units[row.pk] * (cost or 0) for row, cost in known)
                if is_valued
                else None,
                sold=lately.units,
                revenue=lately.revenue,
                spent=lately.spent,
            )
        )
    return found


def _net(price: int, rate: int) -> int:
    return price - tax_included(price, rate) if settings.SHOP_PRICES_INCLUDE_TAX else price


def _ends(values: Iterable[N]) -> tuple[N, ...]:
    found = list(values)
    return tuple(sorted({min(found), max(found)})) if found else ()


def _costs(variants: Iterable[ProductVariant]) -> tuple[dict[UUID, int], Counter[UUID]]:
    """What a unit of each variant costs, the average over its shelves, and the units on hand."""
    known = {variant.pk: variant.cost for variant in variants}
    rows = Stock.objects.filter(variant__in=known).order_by("pk")
    shelves: defaultdict[UUID, list[tuple[int, int]]] = defaultdict(list)
    units = Counter[UUID]()
    for variant_id, on_hand, cost in rows.values_list("variant_id", "on_hand", "average_cost"):
        units[variant_id] += on_hand
        unit_cost = known[variant_id] if cost is None else cost
        if unit_cost is not None:
            shelves[variant_id].append((on_hand, unit_cost))
    costs = {variant_id: cost for variant_id, cost in known.items() if cost is not None}
    for variant_id, places in shelves.items():
        total = sum(on_hand for on_hand, _cost in places)
        weighed = sum(on_hand * cost for on_hand, cost in places)
        costs[variant_id] = round(weighed / total) if total else places[-1][1]
    return costs, units


def _sold(products: Sequence[Product], since: datetime) -> dict[UUID, _Sold]:
    """What was sold of each product in orders that were paid since then and not canceled."""
    with connection.cursor() as cursor:
        keys = [product.pk for product in products]
        cursor.execute(_SOLD, {"products": keys, "since": since})
        return {product_id: _Sold(*figures) for product_id, *figures in cursor.fetchall()}
