"""Around every request: its id and log line, headers, a database that is away, who is acting."""

import re
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import structlog
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from shop import actor, errors, logs
from shop.models import new_id

logger = structlog.get_logger(__name__)

P = ParamSpec("P")
Respond = Callable[[HttpRequest], HttpResponseBase]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Paths without a route come from strangers: enough of them to find a broken link.
_PATH_LENGTH = 100


def private_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Mark what ``view`` answers as one person's own: no cache on the way may keep it."""

    @wraps(view)
    def respond(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return respond


class RequestIdMiddleware:
    """Gives each request an id, on every log line and in the answer, and logs how it went.

    The log line has the route and not the path, because links in e-mails carry secrets in it.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else str(new_id())
        request.id = request_id  # type: ignore[attr-defined]
        token = logs.request_id.set(request_id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            match = request.resolver_match
            logger.info(
                "request",
                method=request.method,
                route=match.route if match else request.path[:_PATH_LENGTH],
                status=response.status_code,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
        finally:
            logs.request_id.reset(token)
        return response


class SecurityHeadersMiddleware:
    """Headers that no Django setting sends.

    The policy for contents is put together once, and not twice for each answer as django-csp's
    own middleware does. An answer may bring its own. Django's pages about errors in development
    go without: they live from inline styles.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.setdefault("Content-Security-Policy", self.policy)
        if response.get("Content-Type", "").startswith("text/html"):
            # A page and the fragment of it that htmx asks for share a URL, but no cache entry.
            patch_vary_headers(response, ["HX-Request"])
        return response


class DatabaseAwayMiddleware:
    """Answers 503 when PostgreSQL cannot be reached, instead of a page about an error.

    It sees what views raise; ``shop.errors.server_error`` does the same for middleware.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not errors.is_database_away(exception):
            return None
        logger.error("database away", reason=type(exception.__cause__ or exception).__name__)
        return errors.service_unavailable(request)


class RefusalsMiddleware:
    """Answers 429 when a view raises :class:`shop.errors.TooManyRequests`, and 405 with a page.

    Who opens the address of a form, as with Enter in the address bar, would see nothing of ours.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            is_for_eyes = request.accepts("text/html") and "HX-Request" not in request.headers
            return errors.not_allowed(request, response) if is_for_eyes else response
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, errors.TooManyRequests):
            return None
        return errors.too_many_requests(request, exception)


class ActorMiddleware:
    """Attributes changes to whoever sent the request; reads nothing until someone asks."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = actor.set_from_request(request)
        try:
            return self.get_response(request)
        finally:
            actor.reset(token)
