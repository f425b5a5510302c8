"""Putting a load into the shop, all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC

from django.db import connection, models, transaction
from django.utils import timezone

from audit import recording
from audit.models import AuditLog
from catalog import freshness
from catalog.listings import listed
from catalog.models import Category, Product
from inventory.models import Location
from orders.models import Order
from shop import cache
from shop.operations.load import filling, goods, selling, tables
from shop.operations.load.copying import Table, Watch
from shop.operations.load.keys import loaded, own_key
from shop.operations.seeds import base
from shop.operations.seeds.planting import plant


class AlreadyLoaded(Exception):
    """There are ``count`` of this seed in ``model``, and nothing was said of adding to them."""

    def __init__(self, model: type[models.Model], count: int) -> None:
        super().__init__(f"{count} rows of {model._meta.label} are of this seed")
        self.model, self.count = model, count


@dataclass(frozen=True)
class Amount:
    """How much to load: ``variants`` is that of an average product, a key of ``CUTS``."""

    products: int = 0
    orders: int = 0
    variants: int = 7
    seed: int = 1
    append: bool = False


def load(amount: Amount, *, watch: Watch) -> int:
    """Add products, then orders of products of the seed, with all that belongs to them.

    Returns how many rows. One transaction has the tables to itself until it ends; the shop waits.
    What is counted in listings is counted after it. Raises AlreadyLoaded and
    :class:`~shop.operations.load.selling.NothingToSell`.
    """
    products = _numbers(Product, amount.products, amount)
    orders = _numbers(Order, amount.orders, amount)
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with _patience():
        with transaction.atomic():
            plant(base.options())
            plant(base.locations())
            location = Location.objects.get_by_natural_key(base.locations()[0].code)
            rows = 0
            if products:
                rows += filling.fill(
                    products,
                    seed=amount.seed,
                    variants=amount.variants,
                    location=location,
                    now=today,
                    watch=watch,
                )
                note(tables.PRODUCTS, amount, products)
            if orders:
                known = goods.assortment(
                    goods.of_seed(amount.seed), seed=amount.seed, location=location, now=today
                )
                rows += selling.sell(
                    orders, seed=amount.seed, assortment=known, now=today, watch=watch
                )
                note(tables.ORDERS, amount, orders)
        _announce(watch)
    return rows


def _numbers(model: type[models.Model], count: int, amount: Amount) -> range:
    """The numbers of what is to be added."""
    first = loaded(model, amount.seed)
    if first and count and not amount.append:
        raise AlreadyLoaded(model, first)
    return range(first, first + count)


def note(table: Table, amount: Amount, numbers: range) -> None:
    """One entry of the audit log for all of it."""
    told = {**asdict(amount), "first": numbers.start}
    key = own_key(table, amount.seed, numbers.start)
    recording.record(AuditLog.Action.CREATE, table.model, key, {}, {"load": told})


def _announce(watch: Watch) -> None:
    """Count what listings show, and end what pages kept of the shop before."""
    watch("counts", 0, 1)
    listed.count_places()
    with transaction.atomic():
        freshness.catalog_changed()
        cache.bump_versions([freshness.place(freshness.EVERYWHERE)])
        freshness.places_changed(*Category.objects.values_list("pk", flat=True))
    watch("counts", 1, 1)


@contextmanager
def _patience() -> Iterator[None]:
    """A connection whose statements may take their time, with memory to sort in."""
    settings = {
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "maintenance_work_mem": "512MB",
        "work_mem": "64MB",
    }
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET {name} = '{value}'")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                for name in settings:
                    cursor.execute(f"RESET {name}")
