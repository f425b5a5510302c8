"""The rows behind listings: made anew after a bulk load, checked, and counted.

The database keeps ``ListedProduct`` itself, in the transaction of each write (see
``catalog_list_products`` in the migration). What is here is for all rows at once.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog.models import ListedCount, Product
from catalog.models.listed import EVERYWHERE

#: Products whose rows are compared in one statement. The planner takes every array for a short
#: one, so that more would be slower.
BATCH = 200
#: Places above this many products are counted by the slower job only.
LARGE_PLACE = 50_000
#: Kinds of terms that listings count, beside "sale".
COUNTED = ("size:", "color:", "brand:", "fit:", "material:", "in:", "rating:", "tag:")
#: Tags of a place that are offered, the most used ones; staff may think up any number.
MOST_TAGS = 12

_COLUMNS = """place_id, product_id, precedence, published_at, price_low, price_high, rating,
    units_sold, terms"""

# Rows that one side has and the other has not; a changed row is there from both.
_DIFFERENCES = f"""
    (SELECT place_id, product_id FROM (
        SELECT {_COLUMNS} FROM catalog_listedproduct WHERE product_id = ANY (%(ids)s)
        EXCEPT SELECT {_COLUMNS} FROM catalog_derived_listing(%(ids)s)
    ) stored)
    UNION
    (SELECT place_id, product_id FROM (
        SELECT {_COLUMNS} FROM catalog_derived_listing(%(ids)s)
        EXCEPT SELECT {_COLUMNS} FROM catalog_listedproduct WHERE product_id = ANY (%(ids)s)
    ) derived)
    ORDER BY product_id, place_id
"""  # noqa: S608

# Places whose counts are due: marked ones, and those of products whose time has just come.
_TAKE = """
    WITH taken AS (
        DELETE FROM catalog_staleplace stale WHERE NOT EXISTS (
            SELECT FROM catalog_listedcount counted
            WHERE counted.place_id = stale.place_id AND counted.term = ''
            AND counted.products > %(most)s
        )
        RETURNING place_id
    )
    SELECT place_id FROM taken
    UNION
    SELECT listed.place_id FROM catalog_listedproduct listed
    JOIN catalog_listedproduct new ON new.product_id = listed.product_id
    WHERE new.place_id = %(everywhere)s
    AND new.published_at > %(now)s - interval '15 minutes' AND new.published_at <= %(now)s
    AND NOT EXISTS (
        SELECT FROM catalog_listedcount counted
        WHERE counted.place_id = listed.place_id AND counted.term = ''
        AND counted.products > %(most)s
    )
    ORDER BY place_id
"""

_COUNT = """
    INSERT INTO catalog_listedcount (place_id, term, products)
    SELECT %(place)s, term, products FROM (
        SELECT term, count(*) AS products, term LIKE 'tag:%%' AS is_tag, row_number() OVER (
            PARTITION BY term LIKE 'tag:%%' ORDER BY count(*) DESC, term COLLATE "C"
        ) AS rank
        FROM catalog_listedproduct listed, unnest(array_append(listed.terms, '')) term
        WHERE listed.place_id = %(place)s AND listed.published_at <= %(now)s
        AND (term IN ('', 'sale') OR term LIKE ANY (%(counted)s))
        GROUP BY term
    ) counted
    WHERE NOT is_tag OR rank <= %(tags)s
"""


@dataclass(frozen=True)
class Difference:
    """A row that is not what would be derived, or is missing."""

    place_id: UUID
    product_id: UUID


@contextmanager
def deferred(*, lists_at_end: bool = True) -> Iterator[None]:
    """A transaction in which listings do not follow each write, but all products at its end.

    For bulk loads. With ``lists_at_end`` off the caller calls :func:`rebuild` itself.
    """
    with transaction.atomic():
        _defer("on")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _defer("off")
        if lists_at_end:
            rebuild()


def refresh(product_ids: Iterable[UUID]) -> None:
    """Derive the rows of these products anew; locks the products in key order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_list_products(%s)", [list(product_ids)])


def rebuild() -> None:
    """Derive the rows of all products anew, a batch at a time."""
    for ids in _batches():
        refresh(ids)


def differences() -> list[Difference]:
    """Stored rows that differ from what would be derived, and rows that are missing."""
    found = []
    with connection.cursor() as cursor:
        for ids in _batches():
            cursor.execute(_DIFFERENCES, {"ids": ids})
            found += [Difference(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT place_id, product_id FROM catalog_listedproduct listed WHERE NOT EXISTS "
            "(SELECT FROM catalog_product product WHERE product.id = listed.product_id)"
        )
        found += [Difference(*row) for row in cursor.fetchall()]
    return found


def count_places(*, most: int | None = None) -> int:
    """Count anew the places that changed; how many these were.

    ``most`` leaves out places that held more products when they were last counted. Each place
    is a transaction, so that a long count blocks nobody.
    """
    parameters: dict[str, Any] = {
        "most": 2**31 if most is None else most,
        "everywhere": EVERYWHERE,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, parameters)
        places = [place for (place,) in cursor.fetchall()]
    for place in places:
        _count(place)
    return len(places)


def _count(place: UUID) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Two jobs at one place would meet at its key.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 7))", [place])
        ListedCount.objects.filter(place_id=place).delete()
        counted = [f"{kind}%" for kind in COUNTED]
        parameters: dict[str, Any] = {
            "place": place,
            "counted": counted,
            "tags": MOST_TAGS,
            "now": timezone.now(),
        }
        cursor.execute(_COUNT, parameters)


def _defer(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('selvedge.defer_listing', %s, true)", [state])


def _batches() -> Iterator[list[Any]]:
    """Ids of all products in key order."""
    last = UUID(int=0)
    while ids := list(
        Product.all_objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield ids
        last = ids[-1]
