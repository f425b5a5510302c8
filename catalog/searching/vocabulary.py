"""The words of the catalog: what a mistyped word may have meant, and how a word may end."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.html import strip_tags
from rapidfuzz.distance import OSA

from catalog.models import Product, SearchWord
from catalog.searching.query import fold, words_of

#: Words that are kept, the most used first, and their length in characters.
MOST_WORDS = 100_000
SHORTEST, LONGEST = 3, 40
#: Characters of a description that are read.
_MOST_TEXT = 2_000
#: Products read at once.
_BATCH = 2_000
#: Look-alikes that are compared with a word, and how many stay as proposals.
_CANDIDATES = 60
MOST_PROPOSALS = 4
#: Words shorter than this are too short to be told apart; from the second on two slips may be.
_LENGTH_FOR_ONE, _LENGTH_FOR_TWO = 4, 7
_NUMBER = re.compile(r"[0-9]+")
_WORD = re.compile(r"[^\W_]+")


def corrections(text: str) -> list[str]:
    """What ``text`` may have meant, in words the catalog knows, best first. One query."""
    words = words_of(text)
    asked = [word for word in dict.fromkeys(words) if _is_kept(word)]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM catalog_words_alike(%s, %s)", [asked, _CANDIDATES])
        rows = cursor.fetchall()
    alike = {one: [(word, count) for like, word, count in rows if like == one] for one in asked}
    readings = {word: _readings(word, alike.get(word, [])) for word in words}
    known = [word for word in words if readings[word] == [word]]
    if not all(readings.values()):
        # One word means nothing here: what the others find is better than nothing.
        return list(dict.fromkeys(known))[:MOST_PROPOSALS]
    best = [readings[word][0] for word in words]
    proposals = [" ".join(best)]
    for place, word in enumerate(words):
        for other in readings[word][1:]:
            proposals.append(" ".join([*best[:place], other, *best[place + 1 :]]))
    same = " ".join(words)
    if proposals[0] == same:
        # All words are known, and no product has them all.
        return list(dict.fromkeys(known))[:MOST_PROPOSALS] if len(known) > 1 else []
    return list(dict.fromkeys(proposals))[: MOST_PROPOSALS + 1]


def rebuild() -> int:
    """Count the words of all published products anew; returns how many are kept.

    Reads the products in batches by key; readers see the old words until the new ones are there.
    """
    products: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    for batch in _batches():
        for title, keywords, tags, brand, summary, description in batch:
            about = _words(" ".join([title, *keywords, *tags, brand]))
            heads.update(about)
            products.update(about | _words(f"{summary} {strip_tags(description[:_MOST_TEXT])}"))
    with transaction.atomic(), connection.cursor() as cursor:
        # Two that wrote the same words at once would meet at their keys.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog.vocabulary', 0))")
        SearchWord.objects.all().delete()
        SearchWord.objects.bulk_create(
            (
                SearchWord(word=word, products=count, heads=heads[word])
                for word, count in products.most_common(MOST_WORDS)
            ),
            batch_size=_BATCH,
        )
    return min(len(products), MOST_WORDS)


def _readings(word: str, candidates: Iterable[tuple[str, int]]) -> list[str]:
    """Known words that ``word`` may be, best first; just the word where it is one itself."""
    if not _is_kept(word):
        return [word]
    most = 0 if len(word) < _LENGTH_FOR_ONE else 1 if len(word) < _LENGTH_FOR_TWO else 2
    ranked = []
    for candidate, count in candidates:
        if candidate == word:
            return [word]
        distance = OSA.distance(word, candidate, score_cutoff=most)
        if distance <= most:
            # Hardly anyone mistypes the first letter.
            ranked.append((distance, candidate[0] != word[0], -count, candidate))
    return [candidate for *_order, candidate in sorted(ranked)]


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(fold(text)) if _is_kept(word)}


def _is_kept(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and _NUMBER.fullmatch(word) is None


def _batches() -> Iterator[list[tuple[Any, ...]]]:
    columns = ("title", "keywords", "tags", "brand_name", "summary", "description")
    last = UUID(int=0)
    while rows := list(
        Product.objects.published()
        .filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", *columns)[:_BATCH]
    ):
        yield [row[1:] for row in rows]
        last = rows[-1][0]
