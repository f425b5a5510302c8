"""The statements that count for filters.

Without filters the numbers come from ``ListedCount``. Where these wait for the job, and with
filters, the first COUNTED_ROWS rows of the place are counted. What is in stock changes with every
order, so it is looked up, of the first STOCK_LOOKED_AT products, and kept until a shelf runs empty
or is filled.
"""

import json
from dataclasses import replace
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, Case, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.utils import timezone

from catalog.freshness import NAMESPACE
from catalog.listings.filters import Filters, for_sale_now
from catalog.listings.places import Place
from catalog.models import ProductVariant
from inventory.availability import IN_STOCK
from shop import cache

#: Terms, how many products each would show with the filters, and how many without: three JSON
#: lists. Hundreds of rows are dearer to fetch, and what did not change need not be read again.
Rows = tuple[str, str, str]
NO_ROWS: Rows = ("[]", "[]", "[]")
#: Rows of a place that are looked at for counts with filters.
COUNTED_ROWS = 3_000
#: Products up to which counts that wait for the job are made on the spot.
COUNTED_AT_ONCE = 2_000
#: Products that are looked at to tell how many are in stock.
STOCK_LOOKED_AT = 500
#: How long that number is kept at most, in seconds.
STOCK_SECONDS = 300
#: Variants of one product; no garment has as many.
VARIANTS_LOOKED_AT = 1_000

_TERMS = "unnest(array_append({terms}, '')) term"

_UNFILTERED = f"""
    WITH known AS MATERIALIZED (
        SELECT term, products FROM catalog_listedcount WHERE place_id = %s AND (
            NOT EXISTS (SELECT FROM catalog_staleplace WHERE place_id = %s)
            OR (
                SELECT products FROM catalog_listedcount WHERE place_id = %s AND term = ''
            ) > {COUNTED_AT_ONCE}
        )
    ),
    row AS MATERIALIZED (
        SELECT listed.terms FROM ({{rows}}) listed WHERE NOT EXISTS (SELECT FROM known)
    )
    SELECT term, products, products FROM known
    UNION ALL
    SELECT term, count(*), count(*) FROM row, {_TERMS.format(terms="row.terms")} GROUP BY term
"""  # noqa: S608

# What the job counted, for places too large to be counted here.
_KNOWN = """
    UNION ALL
    SELECT 'known:' || term, 0, products FROM catalog_listedcount WHERE place_id = %s
"""

# What a search found, without filters. What is in stock of it is looked up of the same rows.
_OF_FOUND = """
    WITH row AS MATERIALIZED ({rows})
    SELECT term, count(*), count(*)
    FROM (SELECT unnest(array_append(terms, '')) AS term FROM row) one GROUP BY term
"""

# A row that misses one group of filters counts for the values of that group.
_BY_TERMS = """
    WITH row AS MATERIALIZED (
        SELECT product_id, terms, {missed} AS missed, {failed} AS failed
        FROM ({rows}) listed
    )
    SELECT term, count(*) FILTER (
        WHERE missed = 0 OR missed = 1 AND failed = split_part(term, ':', 1)
    ), count(*)
    FROM (SELECT unnest(array_append(terms, '')) AS term, missed, failed FROM row) one
    GROUP BY term
    UNION ALL
    SELECT 'without:' || failed, count(*), 0 FROM row WHERE missed = 1 GROUP BY failed
"""

