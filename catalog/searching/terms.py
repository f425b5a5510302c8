"""What people search for: counted in Redis beside the request, kept by day, offered to others.

A page that many ask for is made once and shared, so a search is counted where each visitor's own
part of the page is put in (:func:`counted`): into this process's memory, from where a thread
brings it to Redis every few seconds. A job moves it to ``SearchTerm`` each minute. While Redis
is away what this process counts waits here.
"""

import atexit
import json
import logging
import re
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from catalog.models import PopularSearch, SearchTerm
from catalog.searching.query import MOST_CHARACTERS
from shop.circuit import GuardedRedis
from shop.models import new_id

logger = logging.getLogger(__name__)

#: Pause before counts go to Redis, in seconds.
FLUSH_SECONDS = 5
#: Different searches that wait in memory, and that one run of the job moves.
MOST_WAITING = 5_000
MOST_MOVED = 5_000
#: Days that the counts of a day are kept.
KEPT_DAYS = 400
#: Searches of today from which one is offered to others: by then it was several people's.
POPULAR_FROM = 3.0
POPULAR_SHOWN = 8
#: A search weighs half of what it does today when it is as old as this, in days.
HALF_LIFE_DAYS = 10
_FORGOTTEN_BELOW = 0.3
_WEIGHED_SINCE = date(2026, 1, 1)
_KEY = "search-terms"
#: Life of counts in Redis, should no job fetch them, in seconds.
_KEY_SECONDS = 3 * 24 * 60 * 60

_BOT = re.compile(r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|headless", re.I)
#: E-mail addresses, and numbers long enough for a card, a telephone or an account.
_PRIVATE = re.compile(r"@|(?:\d[\s./-]*){7,}")

_Count = tuple[str, str]
_waiting: Counter[_Count] = Counter()
_results: dict[_Count, int] = {}
_lock = threading.Lock()
_timer: threading.Timer | None = None

_MOVE = """
    WITH moved AS (
        SELECT id, day, term, searches, results = 0 AS is_empty, coalesce(results, (
            SELECT before.results FROM catalog_popularsearch before WHERE before.term = t.term
        ), 0) AS results
        FROM jsonb_to_recordset(%(rows)s::jsonb)
            AS t(id uuid, day date, term text, searches integer, results integer)
        ORDER BY day, term
    ),
    popular AS (
        INSERT INTO catalog_popularsearch AS known (term, weight, results)
        SELECT term, sum(searches) * %(weight)s, max(results) FROM moved GROUP BY term ORDER BY term
        ON CONFLICT (term) DO UPDATE
        SET weight = known.weight + excluded.weight, results = excluded.results
    )
    INSERT INTO catalog_searchterm AS known
        (id, day, term, searches, searches_without_results, results)
    SELECT id, day, term, searches, CASE WHEN is_empty THEN searches ELSE 0 END, results
    FROM moved
    ON CONFLICT (day, term) DO UPDATE SET
        searches = known.searches + excluded.searches,
        searches_without_results =
            known.searches_without_results + excluded.searches_without_results,
        results = excluded.results
"""


def term_of(text: str) -> str:
    """``text`` as it is counted; "" for what is not: nothing, private data, endless text."""
    term = " ".join(text.lower().split())
    if not term or len(text) > MOST_CHARACTERS or _PRIVATE.search(term) or not term.isprintable():
        return ""
    return term


def note_results(text: str, results: int) -> None:
    """Remember how much a search finds, for those who are answered from the shared page."""
    term = term_of(text)
    if term:
        with _lock:
            if len(_results) < MOST_WAITING:
                _results[_today(), term] = results


def counted(request: HttpRequest) -> str:
    """Count the search of ``request``; the part of a search page that shows nothing.

    Only its first page without filters counts, seen as a whole by a person.
    """
    asked = set(request.GET) - {"q", "exact", "lang"}
    agent = request.headers.get("User-Agent", "")
    is_person = agent != "" and not _BOT.search(agent)
    term = term_of(request.GET.get("q", ""))
    if term and not asked and is_person and "HX-Request" not in request.headers:
        _count(term)
    return ""


def flush() -> None:
    """Bring what waits in this process to Redis; it goes on waiting while that is away."""
    global _timer  # noqa: PLW0603
    with _lock:
        waiting, results = dict(_waiting), dict(_results)
        _waiting.clear()
        _results.clear()
        if _timer is not None:
            _timer.cancel()
        _timer = None
    if not waiting and not results:
        return
    try:
        redis: GuardedRedis = get_redis_connection("default")
        pipeline = redis.pipeline()
        for (day, term), number in waiting.items():
            pipeline.hincrby(f"{_KEY}:{day}", term, number)
        for (day, term), number in results.items():
            pipeline.hset(f"{_KEY}:{day}:results", term, number)
        for day in {day for day, _term in [*waiting, *results]}:
            pipeline.expire(f"{_KEY}:{day}", _KEY_SECONDS)
            pipeline.expire(f"{_KEY}:{day}:results", _KEY_SECONDS)
        pipeline.execute()
    except RedisError:
        with _lock:
            _waiting.update(waiting)
            _results.update({key: value for key, value in results.items() if key not in _results})
            _start_timer()


def move() -> int:
    """Move the counts of today and yesterday from Redis to the database; how many searches.

    One statement. What is counted meanwhile stays for the next run; counts are taken from Redis
    after the commit, so that a crash in between may count a minute twice, and loses nothing.
    """
    flush()
    today = timezone.localdate()
    try:
        rows = [row for day in (today - timedelta(days=1), today) for row in _read(day)]
    except RedisError:
        return 0
    rows = rows[:MOST_MOVED]
    if not rows:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MOVE, {"rows": json.dumps(rows), "weight": weight()})
    try:
        _take(rows)
    except RedisError:
        logger.warning("Counts of searches were stored and could not be taken from Redis")
    return sum(row["searches"] for row in rows)


