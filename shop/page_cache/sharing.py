"""Making a page that all visitors share, and handing it to one of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.cache import get_conditional_response
from redis.exceptions import RedisError

from shop.cache import WAIT_SECONDS, log_refusal
from shop.compression import accepts_gzip
from shop.making import Making, being_made
from shop.page_cache import entries
from shop.page_cache.blanks import unindented
from shop.page_cache.keys import choices_of
from shop.page_cache.parts import Body, cut, words_for

P = ParamSpec("P")

_POLL_SECONDS = 0.02
#: A browser may keep a page and has to ask each time whether it still counts.
CACHE_CONTROL = "private, max-age=0, must-revalidate"
#: Headers of one answer, and not of the page.
_OF_ONE_ANSWER = frozenset(
    {"cache-control", "content-encoding", "content-length", "date", "etag", "x-request-id"}
)
#: What a kept page may vary on; its key tells these apart.
_VARY = frozenset({"cookie", "accept-language", "hx-request", "hx-target"})


class Visit:
    """One request for a page that may be shared."""

    def __init__(self, key: str, found: entries.Found, owner: str) -> None:
        self.key = key
        self.found = found
        self.outcome = "bypass"
        self._owner = owner
        self._start: entries.Start | None = None
        self._kept: tuple[Making, bytes] | None = None

    def entry_or_turn(self) -> entries.Entry | None:
        """The page, perhaps after a short wait for who is making it; or None: make it."""
        if self.found.entry is not None:
            return self.found.entry
        try:
            self._start = entries.begin(self.key, self._owner)
            deadline = time.monotonic() + WAIT_SECONDS
            while not self._start.won and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
                found = entries.find(self.key, (), self._owner)
                if found.entry is not None or not found.is_awaited:
                    return found.entry
        except RedisError as error:
            log_refusal(error)
        return None

    def made(self, making: Making, content: bytes, *, is_shareable: bool) -> None:
        """Remember the page until its answer has all its headers."""
        if is_shareable and self._start is not None:
            self._kept = (making, content)

    def end(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Store what was made, and let others have their turn."""
        if self._start is None and not self.found.is_due:
            return
        try:
            if self._start is None or self._kept is None:
                entries.let_go(self.key, self._owner)
                return
            making, content = self._kept
            entries.keep(
                self.key,
                self._start,
                making,
                content,
                headers=_headers_of_page(response),
                match=request.resolver_match,
            )
        except RedisError as error:
            log_refusal(error)


def shared(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let all visitors share the pages of ``view``, as ``shop.page_cache`` promises.

    The view sees a stranger: no user, no session, and of the cookies only
    ``PAGE_CACHE_CHOICES``. Staff get each page made for them alone.
    """

    @wraps(view)
    def respond(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visit: Visit | None = getattr(request, "visit", None)
        # In a transaction the page may show what is not committed.
        in_transaction = transaction.get_connection().in_atomic_block
        if visit is None or in_transaction or request.user.is_staff:
            return view(request, *args, **kwargs)
        entry = visit.entry_or_turn()
        if entry is not None:
            visit.outcome = "hit"
            return answer(request, entry)
        visit.outcome = "miss"
        making = Making()
        with being_made(making), _stranger(request) as is_untouched:
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response = response.render()
            is_shareable = is_untouched() and _is_shareable(response)
        if not isinstance(response, HttpResponse):
            return response
        content = unindented(response.content)
        visit.made(making, content, is_shareable=is_shareable)
        return _filled(request, response, cut(content, making.nonce))

    return respond


def answer(request: HttpRequest, entry: entries.Entry) -> HttpResponseBase:
    """The kept page for this visitor; 304 when the browser has just that."""
    response = HttpResponse()
    for name, value in entry.headers:
        response.headers[name] = value
    response = _filled(request, response, entry.body)
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return response
    return (
        get_conditional_response(request, response.headers["ETag"], response=response) or response
    )


def _filled(request: HttpRequest, response: HttpResponse, body: Body) -> HttpResponse:
    words, digest = words_for(request, body)
    if accepts_gzip(request):
        response.content = body.packed(words)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.content = body.filled(words)
    response.headers["Content-Length"] = str(len(response.content))
    if response.status_code == 200 and "Cache-Control" not in response.headers:
        response.headers["ETag"] = f'W/"{body.digest}{digest}"'
        response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def _is_shareable(response: HttpResponseBase) -> bool:
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    return (
        isinstance(response, HttpResponse)
        and response.status_code == 200
        and not response.cookies
        and not response.has_header("Cache-Control")
        and varies <= _VARY
    )


def _headers_of_page(response: HttpResponseBase) -> list[tuple[str, str]]:
    return [pair for pair in response.items() if pair[0].lower() not in _OF_ONE_ANSWER]


@contextmanager
def _stranger(request: HttpRequest) -> Iterator[Callable[[], bool]]:
    """Let ``request`` look like that of a first visit; gives whether it was left like that."""
    hidden = {name: request.__dict__.get(name) for name in ("user", "session", "_messages")}
    cookies = request.COOKIES
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    request.COOKIES = choices_of(request)
    request.user, request.session = AnonymousUser(), session
    request._messages = []  # type: ignore[attr-defined]

    def is_untouched() -> bool:
        # A CSRF token taken without its mark would be in the page for everybody.
        return not session.modified and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META

    try:
        yield is_untouched
    finally:
        request.COOKIES = cookies
        request.__dict__.update(hidden)