# The same, of variants: a product counts once for each value that one of its variants meets.
_BY_VARIANTS = f"""
    WITH row AS MATERIALIZED (
        SELECT product_id, terms, {{missed}} AS missed, {{failed}} AS failed
        FROM ({{rows}}) listed
    ),
    variant AS MATERIALIZED (
        SELECT own.* FROM row CROSS JOIN LATERAL ({{variants}}) own WHERE row.missed <= 1
    ),
    judged AS MATERIALIZED (
        SELECT variant.product_id, variant.size, variant.color,
            row.missed + {{variant_missed}} AS missed,
            coalesce(row.failed, {{variant_failed}}) AS failed
        FROM row JOIN variant ON variant.product_id = row.product_id
    ),
    -- "" stands for all groups: nothing is missed.
    opened AS (
        SELECT DISTINCT product_id, CASE missed WHEN 0 THEN '' ELSE failed END AS opens
        FROM judged WHERE missed <= 1
    ),
    hit AS (
        SELECT product_id, 'size:' || size AS term FROM judged
        WHERE missed = 0 OR missed = 1 AND failed = 'size'
        UNION
        SELECT product_id, 'color:' || color FROM judged
        WHERE missed = 0 OR missed = 1 AND failed = 'color'
        UNION
        SELECT product_id, term FROM opened JOIN row USING (product_id),
            {_TERMS.format(terms="row.terms")}
        WHERE split_part(term, ':', 1) NOT IN ('size', 'color')
        AND (opens = '' OR opens = split_part(term, ':', 1))
    )
    SELECT term, count(*), 0 FROM hit WHERE term IS NOT NULL GROUP BY term
    UNION ALL
    SELECT term, 0, count(*) FROM row, {_TERMS.format(terms="row.terms")} GROUP BY term
    UNION ALL
    SELECT 'without:' || opens, count(*), 0 FROM opened WHERE opens <> '' GROUP BY opens
"""  # noqa: S608

_LISTS = """
    WITH counted (term, shown, held) AS ({rows})
    SELECT json_agg(term)::text, json_agg(shown)::text, json_agg(held)::text FROM counted
"""

#: The term of what is in stock.
STOCKED: Final = "in stock"
# How many of a few products have a variant that is for sale now, and how many these are.
_IN_STOCK = f"""
    UNION ALL
    SELECT '{STOCKED}', count(*) FILTER (WHERE EXISTS ({{for_sale}})), count(*)
    FROM (SELECT product_id FROM {{products}} LIMIT %s) few
"""  # noqa: S608


def unfiltered(place: Place) -> tuple[Rows, tuple[int, int]]:
    """The numbers of ``ListedCount``, and of how many products how many are in stock.

    One query, which reads the second along where it is due.
    """
    rows, parameters = _bounded(place, COUNTED_ROWS)
    statement, parameters = _UNFILTERED.format(rows=rows), [place.id] * 3 + parameters
    read: list[Rows] = []

    def load() -> list[int]:
        first, first_parameters = _bounded(place, STOCK_LOOKED_AT)
        more, more_parameters = _in_stock(f"({first}) first", first_parameters, Filters())
        lists = map(json.loads, _fetch(statement + more, parameters + more_parameters))
        counted = list(zip(*lists, strict=True))
        *_, in_stock, looked_at = next(row for row in counted if row[0] == STOCKED)
        others = [row for row in counted if row[0] != STOCKED]
        terms, shown, held = (json.dumps([row[place] for row in others]) for place in range(3))
        read.append((terms, shown, held))
        return [in_stock, looked_at]

    in_stock, looked_at = cache.read_through(
        NAMESPACE, stock_key(place), load, seconds=STOCK_SECONDS, versions=[IN_STOCK]
    )
    return read[0] if read else _fetch(statement, parameters), (in_stock, looked_at)


def stock_key(place: Place) -> str:
    """Under which it is kept how many products of a place are in stock."""
    return f"in-stock:{place.id}"


def filtered(place: Place, filters: Filters) -> Rows:
    rows, row_parameters = _bounded(place, COUNTED_ROWS)
    if place.found is not None and not filters.pairs:
        stocked, stocked_parameters = _in_stock("row", [], Filters())
        return _fetch(_OF_FOUND.format(rows=rows) + stocked, [*row_parameters, *stocked_parameters])
    misses: dict[str, tuple[str, list[Any]]] = {
        group: ("NOT terms && %s", [terms])
        for group, terms in filters.terms.items()
        if not (filters.needs_one_variant and group in ("size", "color"))
    }
    if not filters.needs_one_variant:
        if filters.price_from is not None:
            misses["price"] = ("price_high < %s", [filters.price_from])
        if filters.price_to is not None:
            misses["price"] = ("price_low > %s", [filters.price_to])
    missed, failed, parameters = _judgment(misses)
    more, more_parameters = _beside(place, filters)
    if not filters.needs_one_variant:
        return _fetch(
            _BY_TERMS.format(missed=missed, failed=failed, rows=rows) + more,
            [*parameters, *row_parameters, *more_parameters],
        )
    of_variants: dict[str, tuple[str, list[Any]]] = {
        "size": ("NOT coalesce(variant.size = ANY (%s), false)", [list(filters.size)]),
        "color": ("NOT coalesce(variant.color = ANY (%s), false)", [list(filters.color)]),
        "price": ("NOT variant.fits_price", []),
        "in_stock": ("NOT variant.for_sale", []),
    }
    asked = {"price": filters.has_price, "in_stock": filters.in_stock}
    own = {
        group: miss
        for group, miss in of_variants.items()
        if asked.get(group, bool(getattr(filters, group, ())))
    }
    variant_missed, variant_failed, own_parameters = _judgment(own)
    variants, variant_parameters = _variants(filters)
    statement = _BY_VARIANTS.format(
        missed=missed,
        failed=failed,
        rows=rows,
        variants=variants,
        variant_missed=variant_missed,
        variant_failed=variant_failed,
    )
    own_parameters = [*variant_parameters, *own_parameters, *more_parameters]
    return _fetch(statement + more, [*parameters, *row_parameters, *own_parameters])


