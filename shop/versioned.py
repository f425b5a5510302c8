"""Versioned values in Redis: the round trips of ``shop.cache``, whose docstring tells the idea.

Keys are ``<prefix>:<namespace>:<key>`` followed by ``:t`` for the version token, ``:v`` for the
value and ``:l`` for the lock of whoever is loading it.

One hash remembers when each token last changed, counted by a clock of its own: a page that
learns what it was made of only when it is done asks it what changed meanwhile. When the hash is
lost, or dropped because it grew, its random epoch goes with it, and pages under way are not kept.
"""

import json
import random
import secrets
import time
from collections.abc import Hashable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

from django.conf import settings
from django_redis import get_redis_connection
from redis.commands.core import Script

from shop.circuit import GuardedRedis
from shop.making import Version

__all__ = [
    "Claim",
    "Entries",
    "Moment",
    "Version",
    "changes_key",
    "client",
    "forget",
    "is_mark",
    "moment",
    "new_mark",
    "new_token",
    "prefix",
    "run_script",
    "shut",
    "token_key",
    "value_keys",
    "value_of",
]

K = TypeVar("K", bound=Hashable)

#: Life of the mark of a writer that never finished, in seconds; longer than any web transaction.
WRITE_SECONDS = 10
#: After this the loader of a value is taken for dead, in seconds.
LOADER_SECONDS = 3
TOKEN_SECONDS = 24 * 60 * 60
_MARK = "w:"
#: Changes remembered before the hash is dropped.
_MOST_CHANGES = 10_000

# KEYS: tokens (the shared ones first), then the locks. ARGV: number of tokens, number of shared
# tokens, new token, its life, owner of the locks, their life in ms.
# Gives all tokens and, for each lock, whether it was won; nobody loads what is being written.
_BEGIN = """
local count, shared, tokens, won = tonumber(ARGV[1]), tonumber(ARGV[2]), {}, {}
local shut = false
for i = 1, count do
  local token = redis.call('GET', KEYS[i])
  if not token then
    redis.call('SET', KEYS[i], ARGV[3], 'EX', ARGV[4])
    token = ARGV[3]
  end
  tokens[i] = token
  if i <= shared and string.sub(token, 1, 2) == 'w:' then shut = true end
end
for i = 1, #KEYS - count do
  won[i] = 0
  if not shut and string.sub(tokens[shared + i], 1, 2) ~= 'w:' then
    if redis.call('SET', KEYS[count + i], ARGV[5], 'NX', 'PX', ARGV[6]) then won[i] = 1 end
  end
end
return {tokens, won}
"""

# KEYS: shared tokens, then token, value and lock of each entry. ARGV: number of shared tokens,
# owner of the locks, life of the values in ms, shared tokens, then token and value of each
# entry; an empty value only gives the lock back.
_STORE = """
local shared, intact = tonumber(ARGV[1]), true
for i = 1, shared do
  if redis.call('GET', KEYS[i]) ~= ARGV[3 + i] then intact = false end
end
local argument = 4 + shared
for i = shared + 1, #KEYS, 3 do
  local token, value = ARGV[argument], ARGV[argument + 1]
  if intact and value ~= '' and redis.call('GET', KEYS[i]) == token then
    redis.call('SET', KEYS[i + 1], value, 'PX', ARGV[3])
  end
  if redis.call('GET', KEYS[i + 2]) == ARGV[2] then redis.call('DEL', KEYS[i + 2]) end
  argument = argument + 2
end
"""

# KEYS: tokens, then the hash of changes. ARGV: mark, its life, most changes, life of the hash.
_RECORD = """
local function record(most, life)
  local changes = KEYS[#KEYS]
  local clock = redis.pcall('HINCRBY', changes, 'clock', 1)
  if type(clock) == 'table' or redis.call('HLEN', changes) > most then
    redis.call('DEL', changes)
    return
  end
  for i = 1, #KEYS - 1 do redis.pcall('HSET', changes, KEYS[i], clock) end
  redis.call('EXPIRE', changes, life)
end
"""

