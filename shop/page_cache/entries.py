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
from django.core.cache import caches

from shop import versioned
from shop.making import Making, Version
from shop.page_cache.parts import Body, cut
from shop.versioned import LOADER_SECONDS, TOKEN_SECONDS, client, token_key

#: For this long after its time a page is given out while one visitor's request makes it anew.
GRACE_SECONDS = 10
#: Versions above which a page is not kept.
MOST_VERSIONS = 500

# KEYS: page, lock, hash of changes, then what else to read. ARGV: id of the page this process
# holds, life of the lock in ms, grace in ms, owner of the lock.
# Gives a word (see Found), what else was read, and for the page id, head and text.
_FIND = """
local others = {}
for i = 4, #KEYS do others[i - 3] = redis.call('GET', KEYS[i]) end
local page = redis.call('HMGET', KEYS[1], 'id', 'names', 'tokens')
local counts = page[1] and true
if counts and page[2] ~= '' then
  local names = {}
  for name in string.gmatch(page[2], '[^\\n]+') do names[#names + 1] = name end
  local tokens = redis.call('MGET', unpack(names))
  for i = 1, #tokens do tokens[i] = tokens[i] or '' end
  counts = table.concat(tokens, ' ') == page[3]
end
if not counts then
  return {redis.call('EXISTS', KEYS[2]) == 1 and 'awaited' or 'none', others}
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) and
   redis.call('SET', KEYS[2], ARGV[4], 'NX', 'PX', ARGV[2]) then
  return {'due', others}
end
if page[1] == ARGV[1] then return {'held', others, page[1]} end
local text = redis.call('HMGET', KEYS[1], 'head', 'text')
return {'sent', others, page[1], text[1], text[2]}
"""

# KEYS: lock, hash of changes. ARGV: owner, life of the lock in ms, new epoch, life of the hash.
# Gives whether the lock is the caller's, and epoch and clock of the changes.
_BEGIN = """
local won = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
  or redis.call('GET', KEYS[1]) == ARGV[1]
if redis.call('HSETNX', KEYS[2], 'epoch', ARGV[3]) == 1 then
  redis.call('EXPIRE', KEYS[2], ARGV[4])
end
local changes = redis.call('HMGET', KEYS[2], 'epoch', 'clock')
return {won and 1 or 0, changes[1], changes[2] or '0'}
"""

# KEYS: page, lock, hash of changes, then tokens. ARGV: owner of the lock, epoch, clock, life of
# the page in ms, new token, its life, id, head, text, names of the tokens.
_KEEP = """
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
if redis.call('HGET', KEYS[3], 'epoch') ~= ARGV[2] then return 0 end
local tokens = {}
for i = 4, #KEYS do
  local changed = redis.call('HGET', KEYS[3], KEYS[i])
  if changed and tonumber(changed) > tonumber(ARGV[3]) then return 0 end
  local token = redis.call('GET', KEYS[i])
  if not token then
    redis.call('SET', KEYS[i], ARGV[5], 'EX', ARGV[6])
    token = ARGV[5]
  end
  if string.sub(token, 1, 2) == 'w:' then return 0 end
  tokens[#tokens + 1] = token
end
redis.call('HSET', KEYS[1], 'id', ARGV[7], 'head', ARGV[8], 'text', ARGV[9],
  'names', ARGV[10], 'tokens', table.concat(tokens, ' '))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""

_LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


@dataclass(frozen=True)
class Entry:
    """A kept page. ``route`` is that of its view, for the log."""

    id: str
    headers: tuple[tuple[str, str], ...]
    route: str
    body: Body


@dataclass(frozen=True)
class Found:
    """What Redis knows of a page: ``entry``, or None; then ``is_awaited`` when it is being made,
    and ``is_due`` when this request has to make it anew. ``values`` came along.
    """

    entry: Entry | None
    values: Mapping[Version, Any]
    is_awaited: bool = False
    is_due: bool = False


@dataclass(frozen=True)
class Start:
    """The changes so far when a reader began, and whether it ``won`` the lock."""

    owner: str
    won: bool
    epoch: bytes
    clock: bytes


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


def find(key: str, others: Collection[Version], owner: str) -> Found:
    """The page ``key``, and the cached values of ``others``, in one round trip.

    Raises RedisError.
    """
    held = _held.get(key)
    names = [_name(key, "page"), _name(key, "lock"), versioned.changes_key()]
    for version in others:
        token = token_key(*version)
        names += (token, f"{token.removesuffix('t')}v")
    answer = client().register_script(_FIND)(
        keys=names,
        args=[held.id if held else "", LOADER_SECONDS * 1000, GRACE_SECONDS * 1000, owner],
    )
    word, stored = answer[0], answer[1]
    values = {}
    for version, token, envelope in zip(others, stored[::2], stored[1::2], strict=True):
        counts, value, _due = versioned.value_of([token], envelope)
        if counts:
            values[version] = value
    entry = None
    if word == b"held":
        entry = held
    elif word == b"sent":
        entry = _unpacked(*answer[2:])
        _held.put(key, entry)
    return Found(entry, values, is_awaited=word == b"awaited", is_due=word == b"due")


def begin(key: str, owner: str) -> Start:
    """Take the clock, and the lock if nobody else makes the page. Raises RedisError."""
    won, epoch, clock = client().register_script(_BEGIN)(
        keys=[_name(key, "lock"), versioned.changes_key()],
        args=[owner, LOADER_SECONDS * 1000, secrets.token_hex(8), TOKEN_SECONDS],
    )
    return Start(owner, bool(won), epoch, clock)


def keep(
    key: str,
    start: Start,
    making: Making,
    content: bytes,
    *,
    headers: Sequence[tuple[str, str]],
    route: str,
) -> bool:
    """Store a page, unless something it is made of changed since ``start``; ends the lock.

    Returns whether it was stored. Raises RedisError.
    """
    names = [token_key(*version) for version in making.versions]
    if len(names) > MOST_VERSIONS:
        let_go(key, start.owner)
        return False
    head = json.dumps({"headers": list(headers), "nonce": making.nonce, "route": route})
    stored = client().register_script(_KEEP)(
        keys=[_name(key, "page"), _name(key, "lock"), versioned.changes_key(), *names],
        args=[
            start.owner,
            start.epoch,
            start.clock,
            int((settings.PAGE_CACHE_SECONDS + GRACE_SECONDS) * 1000),
            secrets.token_hex(8),
            TOKEN_SECONDS,
            secrets.token_hex(8),
            head,
            zlib.compress(content, 1),
            "\n".join(names),
        ],
    )
    return bool(stored)


def let_go(key: str, owner: str) -> None:
    """Give the lock back without a page. Raises RedisError."""
    client().register_script(_LET_GO)(keys=[_name(key, "lock")], args=[owner])


def _unpacked(page_id: bytes, head: bytes, text: bytes) -> Entry:
    told = json.loads(head)
    headers = tuple((name, value) for name, value in told["headers"])
    body = cut(zlib.decompress(text), told["nonce"])
    return Entry(page_id.decode(), headers, told["route"], body)


def _size(entry: Entry | None) -> int:
    return sum(map(len, entry.body.texts)) if entry else 0


def _name(key: str, kind: str) -> str:
    return f"{caches['default'].key_prefix}:page:{key}:{kind}"