def _beside(place: Place, filters: Filters) -> tuple[str, list[Any]]:
    """What counts with filters tell beside: the numbers of the job, and what is in stock."""
    # Nothing was counted ahead of a search.
    known, known_parameters = (_KNOWN, [place.id]) if place.found is None else ("", [])
    if filters.in_stock:
        return known, known_parameters
    is_met = "opened WHERE opens = ''" if filters.needs_one_variant else "row WHERE missed = 0"
    stocked, parameters = _in_stock(is_met, [], filters)
    return known + stocked, [*known_parameters, *parameters]


def _in_stock(products: str, among: list[Any], filters: Filters) -> tuple[str, list[Any]]:
    """SQL that adds how many of ``products`` have a variant with ``filters`` for sale now.

    ``among`` are the parameters of ``products``, which are rows with a product_id.
    """
    variants = ProductVariant.objects.filter(
        replace(filters, in_stock=True).on_variants(), product=RawSQL("few.product_id", [])
    )
    for_sale, parameters = variants.order_by().values("pk").query.sql_with_params()
    statement = _IN_STOCK.format(for_sale=for_sale, products=products)
    return statement, [*parameters, *among, STOCK_LOOKED_AT + 1]


def _judgment(misses: dict[str, tuple[str, list[Any]]]) -> tuple[str, str, list[Any]]:
    """SQL for how many groups a row misses and for the first of them, and its parameters."""
    if not misses:
        return "0", "NULL::text", []
    missed = " + ".join(f"({condition})::integer" for condition, _ in misses.values())
    cases = " ".join(f"WHEN {condition} THEN '{group}'" for group, (condition, _) in misses.items())
    parameters = [value for _, values in misses.values() for value in values]
    return f"({missed})", f"CASE {cases} END", parameters * 2


def _bounded(place: Place, most: int) -> tuple[str, list[Any]]:
    """The first rows of the place in its own order, one more than ``most``."""
    if place.found is None:
        statement = "SELECT * FROM catalog_first_listed(%s, %s, %s)"
        return statement, [place.id, timezone.now(), most + 1]
    # Joined, so that the primary key leads to each; else rows of all places are looked at.
    statement = """
        SELECT listed.product_id, listed.terms, listed.price_low, listed.price_high
        FROM unnest(%s::uuid[]) AS hit (id)
        JOIN catalog_listedproduct listed ON listed.place_id = %s AND listed.product_id = hit.id
        WHERE listed.published_at <= %s LIMIT %s
    """
    return statement, [place.found.array, place.id, timezone.now(), most + 1]


def _variants(filters: Filters) -> tuple[str, list[Any]]:
    """The variants of one row. The limit makes the planner look them up, row by row."""
    variants = (
        ProductVariant.objects.filter(product=RawSQL("row.product_id", []))
        .order_by()
        .values(
            "product_id",
            size=KT("option_values__size"),
            color=KT("option_values__color"),
            fits_price=_truth(filters.on_price()) if filters.has_price else Value(True),
            for_sale=_truth(for_sale_now()) if filters.in_stock else Value(True),
        )[:VARIANTS_LOOKED_AT]
    )
    statement, parameters = variants.query.sql_with_params()
    return statement, list(parameters)


def _truth(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def _fetch(statement: str, parameters: list[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(_LISTS.format(rows=statement), parameters)
        terms, shown, held = cursor.fetchone() or NO_ROWS
        return (terms or "[]", shown or "[]", held or "[]")
