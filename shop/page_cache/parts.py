"""What belongs to one visitor in a page that all share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CSRF_TOKEN_LENGTH, CsrfViewMiddleware
from django.utils.module_loading import import_string

from shop.compression import block, chained, gzipped, stored
from shop.making import Making
from shop.page_cache.csrf import token_for

CSRF = "csrf"
#: Bytes of a part in a packed page, where line breaks fill it up: only because each is as long for
#: every visitor can the texts around them be packed as one.
GAP = 512

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
        texts = self._blocks if fits else tuple(map(block, self.texts))
        packed_words = {
            part: stored(word) if part == CSRF else _word_block(word)
            for part, word in words.items()
        }
        blocks = [texts[0]]
        for part, text in zip(self.parts, texts[1:], strict=True):
            blocks += (packed_words[part], text)
        return gzipped(blocks, self._with(words))

    def _with(self, words: dict[str, bytes]) -> bytes:
        pieces = [self.texts[0]]
        for part, text in zip(self.parts, self.texts[1:], strict=True):
            pieces += (words[part], text)
        return b"".join(pieces)

    @cached_property
    def _blocks(self) -> tuple[bytes, ...]:
        return chained(self.texts, [_gap(part) for part in self.parts])


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
