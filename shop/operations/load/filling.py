"""Putting the products of a load into the shop."""

from datetime import datetime
from functools import partial

from django.db import connection

from catalog.listings.best_sellers import forget_days
from catalog.models import Category, ListedProduct
from inventory.models import Location
from shop.operations.load import tables, tree
from shop.operations.load.copying import Watch, analyze, bare, pour, size_of
from shop.operations.load.keys import own_key
from shop.operations.load.products import Maker

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


def fill(
    numbers: range, *, seed: int, variants: int, location: Location, now: datetime, watch: Watch
) -> int:
    """Add the products of these numbers, listed; returns how many rows.

    Joins the caller's transaction, which has their tables to itself from now on. What is counted
    in listings is to be counted after it.
    """
    maker = Maker(seed=seed, variants=variants, now=now, location=location.pk.hex)
    rows = _fill_tree(watch)
    names = [table.name for table in tables.OF_PRODUCTS]
    is_mostly_new = size_of(tables.PRODUCTS.name) < len(numbers)
    with bare(names, unindexed=names if is_mostly_new else (), watch=watch):
        rows += pour(tables.OF_PRODUCTS, maker.lines, numbers, partial(watch, "products"))
    analyze(names)
    forget_days()
    return rows + _list(numbers, seed, is_mostly_new, watch)


def _fill_tree(watch: Watch) -> int:
    if Category.all_objects.filter(path=tree.ROOT).exists():
        return 0
    filled = list(tree.tables())
    with bare([table.name for table, _lines in filled], unindexed=(), watch=watch):
        return sum(table.copy(lines) for table, lines in filled)


def _list(numbers: range, seed: int, is_mostly_new: bool, watch: Watch) -> int:
    """What triggers would have listed, and the word that places are to be counted again."""
    table = ListedProduct._meta.db_table
    rows = 0
    with (
        bare([table], unindexed=[table] if is_mostly_new else (), watch=watch),
        connection.cursor() as cursor,
    ):
        for start in range(0, len(numbers), LISTED_AT_ONCE):
            chunk = numbers[start : start + LISTED_AT_ONCE]
            cursor.execute(_LIST, [[own_key(tables.PRODUCTS, seed, number) for number in chunk]])
            rows += cursor.rowcount
            watch("listings", start + len(chunk), len(numbers))
        cursor.execute(_ALL_STALE)
    analyze([table])
    return rows
