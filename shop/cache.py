"""Read-through cache in front of product and stock reads.

What is promised: a value is never older than the last committed :func:`bump` of its key, lives
``seconds`` at the longest, is loaded by one reader at a time, and Redis in any state never
raises to a caller.

How. Beside each value lives its version, a random token, and a value is stored together with
the token that was read *before* loading it. It counts only while that token still stands.

- A writer calls :func:`bump` inside its transaction. At once the token is replaced by a mark
  "being written": readers go to the database and store nothing. After the commit the mark is
  deleted, and the next reader makes a fresh token.
- A reader that loaded the old row and comes late finds another token, or none, and stores
  nothing; comparing and storing is one Lua script. Tokens are random and never counted up, so
  one that was evicted or flushed cannot come back.
- Between commit and deletion the mark stands, so the old value has no window, not even when the
  writer is killed there: the mark ends by itself after ``WRITE_SECONDS``. A writer clears its
  own mark only; with two at work on a key the cache stays shut until the last is done.
- After a rollback the mark merely sends readers to the database until it ends.
- Inside a transaction nothing is stored: what it sees may be uncommitted, or an old snapshot.

When Redis is away from a writer, its process keeps the keys and deletes them before it uses
Redis again (see ``shop.circuit``). Should it die first, or Redis lose its last second in a power
cut, an old value can live for ``seconds``. So nothing is decided on a cached value: the
conditional UPDATE in the database has the last word.

A page that reads through here while it is made (``shop.making``) is made of what it read.

Values are JSON: quick, readable, and unlike with pickle, whoever writes to Redis cannot run
code here. Callers get the decoded JSON on a miss too, so that both ways give equal values.
"""

import json
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

from django.db import transaction
from redis.exceptions import RedisError

from shop import versioned
from shop.circuit import AWAY, circuit
from shop.making import made_of
from shop.versioned import Claim, Entries, Version

logger = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)

#: How long a reader waits for another one that is loading the same value, in seconds.
WAIT_SECONDS = 0.25
_POLL_SECONDS = 0.015
#: Pause between two log lines about a Redis that refuses commands, in seconds.
_LOG_SECONDS = 10

_counts: Counter[tuple[str, str]] = Counter()
_counts_lock = threading.Lock()
_undelivered: set[str] = set()
_fetched: ContextVar[Mapping[Version, Any] | None] = ContextVar("fetched", default=None)
_is_left: ContextVar[bool] = ContextVar("is_left", default=False)
_logged_at = -math.inf


def counts() -> dict[tuple[str, str], int]:
    """Reads since this process started, by namespace and "hit", "miss" or "bypass".

    A bypass went around the cache, because Redis was away or the value was being written.
    """
    with _counts_lock:
        return dict(_counts)


def read_through(
    namespace: str,
    key: Hashable,
    load: Callable[[], Any],
    *,
    seconds: float,
    versions: Sequence[Version] = (),
) -> Any:
    """The cached value of ``key``, or else what ``load()`` reads.

    ``load`` reads the primary database (a replica may lag behind a bump) and gives plain JSON
    values; None is one. ``versions`` names (namespace, key) of what else the value is made of:
    a bump of any of them ends it too. Errors of ``load`` pass through; TypeError or ValueError
    when its value is not JSON.
    """
    made_of((namespace, key), *versions)
    fetched = _fetched.get()
    if fetched and (namespace, key) in fetched:
        return fetched[namespace, key]
    values = read_many(
        namespace, [key], lambda _: {key: load()}, seconds=seconds, versions=versions
    )
    return values[key]


