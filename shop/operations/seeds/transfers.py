"""Goods on their way from the workshop to the shop, and what is noted of all shelves."""

from datetime import timedelta

from django.utils import timezone

from catalog.models import ProductVariant
from inventory import alerts, categories, snapshots, transfers
from inventory.models import Location, Stock, StockCategory, StockSnapshot, Transfer
from shop.operations.seeds import base

#: Goods in each transfer, and units of each.
LINES, UNITS = 3, 2
#: A shelf that gives some away stays well filled.
PLENTY = 12
ZONES = (("rail", "Rail"), ("cellar", "Cellar"))


def plant_transfers() -> int:
    """One transfer that arrived, one under way and one draft, in a shop that has none yet."""
    if Transfer.objects.exists():
        return 0
    for code, name in ZONES:
        StockCategory.objects.get_or_create(
            kind=StockCategory.Kind.ZONE, code=code, defaults={"name": name}
        )
    workshop, store = (
        Location.objects.get_by_natural_key(place.code) for place in base.locations()[:2]
    )
    filled = Stock.objects.filter(location=workshop, available__gte=PLENTY)
    variants = list(
        ProductVariant.objects.filter(is_primary=True, stocks__in=filled).order_by("sku")[
            : 3 * LINES
        ]
    )
    arrived, moving, _draft = (
        _transfer(workshop, store, variants[first : first + LINES])
        for first in range(0, 3 * LINES, LINES)
    )
    arrived = transfers.send(arrived.pk, version=arrived.version)
    goods = {line.pk: line.quantity for line in arrived.lines.all()}
    transfers.receive(arrived.pk, version=arrived.version, arrived=goods)
    transfers.send(moving.pk, version=moving.version)
    return 3


def note_shelves() -> int:
    """Classes, alerts and the stock of the day, as the jobs of the night would write them."""
    now = timezone.now()
    categories.classify(now)
    alerts.reconcile(now)
    if StockSnapshot.objects.exists():
        return 0
    # Today, not yesterday: what the demo shop has sold it sold a moment ago.
    return snapshots.take(timezone.localdate())


def _transfer(source: Location, destination: Location, variants: list[ProductVariant]) -> Transfer:
    made: Transfer = Transfer.objects.create(
        source=source,
        destination=destination,
        expected_on=timezone.localdate() + timedelta(days=2),
    )
    for variant in variants:
        made.lines.create(variant=variant, quantity=UNITS)
    return made
