"""What names a person outside the register: jobs, letters in files, Redis, entries about others.

An erasure is rare and may read much: nothing here has an index, and all of it goes in steps.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from audit.archives import redacting as archived
from audit.models import AuditLog
from audit.redacting import redact
from shop.accounts.models import User
from shop.accounts.privacy.own import REASON
from shop.accounts.privacy.parts import all_parts
from shop.accounts.privacy.people import Person

Actor = AuditLog.ActorType
logger = structlog.get_logger(__name__)

#: Shorter names would be found in other people's data.
_SHORTEST_NAME = 6
_SPAN = timedelta(days=14)
_AT_ONCE = 500
_STREAM_END = b"+"
#: What makes an address the end, or the beginning, of a longer one: that is somebody else's. A
#: letter after a backslash is none: values are searched as JSON. For Python and PostgreSQL alike.
_BEGIN = r"(?:(?<!\w)(?<!\w[.+-])|(?<=\\[bfnrt])|(?<=\\[bfnrt][.+-]))"
_END = r"(?!\w|-\w+\.\w|\.[a-z]{2,3}(?:\W|$))"
#: The same in the part of a URL after the question mark, where a plus is a space.
_QUERY_BEGIN, _QUERY_END = r"(?:^|[=&+\"]|%20|%22|%2C)", r"(?:$|[&+\"]|%20|%22|%2C)"
_AT = quote_plus("@")
_removers: list[Callable[[Person], None]] = []


def register_remover(remove_more: Callable[[Person], None]) -> None:
    """Let ``remove_more`` remove, too, what names a person in rows of others."""
    if remove_more not in _removers:
        _removers.append(remove_more)


def remove(person: Person) -> None:
    """Remove what names the person, while their account can still say by which words."""
    words = _words(person)
    _remove_jobs(_identifiers(person))
    _remove_letters(person.emails)
    for remove_more in _removers:
        remove_more(person)
    try:
        _remove_from_redis(words)
    except RedisError as error:
        # What it holds ends by itself, and caches do not show it any more.
        logger.warning("Redis was away during an erasure", why=type(error).__name__)


def are_in(text: str, person: Person) -> bool:
    """Whether ``text`` names the person by an address or the key."""
    return any(re.search(_pattern(it), text, re.IGNORECASE) for it in _identifiers(person))


def redact_mentions(person: Person) -> int:
    """Take from the audit log entries that name an address, and all about the rows they tell of.

    So rows are found that were deleted long ago. Goes back in spans, for no index helps.
    """
    if not person.emails:
        return 0
    first = AuditLog.objects.order_by("created_at").values_list("created_at", flat=True).first()
    names = {part.name for part in all_parts()}
    count = 0
    for begin, end in _spans(first):
        entries = AuditLog.objects.filter(created_at__gte=begin, created_at__lt=end)
        named = entries.alias(
            old=Cast("before", TextField()), new=Cast("after", TextField())
        ).filter(_mentions(person.emails, "old", "new"))
        rows = set(named.values_list("entity", "entity_id"))
        count += redact(entries=named, reason=REASON)
        for entity, key in rows:
            if entity in names:
                about = AuditLog.objects.filter(entity=entity, entity_id=key)
                count += redact(entries=about, reason=REASON)
    return count


def redact_archives(person: Person) -> int:
    """Take from the files of archived months what names the person or their rows.

    Retention blanks what customers did before a month is archived; this is for the rest, such as
    what staff typed.
    """
    words = _identifiers(person)
    patterns = [re.compile(_pattern(it), re.IGNORECASE) for it in _spellings(words)]
    names = {part.name for part in all_parts()}
    rows: set[tuple[str, str]] = set()

    def is_named(facts: dict[str, Any], values: dict[str, Any]) -> bool:
        text = json.dumps([values["before"], values["after"]], ensure_ascii=False)
        if any(pattern.search(text) for pattern in patterns):
            rows.add((facts["entity"], facts["entity_id"]))
            return True
        is_theirs = facts["actor_id"] in words and facts["actor_type"] != Actor.STAFF
        return is_theirs or facts["entity_id"] in words

    def is_about_a_row(facts: dict[str, Any], _values: dict[str, Any]) -> bool:
        return facts["entity"] in names and (facts["entity"], facts["entity_id"]) in rows

    count = archived.redact(is_named, reason=REASON)
    return count + (archived.redact(is_about_a_row, reason=REASON) if rows else 0)


def _words(person: Person) -> list[str]:
    """By what a person is known: addresses, key, and names that are long enough to mean them."""
    names: set[str] = set()
    user = User.all_objects.filter(pk=person.user_id).first() if person.user_id else None
    if user is not None:
        names = {user.email, user.username, user.get_full_name()}
    long_enough = {name for name in names if len(name) >= _SHORTEST_NAME}
    return sorted(long_enough | set(_identifiers(person)))


def _identifiers(person: Person) -> list[str]:
    return [*sorted(person.emails), *([str(person.user_id)] if person.user_id else [])]


def _mentions(words: Collection[str], *columns: str) -> Q:
    # The plain search is quicker, and leaves little to the exact one.
    conditions = [
        Q(**{f"{column}__icontains": spelling}) & Q(**{f"{column}__iregex": _pattern(spelling)})
        for column in columns
        for spelling in _spellings(words)
    ]
    return reduce(or_, conditions)


def _pattern(word: str) -> str:
    """A regular expression for a spelling of an address or a key, in whatever case, by itself."""
    exact = re.escape(word)
    if _AT in word:
        return f"{_QUERY_BEGIN}{exact}{_QUERY_END}"
    return f"{_BEGIN}{exact}{_END}" if "@" in word else exact


def _spellings(words: Collection[str]) -> list[str]:
    """Words as people write them, and as URLs do: a saved list is one."""
    return [*words, *(quote_plus(word) for word in words if "@" in word)]


def _spans(first: datetime | None) -> Iterator[tuple[datetime, datetime]]:
    end = timezone.now() + timedelta(minutes=1)
    while first is not None and end > first:
        yield end - _SPAN, end
        end -= _SPAN


def _remove_jobs(words: Collection[str]) -> None:
    """Jobs that are over or wait; one that is at work ends by itself and is removed at night."""
    patterns = [_pattern(spelling) for spelling in _spellings(words)]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status <> 'doing' AND args::text ~* ANY(%s)",
            [patterns],
        )


def _remove_letters(emails: Collection[str]) -> None:
    """Letters that a developer's shop keeps in files."""
    folder = Path(settings.EMAIL_FILE_PATH)
    marks = [email.encode() for email in emails]
    for file in folder.glob("*.log") if folder.is_dir() else ():
        content = file.read_bytes().lower()
        if any(mark in content for mark in marks):
            file.unlink()


