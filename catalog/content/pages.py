"""Content pages: reading them, cleaning their text, and finding them by search."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import nh3
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext

from catalog.models import ContentPage, PageUse

#: Articles on a page of the journal.
ARTICLES = 12
#: Help pages offered beside the products of a search, and characters and words looked at.
PAGES_FOUND = 3
MOST_CHARACTERS, MOST_WORDS = 200, 8

_TAGS = {
    *("h2", "h3", "h4", "p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "a", "strong", "em"),
    *("b", "i", "small", "abbr", "blockquote", "figure", "figcaption", "img", "address", "time"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
_NO_PICTURE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_QUESTION = re.compile(
    r"<h2>(?P<heading>.*?)</h2>"
    r"|<details[^>]*>\s*<summary>(?P<question>.*?)</summary>(?P<answer>.*?)</details>",
    re.DOTALL,
)
_WORD = re.compile(r"\w+")
# In SQL, because every search asks it and putting a queryset together takes longer than the answer.
_MATCHING = """
    SELECT id, kind, slug, title, summary
    FROM catalog_contentpage,
        LATERAL (
            SELECT to_tsquery('pg_catalog.simple', %s) || to_tsquery('pg_catalog.english', %s)
        ) AS asked (query)
    WHERE is_in_search AND status = 'PUBLISHED' AND deleted_at IS NULL AND published_at <= %s
        AND search_vector @@ query
    ORDER BY ts_rank(search_vector, query) DESC, title LIMIT %s
"""


@dataclass(frozen=True)
class Heading:
    """A section of a page; ``id`` is its anchor."""

    id: str
    title: str


@dataclass(frozen=True)
class Writing:
    """The text of a page, safe to show, and its sections."""

    html: SafeString
    headings: Sequence[Heading]


@dataclass(frozen=True)
class Question:
    """A question with its answer, safe to show."""

    title: str
    answer: SafeString

    def is_about(self, words: Sequence[str]) -> bool:
        text = f"{self.title} {strip_tags(self.answer)}".casefold()
        return all(word in text for word in words)


@dataclass(frozen=True)
class QuestionGroup:
    """Questions under one heading; ``title`` is "" for those above the first one."""

    title: str
    questions: list[Question]


def words_of(text: str) -> list[str]:
    """The words of a query in lower case; no sign of a query language is one."""
    return _WORD.findall(text[:MOST_CHARACTERS].casefold())[:MOST_WORDS]


def clean(body: str) -> str:
    """``body`` without anything that could run, load from elsewhere or break the page."""
    cleaned = nh3.clean(
        body,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_own_pictures,
        url_schemes={"https", "mailto", "tel"},
        set_tag_attribute_values={"img": {"loading": "lazy"}},
    )
    return _NO_PICTURE.sub("", cleaned)


def written(body: str) -> Writing:
    """The text of a page: headings get anchors, wide tables a region that scrolls."""
    seen: Counter[str] = Counter()
    headings: list[Heading] = []

    def anchored(found: "re.Match[str]") -> str:
        title = _plain(found[1])
        anchor = f"section-{slugify(title) or 'text'}"
        seen[anchor] += 1
        anchor = anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor]}"
        headings.append(Heading(anchor, title))
        return f'<h2 id="{anchor}">{found[1]}</h2>'

    html = _HEADING.sub(anchored, _TABLE.sub(_scrolling, clean(body)))
    return Writing(mark_safe(html), headings)  # noqa: S308 # nosec B308 B703


def questions_of(body: str) -> list[QuestionGroup]:
    """The questions of a page by heading; text outside of them belongs to no question."""
    groups = [QuestionGroup("", [])]
    for found in _QUESTION.finditer(clean(body)):
        if found["heading"] is not None:
            groups.append(QuestionGroup(_plain(found["heading"]), []))
            continue
        answer = mark_safe(found["answer"])  # noqa: S308 # nosec B308 B703
        groups[-1].questions.append(Question(_plain(found["question"]), answer))
    return [group for group in groups if group.questions]


def narrowed(groups: Sequence[QuestionGroup], query: str) -> list[QuestionGroup]:
    """The questions that have every word of ``query`` in them; all of them for none."""
    words = words_of(query)
    kept = [
        QuestionGroup(group.title, [one for one in group.questions if one.is_about(words)])
        for group in groups
    ]
    return [group for group in kept if group.questions]


def matching_pages(text: str) -> list[ContentPage]:
    """Published pages about ``text``, best first, at most PAGES_FOUND; one query or none.

    Words match in any of their forms, the last one also unfinished. Of a page is read what
    a link shows.
    """
    words = words_of(text)
    if not words:
        return []
    *whole, last = words
    # Only letters, digits and underscores are left, so nothing here can be an operator.
    raw = " & ".join([*whole, f"{last}:*"])
    moment = timezone.now()
    found = ContentPage.objects.raw(_MATCHING, [raw, raw, moment, PAGES_FOUND])
    return list(found)


def count_use(*, page_id: UUID, is_useful: bool) -> None:
    """Count one answer to "Was this useful?" on today's row of the page."""
    today = PageUse.objects.get_or_create(page_id=page_id, day=timezone.localdate())[0]
    counter = "useful" if is_useful else "not_useful"
    PageUse.objects.filter(pk=today.pk).update(**{counter: F(counter) + 1})


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    is_source = tag == "img" and attribute == "src"
    return None if is_source and not value.startswith(settings.MEDIA_URL) else value


def _scrolling(found: "re.Match[str]") -> str:
    caption = _CAPTION.search(found[1])
    label = _plain(caption[1]) if caption else gettext("Table")
    opened = format_html('<div class="l-scroll" role="region" tabindex="0" aria-label="{}">', label)
    return f'{opened}<table class="c-table">{found[1]}</table></div>'


def _plain(html: str) -> str:
    """The words of a piece of clean HTML."""
    text = strip_tags(html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(text.replace("&nbsp;", " ").split())
