"""Putting load products into the shop, all of them or none."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC

from django.db import connection, transaction
from django.utils import timezone

from audit import recording
from audit.models import AuditLog
from catalog import freshness
from catalog.listings import listed
from catalog.models import Category, ListedProduct, Product
from inventory.models import Location
from shop import cache
from shop.operations.load import tables, tree
from shop.operations.load.copying import Table, Watch, bare, size_of
from shop.operations.load.keys import first_key, number_of, product_key
from shop.operations.load.products import Maker
from shop.operations.seeds import base
from shop.operations.seeds.planting import plant

#: Products that are made, and sent, at a time.
CHUNK = 1_000
#: Products that are listed in one statement; the planner takes every array for a short one.
LISTED_AT_ONCE = 200
_LIST = """
    INSERT INTO catalog_listedproduct (
        place_id, product_id, precedence, published_at, price_low, price_high, rating,
        units_sold, terms
    )
    SELECT place_id, product_id, precedence, published_at, price_low, price_high, rating,
        units_sold, terms
    FROM catalog_derived_listing(%s::uuid[])
"""
_ALL_STALE = """
    INSERT INTO catalog_staleplace (place_id)
    SELECT id FROM catalog_category UNION ALL SELECT id FROM catalog_brand
    UNION ALL SELECT '00000000-0000-0000-0000-000000000000'
"""


class AlreadyLoaded(Exception):
    """There are ``products`` of this seed, and nothing was said of adding to them."""

    def __init__(self, products: int) -> None:
        super().__init__(f"{products} products of this seed are there")
        self.products = products


@dataclass(frozen=True)
class Order:
    """How much to load: ``variants`` is that of an average product, a key of ``CUTS``."""

    products: int
    variants: int
    seed: int = 1
    append: bool = False


def loaded(seed: int) -> int:
    """How many products of a load are there."""
    ours = Product.all_objects.filter(pk__gte=first_key(seed), pk__lt=first_key(seed + 1))
    last = ours.order_by("-pk").values_list("pk", flat=True).first()
    return number_of(last, seed) + 1 if last else 0


def load(order: Order, *, watch: Watch) -> int:
    """Add the products of ``order`` with all that belongs to them; returns how many rows.

    One transaction has the tables of the catalog to itself until it ends; the shop waits. What is
    counted in listings is counted after it. Raises AlreadyLoaded.
    """
    first = loaded(order.seed)
    if first and not order.append:
        raise AlreadyLoaded(first)
    with _patience():
        with transaction.atomic():
            rows = _fill(order, first, watch)
            _note(order, first, rows)
        _announce(watch)
    return rows


def _fill(order: Order, first: int, watch: Watch) -> int:
    plant(base.options())
    plant(base.locations())
    location = Location.objects.get_by_natural_key(base.locations()[0].code)
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    maker = Maker(seed=order.seed, variants=order.variants, now=today, location=location.pk.hex)
    rows = _fill_tree()
    names = [table.name for table in tables.ALL]
    is_mostly_new = size_of(tables.PRODUCTS.name) < order.products
    with bare(names, unindexed=names if is_mostly_new else (), watch=watch):
        rows += _fill_tables(maker, order, first, watch)
    _analyze(names)
    rows += _list(order, first, is_mostly_new, watch)
    return rows


def _fill_tree() -> int:
    if Category.all_objects.filter(path=tree.ROOT).exists():
        return 0
    filled = list(tree.tables())
    with bare([table.name for table, _lines in filled], unindexed=(), watch=_unwatched):
        return sum(_copy(table, lines) for table, lines in filled)


def _fill_tables(maker: Maker, order: Order, first: int, watch: Watch) -> int:
    """Make one chunk while the database takes the one before."""
    rows = 0
    last = first + order.products
    with ThreadPoolExecutor(max_workers=1) as workshop:
        starts = range(first, last, CHUNK)
        under_way = workshop.submit(maker.lines, first, min(CHUNK, order.products))
        for start in starts:
            lines = under_way.result()
            following = start + CHUNK
            if following < last:
                under_way = workshop.submit(maker.lines, following, min(CHUNK, last - following))
            rows += sum(_copy(table, lines[table.name]) for table in tables.ALL)
            watch("products", min(following, last) - first, order.products)
    return rows


def _copy(table: Table, lines: list[str]) -> int:
    table.copy(lines)
    return len(lines)


def _list(order: Order, first: int, is_mostly_new: bool, watch: Watch) -> int:
    """What triggers would have listed, and the word that places are to be counted again."""
    table = ListedProduct._meta.db_table
    rows = 0
    with (
        bare([table], unindexed=[table] if is_mostly_new else (), watch=watch),
        connection.cursor() as cursor,
    ):
        for start in range(first, first + order.products, LISTED_AT_ONCE):
            numbers = range(start, min(start + LISTED_AT_ONCE, first + order.products))
            cursor.execute(_LIST, [[product_key(order.seed, number) for number in numbers]])
            rows += cursor.rowcount
            watch("listings", numbers.stop - first, order.products)
        cursor.execute(_ALL_STALE)
    _analyze([table])
    return rows


def _note(order: Order, first: int, rows: int) -> None:
    """One entry of the audit log for all of it."""
    told = {**asdict(order), "first": first, "rows": rows}
    recording.record(
        AuditLog.Action.CREATE, Product, product_key(order.seed, first), {}, {"load": told}
    )


def _announce(watch: Watch) -> None:
    """Count what listings show, and end what pages kept of the shop before."""
    watch("counts", 0, 1)
    listed.count_places()
    with transaction.atomic():
        freshness.catalog_changed()
        cache.bump_versions([freshness.place(freshness.EVERYWHERE)])
        freshness.places_changed(*Category.objects.values_list("pk", flat=True))
    watch("counts", 1, 1)


def _analyze(tables_: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables_)}")


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


def _unwatched(_phase: str, _done: int, _total: int) -> None:
    """Small tables are quick."""
