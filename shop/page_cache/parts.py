"""What belongs to one visitor in a page that all share."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CSRF_TOKEN_LENGTH, CsrfViewMiddleware
from django.utils.module_loading import import_string

from shop.compression import block, chained, gzipped, stored, unpacked
from shop.making import Making
from shop.page_cache.csrf import token_for

CSRF = "csrf"
#: Bytes of a part in a packed page, where line breaks fill it up: only because each is as long for
#: every visitor can the texts around them be packed as one.
GAP = 1_536
#: Stands for a part while a page is packed. UTF-8 does not have it: no text is a copy of it.
_NOT_TEXT = b"\xff"
#: Stands for the token, each byte once: its copies in a page are packed as copies.
_TOKEN = bytes(range(0x80, 0x80 + CSRF_TOKEN_LENGTH))
#: How far back a copy may lie in what is packed (32 KiB less what a packer looks ahead).
_REACH = 32_000

_csrf = CsrfViewMiddleware(lambda request: HttpResponseBase())


@dataclass(frozen=True)
class Body:
    """A page in pieces: ``texts`` with the ``parts`` of a visitor between them.

    ``digest`` is of the pieces, so that a page made anew and found unchanged keeps its ETag.
    """

    texts: tuple[bytes, ...]
    parts: tuple[str, ...]
    digest: str

    def filled(self, words: dict[str, bytes]) -> bytes:
        """The page with ``words`` by part."""
        return self._with(_filled_up(words))

    def packed(self, words: dict[str, bytes]) -> bytes:
        """The same, as gzip."""
        words = _filled_up(words)
        fits = all(len(words[part]) == _gap(part) for part in self.parts)
        parts, blocks = self._chain if fits else (self.parts, tuple(map(block, self.texts)))
        packed_words = {
            part: stored(word) if part == CSRF else _word_block(word)
            for part, word in words.items()
        }
        return gzipped(_filled_in(blocks, parts, packed_words), self._with(words))

    def _with(self, words: dict[str, bytes]) -> bytes:
        return b"".join(_filled_in(self.texts, self.parts, words))

    @cached_property
    def _chain(self) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
        """The parts to be sent, and the blocks around them.

        A token that follows another is not sent: a block repeats that, which tells nothing of it.
        """
        stand_ins = {part: _TOKEN if part == CSRF else _NOT_TEXT * GAP for part in self.parts}
        parts, texts, since = [], [self.texts[0]], _REACH
        for part, text in zip(self.parts, self.texts[1:], strict=True):
            if part == CSRF and since < _REACH:
                texts[-1] += _TOKEN + text
            else:
                parts.append(part)
                texts.append(text)
            since = len(text) if part == CSRF else since + _gap(part) + len(text)
        blocks = chained(texts, [stand_ins[part] for part in parts])
        # Is each token a copy of the one before, and nothing else?
        other = stand_ins | {CSRF: _TOKEN[::-1]}
        packed_others = {part: stored(word) for part, word in other.items()}
        if unpacked(_filled_in(blocks, parts, packed_others)) == self._with(other):
            return tuple(parts), blocks
        return self.parts, tuple(map(block, self.texts))


def _filled_in(
    texts: Sequence[bytes], parts: Sequence[str], words: dict[str, bytes]
) -> list[bytes]:
    pieces = [texts[0]]
    for part, text in zip(parts, texts[1:], strict=True):
        pieces += (words[part], text)
    return pieces


def _gap(part: str) -> int:
    return CSRF_TOKEN_LENGTH if part == CSRF else GAP


def _filled_up(words: dict[str, bytes]) -> dict[str, bytes]:
    return {part: word if part == CSRF else word.ljust(GAP, b"\n") for part, word in words.items()}


@lru_cache(maxsize=512)
def _word_block(word: bytes) -> bytes:
    # Most visitors show the same few words, and a new packer costs more than the rest of a hit.
    return block(word)


def cut(content: bytes, nonce: str) -> Body:
    """The page ``content`` at the marks of :meth:`shop.making.Making.mark`."""
    pieces = re.split(rb"%s-(\w+)-" % nonce.encode(), content)
    texts, parts = tuple(pieces[::2]), tuple(name.decode() for name in pieces[1::2])
    digest = blake2b(b"\0".join(pieces), digest_size=12).hexdigest()
    return Body(texts, parts, digest)


def words_for(request: HttpRequest, body: Body) -> tuple[dict[str, bytes], str]:
    """The parts of ``body`` for the visitor, and a digest of them for the page's ETag.

    The CSRF token is masked anew each time, so the digest has the visitor's secret in its place.
    """
    words: dict[str, bytes] = {}
    digest = blake2b(digest_size=12, key=settings.SECRET_KEY.encode()[:64])
    for part in sorted(set(body.parts)):
        words[part] = render_part(part, request).encode()
        shown = request.META["CSRF_COOKIE"].encode() if part == CSRF else words[part]
        digest.update(b"%d " % len(shown) + shown)
    return words, digest.hexdigest()


def render_part(part: str, request: HttpRequest) -> str:
    """One part for the visitor. Raises KeyError for a part that no setting names."""
    return token_for(request) if part == CSRF else _renderers()[part](request)


def mark_of(part: str, making: Making) -> str:
    """The mark of a part in a page under way. Raises KeyError like :func:`render_part`."""
    if part != CSRF:
        _renderers()[part]
    return making.mark(part)


def read_csrf_cookie(request: HttpRequest) -> bool:
    """Take the visitor's CSRF secret from the cookie; whether there was a good one."""
    _csrf.process_request(request)
    return "CSRF_COOKIE" in request.META and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META


def set_csrf_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let the visitor's browser keep a new CSRF secret."""
    _csrf.process_response(request, response)


@cache
def _renderers() -> dict[str, Callable[[HttpRequest], str]]:
    return {part: import_string(path) for part, path in settings.PAGE_CACHE_PARTS.items()}