def fade() -> int:
    """Delete searches that faded, and counts of days long gone; how many rows."""
    faded, _ = PopularSearch.objects.filter(weight__lt=_FORGOTTEN_BELOW * weight()).delete()
    old = timezone.localdate() - timedelta(days=KEPT_DAYS)
    counts, _ = SearchTerm.objects.filter(day__lt=old).delete()
    return faded + counts


def weight() -> float:
    """What a search of today weighs among popular ones."""
    days = (timezone.localdate() - _WEIGHED_SINCE).days
    return float(2 ** (days / HALF_LIFE_DAYS))


def popular() -> list[str]:
    """What is searched for most these days and finds something. One query."""
    terms = PopularSearch.objects.filter(results__gt=0, weight__gte=POPULAR_FROM * weight())
    return list(terms.order_by("-weight", "term").values_list("term", flat=True)[:POPULAR_SHOWN])


def summed(*, days: int, without_results: bool = False) -> Any:
    """Searches of the last ``days`` days by term, the most frequent first."""
    first = timezone.localdate() - timedelta(days=days - 1)
    terms: Any = SearchTerm.objects.filter(day__gte=first).order_by().values("term")
    terms = terms.annotate(times=Sum("searches"), empty=Sum("searches_without_results"))
    if without_results:
        return terms.filter(empty__gt=0).order_by("-empty", "term")
    return terms.order_by("-times", "term")


def _count(term: str) -> None:
    with _lock:
        if (_today(), term) in _waiting or len(_waiting) < MOST_WAITING:
            _waiting[_today(), term] += 1
            _start_timer()


def _start_timer() -> None:
    global _timer  # noqa: PLW0603
    if _timer is None or not _timer.is_alive():
        _timer = threading.Timer(FLUSH_SECONDS, flush)
        _timer.daemon = True
        _timer.start()


def _today() -> str:
    return timezone.localdate().isoformat()


def _read(day: date) -> list[dict[str, Any]]:
    redis: GuardedRedis = get_redis_connection("default")
    counts: dict[bytes, bytes] = redis.hgetall(f"{_KEY}:{day}")  # type: ignore[assignment]
    results: dict[bytes, bytes] = (
        redis.hgetall(f"{_KEY}:{day}:results") if counts else {}  # type: ignore[assignment]
    )
    return [
        {
            "id": str(new_id()),
            "day": day.isoformat(),
            "term": term.decode(),
            "searches": int(number),
            # None where nobody noted it: neither found nor missed.
            "results": int(results[term]) if term in results else None,
        }
        for term, number in counts.items()
    ]


def _take(rows: Iterable[dict[str, Any]]) -> None:
    """Take what was moved off the counts, and drop those that are down to nothing."""
    redis: GuardedRedis = get_redis_connection("default")
    pipeline = redis.pipeline()
    for row in rows:
        pipeline.eval(
            "if redis.call('HINCRBY', KEYS[1], ARGV[1], -ARGV[2]) <= 0 "
            "then redis.call('HDEL', KEYS[1], ARGV[1]) end",
            1,
            f"{_KEY}:{row['day']}",
            row["term"],
            row["searches"],
        )
    pipeline.execute()


atexit.register(flush)
