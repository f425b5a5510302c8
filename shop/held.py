"""Things made of cached versions that a process holds ready: rendered pieces, decoded tables.

What is promised: a thing is handed out only while all versions it was made of stand as they did
before it was made (see ``shop.cache`` for versions and their proof), and at most for its shelf's
``seconds``. So it shows what was committed, as the cache does, but costs one round trip for any
number of things and no decoding. Each process makes its own; nothing but versions is in Redis.

Things are shared by all requests of a process, so they never change once they are made.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from django.db import transaction
from redis.exceptions import RedisError

from shop.cache import log_refusal
from shop.making import Making, Version, being_made, made_of
from shop.versioned import TOKEN_SECONDS, Moment, client, is_mark, moment, run_script, token_key

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

# KEYS: tokens. ARGV: new token, its life. Gives all tokens and makes those that are not there.
_TOKENS = """
local tokens = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do
  if not tokens[i] then
    redis.call('SET', KEYS[i], ARGV[1], 'EX', ARGV[2])
    tokens[i] = ARGV[1]
  end
end
return tokens
"""


class UndeclaredVersions(Exception):
    """A thing was made of more than its versions say, so that it would outlive a change."""


@dataclass(frozen=True)
class _Thing(Generic[T]):
    value: T
    tokens: list[bytes]
    until: float


class Shelf(Generic[K, T]):
    """Room for the ``most`` things asked for last, each held for ``seconds``."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._things: OrderedDict[K, _Thing[T]] = OrderedDict()
        self._lock = threading.Lock()

    def one(self, key: K, make: Callable[[], T], *, versions: Sequence[Version]) -> T:
        """The thing of ``key``, which ``make`` makes of ``versions``; otherwise like many()."""
        things = self.many({key: ()}, lambda _keys: {key: make()}, versions=versions)
        return things[key]

    def many(
        self,
        keys: Mapping[K, Collection[Version]],
        make: Callable[[list[K]], Mapping[K, T]],
        *,
        versions: Sequence[Version] = (),
        unheld: Callable[[list[K]], Mapping[K, T]] | None = None,
    ) -> dict[K, T]:
        """The things of ``keys``, and one call of ``make`` for all that are missing.

        A thing is made of its own versions, given with its key, and of ``versions``. What
        ``make`` leaves out is not held and not in the answer. Errors of ``make`` pass through;
        :class:`UndeclaredVersions` when it read something else from the cache. In a transaction
        nothing is held, because it may see what is not committed; there, and without Redis,
        ``unheld`` is called instead of ``make`` and may use what the caller has read.
        """
        if not keys:
            return {}
        made_of(*versions, *(version for own in keys.values() for version in own))
        shared = [token_key(*version) for version in versions]
        names = [[*shared, *(token_key(*one) for one in own)] for own in keys.values()]
        try:
            tokens = _read_tokens(list(dict.fromkeys(chain.from_iterable(names))))
        except RedisError as error:
            log_refusal(error)
            return dict(_made(unheld or make, list(keys), _declared(keys, versions)))
        found = {key: [tokens[name] for name in own] for key, own in zip(keys, names, strict=True)}
        ready = self._ready(found)
        if len(ready) == len(keys):
            return ready
        declared = _declared(keys, versions)
        missing = [key for key in keys if key not in ready]
        if transaction.get_connection().in_atomic_block:
            made = _made(unheld or make, missing, declared)
        else:
            made = _made(make, missing, declared)
            self._hold(
                (key, _Thing(value, found[key], time.monotonic() + self._seconds))
                for key, value in made.items()
                if not any(map(is_mark, found[key]))
            )
        return {**ready, **made}

    def _ready(self, found: Mapping[K, list[bytes]]) -> dict[K, T]:
        now, ready = time.monotonic(), {}
        with self._lock:
            for key, tokens in found.items():
                thing = self._things.get(key)
                if thing is not None and thing.tokens == tokens and thing.until > now:
                    self._things.move_to_end(key)
                    ready[key] = thing.value
        return ready

    def _hold(self, things: Iterable[tuple[K, _Thing[T]]]) -> None:
        with self._lock:
            for key, thing in things:
                self._things[key] = thing
                self._things.move_to_end(key)
            while len(self._things) > self._most:
                self._things.popitem(last=False)


@contextmanager
def at_one_moment(*versions: Version) -> Iterator[None]:
    """Let all shelves inside go by the tokens that were read first; those of ``versions`` together.

    For pages: they show what stood when they began, or later, and ask Redis once for what their
    parts have in common, together with the first value they read. What shelves hold of rows that
    the page itself writes is not seen anew inside; an act that decides by it begins one of its own.
    """
    token = moment.set(Moment([token_key(*version) for version in versions]))
    try:
        yield
    finally:
        moment.reset(token)


def expect(versions: Iterable[Version]) -> None:
    """Let the page's next question to Redis bring the tokens of ``versions`` along."""
    now = moment.get()
    if now is not None:
        now.awaited += [token_key(*version) for version in versions]


def _declared(keys: Mapping[K, Collection[Version]], versions: Sequence[Version]) -> set[Version]:
    return {*versions, *(version for own in keys.values() for version in own)}


def _made(
    make: Callable[[list[K]], Mapping[K, T]], keys: list[K], declared: set[Version]
) -> Mapping[K, T]:
    making = Making()
    with being_made(making):
        made = make(keys)
    if undeclared := making.versions - declared:
        raise UndeclaredVersions(undeclared)
    return made


def _read_tokens(names: list[str]) -> Mapping[str, bytes]:
    """At least the tokens of ``names``."""
    now = moment.get()
    if now is None:
        return dict(zip(names, _fetch_tokens(names), strict=True))
    if any(name not in now.seen for name in names):
        wanted = [*names, *now.awaited]
        asked = list(dict.fromkeys(name for name in wanted if name not in now.seen))
        now.arrived(asked, _fetch_tokens(asked))
    return now.seen


def _fetch_tokens(names: list[str]) -> list[bytes]:
    tokens: Any = client().mget(names)
    if None in tokens:
        tokens = run_script(_TOKENS, names, secrets.token_hex(8), TOKEN_SECONDS)
    return list(tokens)
