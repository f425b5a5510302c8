"""The words of a search: folded alike in text and query, with what they may also be called.

A query for the database is a list of clauses, all of which must be met. A clause is a list of
alternatives, each of them a list of words, of which the last may end with ":*": it is unfinished.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise

#: Words of a query that are looked at, and characters.
MOST_WORDS = 8
MOST_CHARACTERS = 200
#: Alternatives of one word that staff's synonyms may add.
MOST_SYNONYMS = 12

Clauses = list[list[list[str]]]

_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"} | dict(zip("øđðłıħς", "oddlihσ", strict=True))
)


def fold(text: str) -> str:
    """Lower case without accents, as the database's ``catalog_fold`` does it.

    Turkish İ and ı are i, German ß is ss, whatever the language of the page.
    """
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return bare.lower().translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The folded words of a query, at most MOST_WORDS; no sign of a query language is one."""
    return _WORD.findall(fold(text[:MOST_CHARACTERS]))[:MOST_WORDS]


def clauses_of(text: str, synonyms: Mapping[str, Sequence[str]] | None = None) -> Clauses:
    """What a product has to meet for ``text``; [] when there is no word in it.

    ``synonyms`` gives what means the same as a phrase, both folded, words parted by spaces.
    """
    words = words_of(text)
    if not words:
        return []
    synonyms = synonyms or {}
    joined = _joined(fold(text[:MOST_CHARACTERS]), words)
    clauses: Clauses = []
    start = 0
    while start < len(words):
        length = _phrase_at(words, start, joined, synonyms)
        phrase = words[start : start + length]
        start += length
        clauses.append(_alternatives(phrase, synonyms, is_last=start == len(words)))
    if len(words) == len(clauses) == 2:
        # "over shirt" may be written as one.
        for clause in clauses:
            clause.append([f"{''.join(words)}:*"])
    return clauses


def _phrase_at(
    words: list[str], start: int, joined: set[int], synonyms: Mapping[str, Sequence[str]]
) -> int:
    """How many words from ``start`` belong together."""
    for length in range(min(4, len(words) - start), 1, -1):
        if " ".join(words[start : start + length]) in synonyms:
            return length
    return 2 if start in joined else 1


def _alternatives(
    phrase: list[str], synonyms: Mapping[str, Sequence[str]], *, is_last: bool
) -> list[list[str]]:
    found = [phrase]
    if len(phrase) == 2:
        found.append(["".join(phrase)])
    if is_last:
        found = [[*words[:-1], f"{words[-1]}:*"] for words in found]
    others = synonyms.get(" ".join(phrase)) or (
        synonyms.get("".join(phrase), ()) if len(phrase) > 1 else ()
    )
    return found + [other.split(" ") for other in others[:MOST_SYNONYMS]]


def _joined(folded: str, words: list[str]) -> set[int]:
    """Places of words that make one with the next: "t-shirt", "t shirt"."""
    spans = [found.span() for found in _WORD.finditer(folded)][: len(words)]
    places = set()
    for place, ((start, end), (follows, _end)) in enumerate(pairwise(spans)):
        is_letter = end - start == 1 and not words[place].isdigit()
        if is_letter or folded[end:follows] == "-":
            places.add(place)
    return places
