"""What the demo shop sold since its first garment came in, so that its reports have a past.

They are made as those of a load are: in one go, with their ledger, payments and parcels, and told
by their number. All are by guests, so that accounts show what people did by themselves.
"""

from datetime import UTC

from django.utils import timezone

from catalog.models import Product
from inventory.models import Location
from orders.models import Order
from payments.models import Provider
from payments.providers import names
from shop.operations.load import goods, selling, tables
from shop.operations.load.keys import MOST_SEEDS, loaded
from shop.operations.load.loading import Amount, note
from shop.operations.seeds import base
from shop.operations.seeds.catalog import Plan

COUNT = 360
#: None that ``generate_load`` takes.
SEED = MOST_SEEDS


def plant_past_orders(plan: Plan) -> int:
    """Those that are not there yet, up to last midnight; returns how many rows that were."""
    numbers = range(loaded(Order, SEED), COUNT)
    if not numbers or Provider.SANDBOX not in names():
        return 0
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    garments = Product.objects.filter(slug__in=[product.slug for product in plan.products])
    workshop = Location.objects.get_by_natural_key(base.locations()[0].code)
    assortment = goods.assortment(garments, seed=SEED, location=workshop, now=today)
    rows = selling.sell(
        numbers,
        seed=SEED,
        assortment=assortment,
        now=today,
        watch=lambda *_told: None,
        has_members=False,
    )
    note(tables.ORDERS, Amount(orders=len(numbers), seed=SEED), numbers)
    return rows