def _remove_from_redis(words: Collection[str]) -> None:
    """Keys, values and entries of streams with these words."""
    client: Any = get_redis_connection("default")
    marks = [word.encode() for word in words]
    keys: list[bytes] = []
    for key in client.scan_iter(count=_AT_ONCE):
        keys.append(key)
        if len(keys) == _AT_ONCE:
            _remove_keys(client, keys, marks)
            keys = []
    _remove_keys(client, keys, marks)


def _remove_keys(client: Any, keys: Collection[bytes], marks: Collection[bytes]) -> None:
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.type(key)
    kinds = dict(zip(keys, pipeline.execute(), strict=True))
    texts = [key for key, kind in kinds.items() if kind == b"string"]
    values = dict(zip(texts, client.mget(texts) if texts else [], strict=True))
    gone = [key for key in keys if _has(key, marks) or _has(values.get(key) or b"", marks)]
    if gone:
        client.delete(*gone)
    for key in keys:
        if kinds[key] == b"stream" and key not in gone:
            _remove_entries(client, key, marks)


def _remove_entries(client: Any, stream: bytes, marks: Collection[bytes]) -> None:
    start = b"-"
    while entries := client.xrange(stream, start, _STREAM_END, count=_AT_ONCE):
        named = [number for number, told in entries if any(_has(v, marks) for v in told.values())]
        if named:
            client.xdel(stream, *named)
        start = b"(" + entries[-1][0]


def _has(text: bytes, marks: Collection[bytes]) -> bool:
    return any(mark in text for mark in marks)
