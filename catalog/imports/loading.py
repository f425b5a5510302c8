"""What an import does once for all of its rows: listings, counts, and the end of cached pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from catalog import freshness
from catalog.imports import writing
from catalog.listings import listed
from catalog.models import Category, Collection, ImportBatch, ImportRow
from inventory import availability
from shop import cache

#: Rows whose products are listed, or ended in the cache, together.
SPAN = 2_000


@contextmanager
def bulk(batch: ImportBatch) -> Iterator[None]:
    """A transaction for all writes of ``batch``; at its end the products it touched are listed.

    Nothing is told to the cache, because marks of writers end before such a transaction does and
    a name kept for each row would need memory: call :func:`announce` after the commit.
    """
    with (
        writing.unhurried() as cursor,
        listed.deferred(lists_at_end=False),
        cache.left_to_caller(),
    ):
        # Triggers and foreign keys look rows up by plans that the session keeps. One made when a
        # table was still small reads all of it for each row, which a large file makes quadratic.
        cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
        yield
    for products in _touched(batch):
        listed.refresh(set(products.values()))


def announce(batch: ImportBatch) -> None:
    """End what the cache holds of everything ``batch`` touched, and count the listings anew."""
    for products in _touched(batch):
        availability.products_changed(products, has_turned=True)
    freshness.catalog_changed()
    # Also those that products left, whom nothing names any more.
    freshness.places_changed(
        *Category.all_objects.values_list("pk", flat=True),
        *Collection.all_objects.values_list("pk", flat=True),
    )
    cache.bump_versions([freshness.place(freshness.EVERYWHERE)])
    listed.count_places(most=listed.LARGE_PLACE)


def _touched(batch: ImportBatch) -> Iterator[dict[UUID, UUID]]:
    """Products by variant, in spans of the file."""
    rows = ImportRow.objects.filter(
        batch=batch, kind__in=[ImportRow.Kind.NEW, ImportRow.Kind.CHANGED]
    ).order_by("line")
    last = 0
    while span := list(
        rows.filter(line__gt=last).values_list("line", "variant_id", "product_id")[:SPAN]
    ):
        yield {variant: product for _line, variant, product in span}
        last = span[-1][0]
