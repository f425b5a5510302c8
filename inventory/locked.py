"""Shelves and holds as acts read them under lock, in key order; planned once."""

from django.db.models import BooleanField, F
from django.db.models.expressions import RawSQL

from inventory.models import Reservation, Stock
from shop.prepared import Given, Rows

# Looked up first and locked then: as one condition PostgreSQL would read all shelves.
_WANTED = """inventory_stock.id = ANY(ARRAY(
    SELECT own.id FROM inventory_stock own JOIN inventory_location place
        ON place.id = own.location_id
    WHERE own.variant_id = ANY(%s::uuid[]) AND (place.can_ship OR place.id = %s)
    UNION
    SELECT stock_id FROM inventory_reservation
    WHERE owner = %s AND order_id IS NULL AND status = 'ACTIVE'
))"""
_OWN_OR_LAPSED = """inventory_reservation.stock_id = ANY(%s::uuid[])
    AND inventory_reservation.status = 'ACTIVE'
    AND (inventory_reservation.expires_at <= %s OR inventory_reservation.owner = %s)"""


def _condition(text: str, *names: str) -> RawSQL:
    """A condition of our own, no part of which is from outside."""
    places = [Given(name) for name in names]
    return RawSQL(text, places, output_field=BooleanField())  # noqa: S611 # nosec B611


# Shelves that ship the variants, the one asked first, and those on which the owner holds something.
SHELVES: Rows[Stock] = Rows(
    lambda: (
        Stock.objects.of_products()
        .filter(_condition(_WANTED, "variants", "first_at", "owner"))
        .select_related("location")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
)
LIVE: Rows[Reservation] = Rows(
    lambda: (
        Reservation.objects.filter(_condition(_OWN_OR_LAPSED, "stocks", "now", "owner"))
        .order_by("pk")
        .select_for_update(of=("self",))
    )
)
# Row by row, each shelf before its holds.
OF_ORDER: Rows[Reservation] = Rows(
    lambda: (
        Reservation.objects.filter(order=Given("order"), status=Reservation.Status.ACTIVE)
        .select_related("stock__location")
        .annotate(product_id=F("variant__product_id"))
        .order_by("stock_id", "pk")
        .select_for_update(of=("stock", "self"))
    )
)
