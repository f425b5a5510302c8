"""What should be ordered: by how it sells and who waits, how long it takes, and what is to come."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from django.conf import settings
from django.db import connection

from audit import recording
from inventory.models import PurchaseOrder, PurchaseOrderLine, Supplier
from shop.conflicts import retried

#: Days of sales that tell how a variant sells.
SALES_DAYS = 60
#: Days that a reorder should last beyond its lead time.
COVER_DAYS = 30
#: Rows of one page; the most urgent come first.
MOST = 300
#: Only one person at a time makes orders of suggestions.
_LOCK = 0x5E1F_0001

# A shelf at or below its reorder point has an alert; beside these only one that sells or is waited
# for can need anything. So nothing reads all shelves. Orders wait for a variant, not for a shelf:
# they are counted where they would be served first.
_SUGGESTIONS = """
    WITH sold AS (
        SELECT stock_id, -sum(quantity_change)::bigint AS units FROM inventory_movement
        WHERE kind = 'SALE' AND created_at >= now() - make_interval(days => %(days)s)
        GROUP BY stock_id
    ), coming AS (
        SELECT variant_id, location_id, sum(units)::bigint AS units FROM (
            SELECT l.variant_id, o.location_id, l.outstanding AS units
            FROM inventory_purchaseorderline l
            JOIN inventory_purchaseorder o ON o.id = l.purchase_order_id
            WHERE o.status IN ('DRAFT', 'SENT', 'PARTLY_RECEIVED')
            UNION ALL
            SELECT l.variant_id, t.destination_id, l.quantity - l.received
            FROM inventory_transferline l JOIN inventory_transfer t ON t.id = l.transfer_id
            WHERE t.status = 'SENT'
        ) arrivals GROUP BY variant_id, location_id
    ), waiting AS (
        SELECT DISTINCT ON (b.variant_id) k.id AS stock_id, b.units
        FROM (
            SELECT variant_id, sum(quantity - served)::bigint AS units FROM inventory_backorder
            WHERE served < quantity AND ended_at IS NULL GROUP BY variant_id
        ) b
        JOIN inventory_stock k ON k.variant_id = b.variant_id
        JOIN inventory_location place ON place.id = k.location_id AND place.can_ship
        ORDER BY b.variant_id, place.priority, k.id
    ), candidates AS (
        SELECT stock_id AS id FROM inventory_alert
        WHERE closed_at IS NULL AND kind <> 'BACK_IN_STOCK' AND kind <> 'OVERSTOCK'
        UNION SELECT stock_id FROM sold
        UNION SELECT stock_id FROM waiting
    ), needs AS (
        SELECT k.id, k.variant_id, k.location_id, k.available, k.reorder_quantity,
            COALESCE(sold.units, 0) AS sold, COALESCE(coming.units, 0) AS coming,
            COALESCE(waiting.units, 0) AS waiting, v.sku, v.title, p.title AS product,
            item.id AS item_id, item.supplier_id, item.supplier, item.minimum_order,
            item.supplier_sku, item.cost, item.currency, item.pack_size,
            COALESCE(item.lead_days, %(lead)s) AS lead_days,
            k.low_stock_threshold + ceil(
                COALESCE(sold.units, 0)::numeric * COALESCE(item.lead_days, %(lead)s) / %(days)s
            )::bigint AS point
        FROM candidates
        JOIN inventory_stock k ON k.id = candidates.id
        JOIN catalog_productvariant v ON v.id = k.variant_id AND v.deleted_at IS NULL
        JOIN catalog_product p ON p.id = v.product_id AND p.deleted_at IS NULL
            AND p.status = 'ACTIVE'
        LEFT JOIN sold ON sold.stock_id = k.id
        LEFT JOIN waiting ON waiting.stock_id = k.id
        LEFT JOIN coming ON coming.variant_id = k.variant_id
            AND coming.location_id = k.location_id
        LEFT JOIN LATERAL (
            SELECT i.id, i.supplier_id, i.supplier_sku, i.cost, i.pack_size, s.name AS supplier,
                s.minimum_order, s.currency,
                COALESCE(i.lead_time_days, s.lead_time_days) AS lead_days
            FROM inventory_supplieritem i
            JOIN inventory_supplier s ON s.id = i.supplier_id AND s.deleted_at IS NULL
            WHERE i.variant_id = k.variant_id
            ORDER BY i.is_preferred DESC, i.cost, s.name LIMIT 1
        ) item ON TRUE
    )
    SELECT id, variant_id, location_id, sku, title, product, item_id, supplier_id,
        COALESCE(supplier, ''), COALESCE(minimum_order, 0), COALESCE(supplier_sku, ''), cost,
        COALESCE(currency, ''), COALESCE(pack_size, 1), lead_days, available, coming, waiting,
        sold, point, reorder_quantity
    FROM needs
    WHERE available + coming - waiting <= point
        AND (point > 0 OR available + coming < waiting) %(which)s
    ORDER BY (available + coming - waiting)::numeric / GREATEST(sold, 1), sku
    LIMIT %(most)s
