"""Full-text search of the published products.

However many products match, only some are ranked: those with the words in title, keywords, tags
or brand come before those that merely mention them (``catalog_search`` in the migration).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.http import urlencode

from catalog.freshness import BRANDS, EVERYWHERE, NAMESPACE, place
from catalog.listings.found import Found
from catalog.models import ProductVariant
from catalog.models.searching import RULES
from catalog.searching.query import Clauses, clauses_of
from catalog.searching.rules import Rules
from shop import cache

#: Hits that are ranked, counted and shown.
MOST_HITS = 1_000
#: Life of the ranked hits of a search, in seconds; any change of a product ends it.
HITS_SECONDS = 60
_MOST_CODE = 64
#: What a code has and a plain word has not.
_CODE_SIGN = re.compile(r"[0-9]|[-_./][^-_./]+[-_./]")


@dataclass(frozen=True)
class Hits:
    """Ids of products, best first. ``is_all`` says that no more match than these."""

    ids: Found
    is_all: bool


def find(text: str, rules: Rules) -> Hits:
    """The best published products for ``text``, at most MOST_HITS. One query when not cached.

    Every word has to be there, as typed, in another form or as a synonym; the last one may be
    unfinished.
    """
    clauses = clauses_of(text, rules.synonyms)
    if not clauses:
        return Hits(Found(), is_all=True)
    digest = hashlib.sha256(json.dumps(clauses).encode()).hexdigest()[:32]
    found: str = cache.read_through(
        NAMESPACE,
        f"found:{digest}",
        lambda: Found.of(ranked(clauses, MOST_HITS + 1)).text,
        seconds=HITS_SECONDS,
        versions=[place(EVERYWHERE), (NAMESPACE, BRANDS), (NAMESPACE, RULES)],
    )
    ids = Found(found)
    return Hits(ids[:MOST_HITS], is_all=len(ids) <= MOST_HITS)


def ranked(clauses: Clauses, most: int) -> list[UUID]:
    """Ids of at most ``most`` products that meet ``clauses``, best first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalog_search(%s::jsonb, %s, %s)",
            [json.dumps(clauses), timezone.now(), most],
        )
        return [key for (key,) in cursor.fetchall()]


def url_of_code(text: str) -> str:
    """Where the one variant with this SKU or barcode is shown, or "". One query at most.

    Upper and lower case are alike. What has neither a digit nor two hyphens is no code: a search
    for "coat" is not for the SKU "COAT".
    """
    code = text.strip()
    if code.replace(" ", "").isdigit():
        code = code.replace(" ", "")
    is_code = len(code) <= _MOST_CODE and code.isprintable() and " " not in code
    if not is_code or not _CODE_SIGN.search(code):
        return ""
    variants = ProductVariant.objects.select_related("product").alias(code=Upper("sku"))
    met = variants.filter(Q(code=Upper(Value(code))) | Q(barcode=code) & ~Q(barcode=""))
    found = cast("list[ProductVariant]", list(met[:2]))
    if len(found) != 1 or not found[0].product.is_published:
        return ""
    return f"{found[0].product.get_absolute_url()}?{urlencode(found[0].option_values)}"
