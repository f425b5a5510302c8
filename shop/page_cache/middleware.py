"""Answers from the kept pages, before sessions and routing."""

import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from shop.cache import already_fetched, count, log_refusal
from shop.making import Version, current_making
from shop.page_cache import entries, members
from shop.page_cache.csrf import token_for
from shop.page_cache.keys import page_key
from shop.page_cache.parts import CSRF, mark_of, read_csrf_cookie, set_csrf_cookie
from shop.page_cache.sharing import Visit, answer

NAMESPACE = "page"
#: The cookie in which Django leaves words for the next page.
_MESSAGES_COOKIE = "messages"

Respond = Callable[[HttpRequest], HttpResponseBase]
Visitor = AbstractBaseUser | AnonymousUser


class PageCacheMiddleware:
    """Looks for a kept page first of all.

    A visitor without session gets it here, and so does a member who is remembered. Others get
    it from :func:`shop.page_cache.shared`, when session and database have told who they are.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        visit = self._visit(request)
        if visit is None:
            response, outcome = self.get_response(request), "bypass"
        elif visit.found.entry is not None and (visitor := _visitor(request, visit.found)):
            response, outcome = _answer(request, visit.found, visit.found.entry, visitor), "hit"
        else:
            request.visit = visit  # type: ignore[attr-defined]
            with already_fetched({} if _has_session(request) else visit.found.values):
                response = self.get_response(request)
            visit.end(request, response)
            outcome = visit.outcome
            if outcome != "bypass":
                _remember(request, visit.found)
        count(NAMESPACE, **{outcome: 1})
        if settings.DEBUG:
            response.headers["X-Page-Cache"] = outcome
        return response

    def _visit(self, request: HttpRequest) -> Visit | None:
        key = page_key(request)
        if key is None:
            return None
        owner, session_key = secrets.token_hex(8), ""
        others: tuple[Version, ...] = ()
        if not _has_session(request):
            request.user = AnonymousUser()
            others = _versions_of_parts(request)
        elif not request.COOKIES.get(_MESSAGES_COOKIE):
            session_key = request.COOKIES[settings.SESSION_COOKIE_NAME]
        try:
            return Visit(key, entries.find(key, others, owner, session_key), owner)
        except RedisError as error:
            log_refusal(error)
            return None


def csrf_mark(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: in a shared page the CSRF token is a part of the visitor."""
    making = current_making()
    token = mark_of(CSRF, making) if making else SimpleLazyObject(lambda: token_for(request))
    return {"csrf_token": token}


def _visitor(request: HttpRequest, found: entries.Found) -> Visitor | None:
    """Who asks, if that is known without the session."""
    if not _has_session(request):
        return AnonymousUser()
    return found.member.user() if found.member else None


def _answer(
    request: HttpRequest, found: entries.Found, entry: entries.Entry, visitor: Visitor
) -> HttpResponseBase:
    has_cookie = read_csrf_cookie(request)
    request.user = visitor  # type: ignore[assignment]
    request.resolver_match = entry.match
    language = translation.get_language_from_request(request)
    with translation.override(language), already_fetched(found.values):
        response = answer(request, entry)
    if not has_cookie:
        set_csrf_cookie(request, response)
    return response


def _remember(request: HttpRequest, found: entries.Found) -> None:
    if found.changes is None:
        return
    try:
        members.remember(request, found.changes, _versions_of_parts(request))
    except RedisError as error:
        log_refusal(error)


def _has_session(request: HttpRequest) -> bool:
    """Whether there may be words or a name for this visitor that only the session knows."""
    names = (settings.SESSION_COOKIE_NAME, _MESSAGES_COOKIE)
    return any(request.COOKIES.get(name) for name in names)


def _versions_of_parts(request: HttpRequest) -> tuple[Version, ...]:
    """The cached values that the parts of ``request.user`` ask for."""
    asked = (version_of(request) for version_of in _versions())
    return tuple(version for version in asked if version is not None)


@cache
def _versions() -> list[Callable[[HttpRequest], Version | None]]:
    return [import_string(path) for path in settings.PAGE_CACHE_VERSIONS]
