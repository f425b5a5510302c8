"""How many products each value of each filter would show, counted in one bounded statement.

Without filters the numbers come from ``ListedCount``. Where these wait for the job, and with
filters, the first COUNTED_ROWS rows of the place are counted; if the place holds more, numbers
are lower bounds and shown as such ("1,000+").
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.utils import timezone

from catalog.freshness import NAMESPACE
from catalog.listings.filters import Filters, for_sale_now
from catalog.listings.listed import MOST_TAGS
from catalog.listings.places import Place, rows_of
from catalog.models import ProductVariant
from shop import cache

#: Rows of a place that are looked at for counts with filters.
COUNTED_ROWS = 3_000
#: Products up to which counts that wait for the job are made on the spot.
COUNTED_AT_ONCE = 2_000
FILTERED_SECONDS = 60
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

# A row that misses one group of filters counts for the values of that group.
_BY_TERMS = f"""
    WITH row AS MATERIALIZED (
        SELECT terms, {{missed}} AS missed, {{failed}} AS failed FROM ({{rows}}) listed
    )
    SELECT term, count(*) FILTER (
        WHERE missed = 0 OR missed = 1 AND failed = split_part(term, ':', 1)
    ), count(*)
    FROM row, {_TERMS.format(terms="row.terms")} GROUP BY term
    UNION ALL
    SELECT 'without:' || failed, count(*), 0 FROM row WHERE missed = 1 GROUP BY failed
"""  # noqa: S608

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


@dataclass(frozen=True)
class Counts:
    """Products by term of the place.

    ``shown`` is what choosing the term would show beside the filters of the other groups,
    ``every`` what the place holds without filters; a term of the place is in both, even with 0.
    ``without`` is what would show if a group of filters went. ``total`` is what all filters
    leave. Not ``is_exact``: all but ``every`` are lower bounds.
    """

    total: int
    is_exact: bool
    shown: dict[str, int]
    every: dict[str, int]
    without: dict[str, int]


def count(place: Place, filters: Filters) -> Counts:
    """The counts of a place, with filters kept for FILTERED_SECONDS. One query at most."""
    rows: list[list[Any]] = []
    if place.found is not None:
        # What found nothing is no question for the database.
        rows = _count_filtered(place, filters) if place.found else []
    elif not filters.pairs:
        rows = _count_unfiltered(place)
    else:
        state = hashlib.sha256(repr((place.id, filters.pairs)).encode()).hexdigest()[:32]
        rows = cache.read_through(
            NAMESPACE,
            f"counts:{state}",
            lambda: _count_filtered(place, filters),
            seconds=FILTERED_SECONDS,
        )
    shown: dict[str, int] = defaultdict(int)
    every: dict[str, int] = defaultdict(int)
    without: dict[str, int] = {}
    known: dict[str, int] = {}
    for term, with_filters, in_place in rows:
        if term.startswith("without:"):
            without[term.removeprefix("without:")] = with_filters
        elif term.startswith("known:"):
            known[term.removeprefix("known:")] = in_place
        else:
            shown[term] += with_filters
            every[term] += in_place
    is_exact = place.is_all and every[""] != COUNTED_ROWS + 1
    if not is_exact:
        every |= known
    for term in _rare_tags(every, filters):
        shown.pop(term, None)
        del every[term]
    return Counts(shown[""], is_exact, dict(shown), dict(every), without)


def _rare_tags(every: dict[str, int], filters: Filters) -> list[str]:
    """Terms of the tags that are neither among the most used ones of the place nor chosen."""
    tags = sorted(
        (term for term in every if term.startswith("tag:")), key=lambda term: (-every[term], term)
    )
    return [term for term in tags[MOST_TAGS:] if term.removeprefix("tag:") not in filters.tag]


def _count_unfiltered(place: Place) -> list[list[Any]]:
    rows, parameters = _bounded(place)
    return _fetch(_UNFILTERED.format(rows=rows), [place.id] * 3 + parameters)


def _count_filtered(place: Place, filters: Filters) -> list[list[Any]]:
    rows, row_parameters = _bounded(place)
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
    known, known_parameters = (_KNOWN, [place.id]) if place.found is None else ("", [])
    if not filters.needs_one_variant:
        return _fetch(
            _BY_TERMS.format(missed=missed, failed=failed, rows=rows) + known,
            [*parameters, *row_parameters, *known_parameters],
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
    own_parameters = [*variant_parameters, *own_parameters, *known_parameters]
    return _fetch(statement + known, [*parameters, *row_parameters, *own_parameters])


def _judgment(misses: dict[str, tuple[str, list[Any]]]) -> tuple[str, str, list[Any]]:
    """SQL for how many groups a row misses and for the first of them, and its parameters."""
    if not misses:
        return "0", "NULL::text", []
    missed = " + ".join(f"({condition})::integer" for condition, _ in misses.values())
    cases = " ".join(f"WHEN {condition} THEN '{group}'" for group, (condition, _) in misses.items())
    parameters = [value for _, values in misses.values() for value in values]
    return f"({missed})", f"CASE {cases} END", parameters * 2


def _bounded(place: Place) -> tuple[str, list[Any]]:
    """The first rows of the place in its own order, one more than are counted."""
    if place.found is None:
        statement = "SELECT * FROM catalog_first_listed(%s, %s, %s)"
        return statement, [place.id, timezone.now(), COUNTED_ROWS + 1]
    rows = rows_of(place).values("product_id", "terms", "price_low", "price_high")
    statement, parameters = rows[: COUNTED_ROWS + 1].query.sql_with_params()
    return statement, list(parameters)


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


def _fetch(statement: str, parameters: list[Any]) -> list[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [list(row) for row in cursor.fetchall()]
