"""Error pages: the right status, nothing for search engines or caches, and the request's id.

400, 405, 500 and 503 are drawn without database, session and context processors, so that they work
when those are what broke. If even the template fails, a plain page in the code remains.
"""

import logging
import sys

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.template import loader
from django.utils.html import escape
from django.utils.translation import gettext, ngettext

logger = logging.getLogger(__name__)

#: Seconds after which a client may try again when the database is away.
RETRY_SECONDS = 5

# Classes of SQLSTATE that mean "no database for you now": connection exceptions, out of
# connections or other resources, shutting down.
_AWAY_STATES = ("08", "53", "57P")


class TooManyRequests(Exception):
    """Someone asks too often. ``limited`` says what, a sentence in the visitor's language."""

    def __init__(self, retry_after_seconds: int, limited: str = "") -> None:
        super().__init__(f"too many requests, retry after {retry_after_seconds} s")
        self.retry_after_seconds = max(1, retry_after_seconds)
        self.limited = limited


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, for ``handler400``."""
    return _static_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, for ``handler403``: says whether signing in would help."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    sign_in_url = "" if signed_in else resolve_url(settings.LOGIN_URL)
    return _page(request, 403, "403.html", {"signed_in": signed_in, "sign_in_url": sign_in_url})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token, for ``CSRF_FAILURE_VIEW``."""
    return _page(request, 403, "403_csrf.html", {"page_url": request.path})


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, for ``handler404``."""
    return _page(request, 404, "404.html", {})


def not_allowed(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """405 as a page, for an address that takes forms alone; allows what ``refusal`` does."""
    response = _static_page(request, 405)
    response["Allow"] = refusal["Allow"]
    return response


def too_many_requests(
    request: HttpRequest, exception: TooManyRequests | None = None
) -> HttpResponse:
    """429, for ``handler429`` (allauth) and :class:`TooManyRequests`."""
    seconds = exception.retry_after_seconds if exception else 60
    context = {
        "limited": exception.limited if exception else "",
        "retry_after_seconds": seconds,
        "retry_after": in_words(seconds),
    }
    response = _page(request, 429, "429.html", context)
    response["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, for ``handler500``; 503 when a middleware found the database away.

    Django logs the exception itself, with the request's id.
    """
    error = sys.exc_info()[1]
    if error is not None and is_database_away(error):
        return service_unavailable(request)
    return _static_page(request, 500)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After."""
    response = _static_page(request, 503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def is_database_away(error: BaseException) -> bool:
    """Whether ``error`` says that PostgreSQL cannot be reached or takes no more connections.

    Time-outs of statements and locks, deadlocks and the like are not that: there the database
    answered, and something is wrong with us.
    """
    if isinstance(error, InterfaceError):
        # Raised for a connection that was lost earlier in this request.
        return "closed" in str(error)
    cause = error.__cause__ if isinstance(error, OperationalError) else error
    if not isinstance(cause, psycopg.OperationalError):
        return False
    # Without a state the server never answered: refused, timed out, or the pool had none.
    return cause.sqlstate is None or cause.sqlstate.startswith(_AWAY_STATES)


def in_words(seconds: int) -> str:
    """A waiting time in the active language: "40 seconds", "3 minutes"."""
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _page(
    request: HttpRequest, status: int, template: str, context: dict[str, object]
) -> HttpResponse:
    context |= {"request_id": _request_id(request)}
    return _unlisted(render(request, template, context, status=status))


def _static_page(request: HttpRequest, status: int) -> HttpResponse:
    request_id = _request_id(request)
    try:
        page = loader.get_template(f"{status}.html").render({"request_id": request_id})
    except Exception:
        # The page for "something broke" must not break: whatever it is, say the essential.
        logger.exception("The page for status %s cannot be drawn", status)
        title = gettext("Something went wrong on our side. Please try again in a moment.")
        page = f"<!doctype html><title>{status}</title><p>{escape(title)}</p><p>{request_id}</p>"
    return _unlisted(HttpResponse(page, status=status))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response


def _request_id(request: HttpRequest) -> str:
    return str(getattr(request, "id", ""))
