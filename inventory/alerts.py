"""Telling that shelves ran low, empty or over, or are filled again.

The database opens and closes alerts in the statement that changes a shelf
(``inventory_follow_level``). Here they are told to others, and mended where something else than a
shelf changed, such as the status of a product.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from inventory.models import Alert
from shop.events import outbox

Kind = Alert.Kind
#: Types of the events that tell of each kind.
EVENTS = {
    Kind.LOW_STOCK: "stock.low",
    Kind.OUT_OF_STOCK: "stock.out",
    Kind.BACK_IN_STOCK: "stock.back",
    Kind.OVERSTOCK: "stock.over",
}
#: "Back in stock" is news for so many days.
NEWS_DAYS = 3

# One stretch of shelves in the order of their keys, so that no run reads a large table whole.
_FOLLOW = """
    WITH stretch AS MATERIALIZED (
        SELECT id, variant_id, available, low_stock_threshold, maximum FROM inventory_stock
        WHERE id > %s ORDER BY id LIMIT %s
    ),
    wrong AS MATERIALIZED (
        SELECT s.id FROM stretch s
        JOIN catalog_productvariant v ON v.id = s.variant_id
        JOIN catalog_product p ON p.id = v.product_id
        LEFT JOIN inventory_alert a
            ON a.stock_id = s.id AND a.closed_at IS NULL AND a.kind <> 'BACK_IN_STOCK'
        WHERE coalesce(a.kind, '') <> CASE
            WHEN p.status = 'ACTIVE' AND p.deleted_at IS NULL AND v.deleted_at IS NULL
            THEN inventory_level(s.available, s.low_stock_threshold, s.maximum) ELSE '' END
    ),
    locked AS MATERIALIZED (
        SELECT stock.id FROM inventory_stock stock WHERE stock.id IN (SELECT id FROM wrong)
        ORDER BY stock.id FOR UPDATE SKIP LOCKED
    )
    SELECT count(inventory_follow_level(id)::text),
        (SELECT id FROM stretch ORDER BY id DESC LIMIT 1)
    FROM locked
"""


def short() -> "QuerySet[Alert]":
    """What is low or empty now, of what is for sale."""
    rows: QuerySet[Alert] = Alert.objects.filter(
        closed_at=None, kind__in=[Kind.LOW_STOCK, Kind.OUT_OF_STOCK]
    )
    return rows


def tell(now: datetime, *, most: int = 500) -> int:
    """Emit an event for each alert that nobody was told of; returns how many.

    An empty or low shelf is told once it has been so for longer than a checkout holds units. Jobs
    that run at the same time share the alerts among them.
    """
    settled = now - timedelta(seconds=settings.CHECKOUT_HOLD_SECONDS)
    with transaction.atomic():
        rows = Alert.objects.select_related("stock__variant", "stock__location").filter(
            Q(kind=Kind.BACK_IN_STOCK) | Q(opened_at__lte=settled), told_at=None, closed_at=None
        )
        new = list(
            rows.order_by("opened_at").select_for_update(of=("self",), skip_locked=True)[:most]
        )
        Alert.objects.filter(pk__in=[alert.pk for alert in new]).update(told_at=now)
        for alert in new:
            outbox.emit(
                EVENTS[Kind(alert.kind)],
                alert,
                payload={
                    "variant": str(alert.stock.variant_id),
                    "sku": alert.stock.variant.sku,
                    "location": alert.stock.location.code,
                    "available": alert.available,
                },
                key=f"inventory.stock:{alert.stock_id}",
            )
    return len(new)


def reconcile(now: datetime, *, at_once: int = 2_000) -> int:
    """Open and close what the shelves call for; returns how many shelves were wrong.

    Goes through the shelves in stretches of ``at_once``, each in a transaction of its own.
    """
    Alert.objects.filter(
        kind=Kind.BACK_IN_STOCK, closed_at=None, opened_at__lte=now - timedelta(days=NEWS_DAYS)
    ).update(closed_at=now)
    mended, last = 0, UUID(int=0)
    while last:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FOLLOW, [last, at_once])
            wrong, last = cursor.fetchone()
            mended += wrong
    return mended