def read_many(
    namespace: str,
    keys: Iterable[K],
    load: Callable[[list[K]], Mapping[K, Any]],
    *,
    seconds: float,
    versions: Sequence[Version] = (),
) -> dict[K, Any]:
    """The values of all ``keys`` in one round trip, and one ``load`` call for all the missing.

    A key that ``load`` leaves out is remembered as None. Otherwise like :func:`read_through`,
    except that a page made of the values says so itself, with fewer versions than values.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    entries: Entries[K] = Entries(namespace, versions)
    values: dict[K, Any] = {}
    claim: Claim[K] | None = None
    try:
        values, due = entries.fetch(wanted)
        missing = [key for key in wanted if key not in values]
        if (missing or due) and not transaction.get_connection().in_atomic_block:
            claim = entries.begin([*missing, *due])
            if missing and not claim.won and not any(map(claim.is_shut, missing)):
                values |= _wait_for(entries, missing)
            missing = [key for key in wanted if key not in values or key in claim.won]
    except RedisError as error:
        log_refusal(error)
        missing = [key for key in wanted if key not in values]
    shut = [key for key in missing if claim is None or claim.is_shut(key)]
    count(namespace, hit=len(wanted) - len(missing), bypass=len(shut))
    count(namespace, miss=len(missing) - len(shut))
    encoded: dict[K, str] = {}
    try:
        if missing:
            loaded = load(missing)
            encoded = {key: _encode(loaded.get(key)) for key in missing}
    finally:
        if claim is not None and (encoded or claim.won):
            _store(entries, claim, encoded, seconds)
    return values | {key: json.loads(value) for key, value in encoded.items()}


def bump(namespace: str, *keys: Hashable) -> None:
    """End the cached values of ``keys``; writers call it in the transaction that changes them.

    Without a transaction it is called after the write. Never raises because of Redis.
    """
    bump_versions((namespace, key) for key in keys)


def bump_versions(versions: Iterable[Version]) -> None:
    """End what is cached under any of ``versions``, in one go; otherwise like :func:`bump`."""
    names = list(dict.fromkeys(versioned.token_key(*version) for version in versions))
    if not names or _is_left.get():
        return
    mark = ""
    if transaction.get_connection().in_atomic_block:
        mark = versioned.new_mark()
        try:
            versioned.shut(names, mark)
        except RedisError as error:
            # A full Redis takes no mark. It stores no values either, and forgetting works.
            log_refusal(error)
    transaction.on_commit(partial(_forget, names, mark), robust=True)


@contextmanager
def left_to_caller() -> Iterator[None]:
    """Writers inside end nothing: the caller names all that changed after its commit.

    For a load that outlives its marks, or would remember a name for each of a million rows. Should
    it die between commit and naming, what is cached lives on for its ``seconds``.
    """
    token = _is_left.set(True)
    try:
        yield
    finally:
        _is_left.reset(token)


@contextmanager
def already_fetched(values: Mapping[Version, Any]) -> Iterator[None]:
    """Let reads inside find ``values`` that came along with another round trip."""
    token = _fetched.set(values)
    try:
        yield
    finally:
        _fetched.reset(token)


def _wait_for(entries: Entries[K], keys: list[K]) -> dict[K, Any]:
    """What another reader loads within ``WAIT_SECONDS``; perhaps not all, or nothing."""
    deadline = time.monotonic() + WAIT_SECONDS
    values: dict[K, Any] = {}
    while len(values) < len(keys) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        values, _ = entries.fetch(keys)
    return values


def _store(entries: Entries[K], claim: Claim[K], encoded: dict[K, str], seconds: float) -> None:
    try:
        entries.store(claim, encoded, seconds)
    except RedisError as error:
        log_refusal(error)


def _forget(names: list[str], mark: str) -> None:
    try:
        versioned.forget(names, mark)
        _deliver()
    except RedisError as error:
        log_refusal(error)
        _undelivered.update(names)


def _deliver() -> None:
    """Forget what could not be forgotten while Redis was away."""
    names = list(_undelivered)
    if names:
        versioned.forget(names, "")
    _undelivered.difference_update(names)


circuit.on_return(_deliver)


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def count(namespace: str, **numbers: int) -> None:
    """Add to :func:`counts`."""
    with _counts_lock:
        for outcome, number in numbers.items():
            _counts[namespace, outcome] += number


def log_refusal(error: RedisError) -> None:
    """Report a Redis that answers and refuses, now and then."""
    # The circuit reports a Redis that is away. A full or read-only one refuses every miss.
    global _logged_at  # noqa: PLW0603
    if not isinstance(error, AWAY) and time.monotonic() - _logged_at > _LOG_SECONDS:
        _logged_at = time.monotonic()
        logger.error("Redis refuses commands: %s", error)