_SHUT = (
    _RECORD
    + """
for i = 1, #KEYS - 1 do redis.call('SET', KEYS[i], ARGV[1], 'EX', ARGV[2]) end
record(tonumber(ARGV[3]), ARGV[4])
"""
)

# Leaves the marks of other writers. DEL works even in a Redis that has no memory left.
_FORGET = (
    _RECORD
    + """
for i = 1, #KEYS - 1 do
  local token = redis.call('GET', KEYS[i])
  if token and (token == ARGV[1] or string.sub(token, 1, 2) ~= 'w:') then
    redis.call('DEL', KEYS[i])
  end
end
record(tonumber(ARGV[3]), ARGV[4])
"""
)


@dataclass
class Moment:
    """Tokens that one page goes by: what it ``saw``, and names that go along with its next trip."""

    awaited: list[str]
    seen: dict[str, bytes] = field(default_factory=dict)

    def arrived(self, names: Sequence[str], tokens: Sequence[bytes | None]) -> None:
        """Keep what was read of ``names``; those that are not there are asked for again."""
        self.seen.update((name, token) for name, token in zip(names, tokens, strict=True) if token)
        self.awaited = [name for name in self.awaited if name not in self.seen]


#: The page under way, if it goes by one moment (``shop.held``).
moment: ContextVar[Moment | None] = ContextVar("moment", default=None)


@dataclass(frozen=True)
class Claim(Generic[K]):
    """Tokens as they stood before loading, and the keys this reader is to load."""

    owner: str
    shared: list[bytes]
    own: dict[K, bytes]
    won: set[K]

    def is_shut(self, key: K) -> bool:
        """Whether someone is writing what the value of ``key`` is made of."""
        return any(token.startswith(_MARK.encode()) for token in (*self.shared, self.own[key]))


class Entries(Generic[K]):
    """The cached values of a namespace that depend on the same ``versions``."""

    def __init__(self, namespace: str, versions: Sequence[Version]) -> None:
        self.namespace = namespace
        self.shared = [token_key(*version) for version in versions]

    def fetch(self, keys: Sequence[K]) -> tuple[dict[K, Any], set[K]]:
        """The values that count, and those among them that should be loaded anew soon."""
        names = [*self.shared]
        for key in keys:
            names += (self._name(key, "t"), self._name(key, "v"))
        now_shown = moment.get()
        along = now_shown.awaited if now_shown else []
        stored: list[Any] = client().mget(names + along)
        if now_shown is not None:
            now_shown.arrived(along, stored[len(names) :])
        shared, rest = stored[: len(self.shared)], stored[len(self.shared) : len(names)]
        values: dict[K, Any] = {}
        due: set[K] = set()
        if None in shared:
            return values, due
        now = time.time()
        for key, token, envelope in zip(keys, rest[::2], rest[1::2], strict=True):
            counts, value, due_at = value_of([*shared, token], envelope)
            if counts:
                values[key] = value
                if due_at < now:
                    due.add(key)
        return values, due

    def begin(self, keys: Sequence[K]) -> Claim[K]:
        """Read or make the tokens of ``keys`` and try to become the one who loads each."""
        tokens = [*self.shared, *(self._name(key, "t") for key in keys)]
        locks = [self._name(key, "l") for key in keys]
        owner = secrets.token_hex(8)
        found, won = run_script(
            _BEGIN,
            tokens + locks,
            len(tokens),
            len(self.shared),
            secrets.token_hex(8),
            TOKEN_SECONDS,
            owner,
            LOADER_SECONDS * 1000,
        )
        return Claim(
            owner=owner,
            shared=found[: len(self.shared)],
            own=dict(zip(keys, found[len(self.shared) :], strict=True)),
            won={key for key, mine in zip(keys, won, strict=True) if mine},
        )

    def store(self, claim: Claim[K], encoded: dict[K, str], seconds: float) -> None:
        """Store JSON values under the tokens of ``claim``, unless these changed; end the claim.

        They live ``seconds`` and are due anew a little earlier, spread by chance, so that
        values stored together do not end together.
        """
        keys, arguments = list(self.shared), list(claim.shared)
        due_at = time.time() + seconds * random.uniform(0.7, 0.9)  # noqa: S311
        for key in encoded.keys() | claim.won:
            keys += (self._name(key, kind) for kind in "tvl")
            envelope = ""
            if key in encoded and not claim.is_shut(key):
                tokens = json.dumps(_joined([*claim.shared, claim.own[key]]))
                envelope = f"[{tokens},{due_at},{encoded[key]}]"
            arguments += (claim.own[key], envelope.encode())
        head = (len(self.shared), claim.owner, int(seconds * 1000))
        run_script(_STORE, keys, *head, *arguments)

    def _name(self, key: Hashable, kind: str) -> str:
        return _name(self.namespace, key, kind)