"""


@dataclass(frozen=True)
class Suggestion:
    """A shelf to be filled up. Costs in minor units of ``currency``; units otherwise.

    ``point`` is the reorder point plus what sells during the lead time; ``waiting`` is what was
    sold before it was there. Without an item no supplier is known.
    """

    stock_id: UUID
    variant_id: UUID
    location_id: UUID
    sku: str
    title: str
    product: str
    item_id: UUID | None
    supplier_id: UUID | None
    supplier: str
    minimum_order: int
    supplier_sku: str
    cost: int | None
    currency: str
    pack_size: int
    lead_days: int
    available: int
    coming: int
    waiting: int
    sold: int
    point: int
    reorder_quantity: int
    days: int

    @property
    def quantity(self) -> int:
        """Units to order, in whole packs: for who waits, the lead time and the days after it."""
        wanted = self.point + ceil(self.sold * COVER_DAYS / self.days)
        there = self.available + self.coming - self.waiting
        missing = max(wanted - there, self.reorder_quantity, 1)
        return ceil(missing / self.pack_size) * self.pack_size

    @property
    def days_left(self) -> int | None:
        """Days until the shelf is empty if it goes on selling like this; None: it does not sell."""
        return int(self.available * self.days / self.sold) if self.sold else None


def suggestions(*, days: int = SALES_DAYS, location_id: UUID | None = None) -> list[Suggestion]:
    """What should be ordered now, the most urgent first, at most :data:`MOST` rows. One query.

    A supplier item is chosen by preference, then by cost. Drafts count as on their way, so what
    somebody took up is not suggested again.
    """
    which = "AND location_id = %(location)s" if location_id else ""
    values = {
        "days": days,
        "lead": settings.BACKORDER_DAYS,
        "most": MOST,
        "location": location_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUGGESTIONS.replace("%(which)s", which), values)
        return [Suggestion(*(*row, days)) for row in cursor.fetchall()]


@retried
def make_orders(
    quantities: Mapping[UUID, int], *, days: int = SALES_DAYS, actor_id: UUID | None = None
) -> list[PurchaseOrder]:
    """Draft a purchase order for each supplier and location of the chosen shelves.

    ``quantities`` are units by stock id. What is not suggested any more is left out, so the same
    form sent twice makes one set of drafts. A fixed number of statements.
    """
    with recording.batch():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        groups: defaultdict[tuple[UUID, UUID], list[Suggestion]] = defaultdict(list)
        for one in suggestions(days=days):
            if one.supplier_id and quantities.get(one.stock_id, 0) > 0:
                groups[one.supplier_id, one.location_id].append(one)
        suppliers = Supplier.objects.in_bulk([supplier_id for supplier_id, _place in groups])
        orders: list[PurchaseOrder] = PurchaseOrder.objects.bulk_create(
            PurchaseOrder(
                supplier=suppliers[supplier_id],
                location_id=location_id,
                currency=suppliers[supplier_id].currency,
                ordered_by_id=actor_id,
            )
            for supplier_id, location_id in groups
        )
        PurchaseOrderLine.objects.bulk_create(
            PurchaseOrderLine(
                purchase_order=order,
                variant_id=one.variant_id,
                supplier_sku=one.supplier_sku,
                quantity=quantities[one.stock_id],
                cost=one.cost or 0,
            )
            for order, rows in zip(orders, groups.values(), strict=True)
            for one in rows
        )
    return orders
