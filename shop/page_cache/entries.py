"""Pages in Redis, and the pieces of the last ones in this process.

Redis says for each request whether a page still counts; its text is fetched only by a process
that does not hold that very page already. Texts lie compressed: they are unpacked once.
"""

import json
import secrets
import threading
import zlib
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from shop import versioned
from shop.making import Making, Version
from shop.page_cache import members, scripts
from shop.page_cache.members import Changes, Member
from shop.page_cache.parts import Body, cut
from shop.versioned import LOADER_SECONDS, TOKEN_SECONDS, run_script, token_key, value_keys

#: For this long after its time a page is given out while one visitor's request makes it anew.
GRACE_SECONDS = 10
#: Versions above which a page is not kept.
MOST_VERSIONS = 500


@dataclass(frozen=True)
class Entry:
    """A kept page. ``match`` is what the address led to, with its values as JSON has them."""

    id: str
    headers: tuple[tuple[str, str], ...]
    match: ResolverMatch
    body: Body


@dataclass(frozen=True)
class Found:
    """What Redis knows of a page: ``entry``, or None; then ``is_awaited`` when it is being made,
    and ``is_due`` when this request has to make it anew. ``values`` came along.

    ``member`` is whose session it is, or ``changes`` what is to be known to remember that.
    """

    entry: Entry | None
    values: Mapping[Version, Any]
    is_awaited: bool = False
    is_due: bool = False
    member: Member | None = None
    changes: Changes | None = None


@dataclass(frozen=True)
class Start:
    """The changes so far when a reader began, and whether it ``won`` the lock."""

    owner: str
    won: bool
    changes: Changes


class HeldPages:
    """The pages this process took last, up to ``PAGE_CACHE_LOCAL_BYTES`` of text."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Entry | None:
        with self._lock:
            entry = self._pages.get(key)
            if entry is not None:
                self._pages.move_to_end(key)
            return entry

    def put(self, key: str, entry: Entry) -> None:
        with self._lock:
            self._bytes += _size(entry) - _size(self._pages.pop(key, None))
            self._pages[key] = entry
            while self._bytes > settings.PAGE_CACHE_LOCAL_BYTES:
                self._bytes -= _size(self._pages.popitem(last=False)[1])


_held = HeldPages()


def find(key: str, others: Collection[Version], owner: str, session_key: str = "") -> Found:
    """The page ``key``, and the cached values of ``others``, in one round trip.

    With a session instead the values are those that its member shows. Raises RedisError.
    """
    held = _held.get(key)
    names = [_name(key, "page"), _name(key, "lock"), versioned.changes_key()]
    for version in others:
        names += value_keys(*version)
    word, stored, known, clock, *sent = run_script(
        scripts.FIND,
        names,
        held.id if held else "",
        LOADER_SECONDS * 1000,
        GRACE_SECONDS * 1000,
        owner,
        members.name_of(session_key) if session_key else "",
    )
    member = members.member_of(known) if known else None
    values = {}
    for version, token, envelope in zip(
        member.versions if member else others, stored[::2], stored[1::2], strict=True
    ):
        counts, value, _due = versioned.value_of([token], envelope)
        if counts:
            values[version] = value
    entry = None
    if word == b"held":
        entry = held
    elif word == b"sent":
        entry = _unpacked(*sent)
        _held.put(key, entry)
    return Found(
        entry,
        values,
        is_awaited=word == b"awaited",
        is_due=word == b"due",
        member=member,
        changes=Changes(clock[0], clock[1] or b"0") if clock and clock[0] else None,
    )


def begin(key: str, owner: str) -> Start:
    """Take the clock, and the lock if nobody else makes the page. Raises RedisError."""
    won, epoch, clock = run_script(
        scripts.BEGIN,
        [_name(key, "lock"), versioned.changes_key()],
        owner,
        LOADER_SECONDS * 1000,
        versioned.new_token(),
        TOKEN_SECONDS,
    )
    return Start(owner, bool(won), Changes(epoch, clock))


def keep(
    key: str,
    start: Start,
    making: Making,
    content: bytes,
    *,
    headers: Sequence[tuple[str, str]],
    match: ResolverMatch | None,
) -> bool:
    """Store a page, unless something it is made of changed since ``start``; ends the lock.

    Returns whether it was stored. Raises RedisError.
    """
    names = [token_key(*version) for version in making.versions]
    if len(names) > MOST_VERSIONS:
        let_go(key, start.owner)
        return False
    head = {
        "headers": list(headers),
        "nonce": making.nonce,
        "route": match.route if match else "",
        "values": match.kwargs if match else {},
    }
    stored = run_script(
        scripts.KEEP,
        [_name(key, "page"), versioned.changes_key(), *names],
        start.changes.epoch,
        start.changes.clock,
        versioned.new_token(),
        TOKEN_SECONDS,
        int((settings.PAGE_CACHE_SECONDS + GRACE_SECONDS) * 1000),
        "\n".join(names),
        _name(key, "lock"),
        start.owner,
        secrets.token_hex(8),
        json.dumps(head, default=str),
        zlib.compress(content, 1),
    )
    return bool(stored)


def let_go(key: str, owner: str) -> None:
    """Give the lock back without a page. Raises RedisError."""
    run_script(scripts.LET_GO, [_name(key, "lock")], owner)


def _unpacked(page_id: bytes, head: bytes, text: bytes) -> Entry:
    told = json.loads(head)
    headers = tuple((name, value) for name, value in told["headers"])
    body = cut(zlib.decompress(text), told["nonce"])
    match = ResolverMatch(_no_view, (), told["values"], route=told["route"])
    return Entry(page_id.decode(), headers, match, body)


def _no_view(request: HttpRequest) -> HttpResponse:
    """Stands where a kept page needed no view."""
    raise NotImplementedError


def _size(entry: Entry | None) -> int:
    return sum(map(len, entry.body.texts)) if entry else 0


def _name(key: str, kind: str) -> str:
    return f"{versioned.prefix()}:page:{key}:{kind}"