def is_mark(token: bytes) -> bool:
    """Whether a token is the mark of a writer at work."""
    return token.startswith(_MARK.encode())


def new_mark() -> str:
    """The token of one writer at work."""
    return _MARK + secrets.token_hex(8)


def new_token() -> str:
    """A token that nothing was ever stored with."""
    return secrets.token_hex(8)


def token_key(namespace: str, key: Hashable) -> str:
    """The Redis key of a version token."""
    return _name(namespace, key, "t")


def value_keys(namespace: str, key: Hashable) -> tuple[str, str]:
    """The Redis keys of a value that depends on nothing else: of its token and of itself."""
    return _name(namespace, key, "t"), _name(namespace, key, "v")


def shut(names: Sequence[str], mark: str) -> None:
    """Replace tokens by the mark of a writer. Raises RedisError."""
    _run_recording(_SHUT, names, mark)


def forget(names: Iterable[str], mark: str) -> None:
    """Delete tokens, except the marks of other writers than ``mark``. Raises RedisError."""
    _run_recording(_FORGET, list(names), mark)


def changes_key() -> str:
    """The Redis key of the hash that remembers when tokens changed."""
    return f"{prefix()}:changes"


@cache
def prefix() -> str:
    """What all keys of the shop in Redis begin with."""
    # The cache object says the same, at many times the price.
    return str(settings.CACHES["default"]["KEY_PREFIX"])


def value_of(tokens: Sequence[bytes | None], envelope: bytes | None) -> tuple[bool, Any, float]:
    """Whether a stored value counts under its ``tokens`` as they are now, the value, its due."""
    if envelope is None or None in tokens:
        return False, None, 0
    stored_tokens, due_at, value = json.loads(envelope)
    return stored_tokens == _joined([token for token in tokens if token]), value, due_at


def run_script(script: str, keys: Sequence[str], *arguments: str | bytes | float) -> Any:
    """What the Lua ``script`` gives. Raises RedisError."""
    return _script(script)(keys, arguments, client=client())


@cache
def _script(script: str) -> Script:
    # Its name is a digest of its text, which need not be taken again for each request.
    return Script(client(), script)


def client() -> GuardedRedis:
    """The Redis client of the default cache."""
    redis: GuardedRedis = get_redis_connection("default")
    return redis


def _name(namespace: str, key: Hashable, kind: str) -> str:
    return f"{prefix()}:{namespace}:{key}:{kind}"


def _joined(tokens: Iterable[bytes]) -> str:
    return b" ".join(tokens).decode()


def _run_recording(script: str, names: Sequence[str], mark: str) -> None:
    for start in range(0, len(names), 1000):
        keys = [*names[start : start + 1000], changes_key()]
        run_script(script, keys, mark, WRITE_SECONDS, _MOST_CHANGES, TOKEN_SECONDS)
