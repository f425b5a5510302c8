"""What staff taught the search: words that mean the same, and searches that lead somewhere."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.freshness import LIFE_SECONDS, NAMESPACE
from catalog.models import SearchRedirect, Synonym
from catalog.models.searching import RULES
from catalog.searching.query import words_of
from shop import cache
from shop.held import Shelf

#: Rules of each kind that are looked at.
MOST_RULES = 2_000


@dataclass(frozen=True)
class Rules:
    """``synonyms`` of a phrase and ``redirects`` of a whole search; phrases are folded words."""

    synonyms: Mapping[str, Sequence[str]]
    redirects: Mapping[str, str]

    def target_of(self, text: str) -> str:
        """Where a search for exactly ``text`` leads, or ""."""
        return self.redirects.get(phrase(text), "")


def phrase(text: str) -> str:
    """``text`` as folded words parted by spaces."""
    return " ".join(words_of(text))


#: The rules as all requests of the process share them.
_held: Shelf[str, Rules] = Shelf(most=1, seconds=LIFE_SECONDS)


def read_rules() -> Rules:
    """All rules; no query when the cache is warm, else one."""
    return _held.one("", _read, versions=[(NAMESPACE, RULES)])


def _read() -> Rules:
    rows = cache.read_through(NAMESPACE, RULES, _load, seconds=LIFE_SECONDS)
    synonyms: dict[str, list[str]] = defaultdict(list)
    for group in rows["synonyms"]:
        for one in group:
            others = [other for other in group if other != one]
            synonyms[one] += [other for other in others if other not in synonyms[one]]
    return Rules(dict(synonyms), rows["redirects"])


def _load() -> dict[str, object]:
    groups = Synonym.objects.order_by().values_list("words", "pk")
    redirects = SearchRedirect.objects.order_by().values_list("target", "term")
    groups_known = [
        [one for one in dict.fromkeys(map(phrase, words)) if one]
        for words, _pk in groups[:MOST_RULES]
    ]
    known = {phrase(term): target for target, term in redirects[:MOST_RULES]}
    return {"synonyms": groups_known, "redirects": known}
