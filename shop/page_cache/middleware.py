"""Answers from the kept pages, before sessions and routing where nobody is signed in."""

import secrets
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils import translation
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from shop.cache import already_fetched, count, log_refusal
from shop.making import Version, current_making
from shop.page_cache import entries
from shop.page_cache.keys import page_key
from shop.page_cache.parts import CSRF, mark_of, read_csrf_cookie, set_csrf_cookie
from shop.page_cache.sharing import Visit, answer

NAMESPACE = "page"
#: The cookie in which Django leaves words for the next page.
_MESSAGES_COOKIE = "messages"

Respond = Callable[[HttpRequest], HttpResponseBase]


class PageCacheMiddleware:
    """Looks for a kept page first of all.

    A visitor without session gets it here. Who has one gets it from
    :func:`shop.page_cache.shared`, when it is known who that is.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        visit = self._visit(request)
        if visit is None:
            response, outcome = self.get_response(request), "bypass"
        elif visit.found.entry is not None and not _has_session(request):
            response, outcome = _answer_stranger(request, visit.found), "hit"
        else:
            request.visit = visit  # type: ignore[attr-defined]
            with already_fetched({} if _has_session(request) else visit.found.values):
                response = self.get_response(request)
            visit.end(request, response)
            outcome = visit.outcome
        count(NAMESPACE, **{outcome: 1})
        if settings.DEBUG:
            response.headers["X-Page-Cache"] = outcome
        return response

    def _visit(self, request: HttpRequest) -> Visit | None:
        key = page_key(request)
        if key is None:
            return None
        owner = secrets.token_hex(8)
        others = () if _has_session(request) else _versions_of_parts(request)
        try:
            return Visit(key, entries.find(key, others, owner), owner)
        except RedisError as error:
            log_refusal(error)
            return None


def csrf_mark(request: HttpRequest) -> dict[str, str]:
    """Context of every template: in a shared page the CSRF token is a part of the visitor."""
    making = current_making()
    return {"csrf_token": mark_of(CSRF, making)} if making else {}


def _answer_stranger(request: HttpRequest, found: entries.Found) -> HttpResponseBase:
    assert found.entry is not None  # noqa: S101 # nosec B101
    has_cookie = read_csrf_cookie(request)
    request.user = AnonymousUser()
    request.resolver_match = _match(found.entry.route)
    language = translation.get_language_from_request(request)
    with translation.override(language), already_fetched(found.values):
        response = answer(request, found.entry)
    if not has_cookie:
        set_csrf_cookie(request, response)
    return response


def _has_session(request: HttpRequest) -> bool:
    """Whether there may be words or a name for this visitor that only the session knows."""
    names = (settings.SESSION_COOKIE_NAME, _MESSAGES_COOKIE)
    return any(request.COOKIES.get(name) for name in names)


def _versions_of_parts(request: HttpRequest) -> tuple[Version, ...]:
    """The cached values that the visitor's parts will ask for."""
    asked = (version_of(request) for version_of in _versions())
    return tuple(version for version in asked if version is not None)


@cache
def _versions() -> list[Callable[[HttpRequest], Version | None]]:
    return [import_string(path) for path in settings.PAGE_CACHE_VERSIONS]


@cache
def _match(route: str) -> ResolverMatch:
    """What the log needs to know of the view that made a kept page."""
    return ResolverMatch(lambda request: None, (), {}, route=route)
