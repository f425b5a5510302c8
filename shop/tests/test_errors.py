import logging
import socket

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection, connections
from django.http import HttpResponse
from django.template import loader
from django.test import Client
from django.urls import include, path
from django.utils import translation

from shop.errors import TooManyRequests, in_words, is_database_away, server_error


def failing(error):
    def view(request):
        raise error

    return view


def read(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("read")


urlpatterns = [
    path("bad/", failing(SuspiciousOperation())),
    path("denied/", failing(PermissionDenied())),
    path("broken/", failing(LookupError("secret detail"))),
    path("often/", failing(TooManyRequests(90, "searches"))),
    path("slow/", failing(OperationalError("canceling statement due to statement timeout"))),
    path("read/", read),
    path("form/", read),
    path("", include("shop.urls")),
]
handler400 = "shop.errors.bad_request"
handler403 = "shop.errors.permission_denied"
handler404 = "shop.errors.page_not_found"
handler500 = "shop.errors.server_error"

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def browser(settings):
    settings.DEBUG = False
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("url", "status"),
    [("/bad/", 400), ("/denied/", 403), ("/nowhere/", 404), ("/often/", 429), ("/broken/", 500)],
)
def test_each_error_has_its_status_and_no_place_in_search_or_caches(browser, url, status):
    page = browser.get(url)
    assert page.status_code == status
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Cache-Control"] == "private, no-store"
    assert "secret detail" not in page.content.decode()


def test_a_form_without_its_token_is_refused_with_the_page_for_that(settings):
    settings.DEBUG = False
    page = Client(enforce_csrf_checks=True).post("/form/")
    assert (page.status_code, page["X-Robots-Tag"]) == (403, "noindex")


def test_too_many_requests_says_when_to_come_back(browser):
    assert browser.get("/often/")["Retry-After"] == "90"


def test_waiting_times_are_told_in_words():
    with translation.override("en"):
        assert [in_words(s) for s in (1, 40, 60, 61)] == [
            "1 second",
            "40 seconds",
            "1 minute",
            "2 minutes",
        ]


def test_an_unexpected_error_is_logged_and_its_page_names_the_request(browser, caplog):
    page = browser.get("/broken/", headers={"X-Request-ID": "edge-98765"})
    assert "edge-98765" in page.content.decode()
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info[0] is LookupError


def test_the_page_for_500_asks_no_database(browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser.get("/broken/").status_code == 500


def test_a_broken_error_page_still_says_something(browser, monkeypatch):
    def fail(name):
        raise ValueError("no manifest entry")

    monkeypatch.setattr(loader, "get_template", fail)
    page = browser.get("/broken/", headers={"X-Request-ID": "edge-98765"})
    assert page.status_code == 500
    assert "edge-98765" in page.content.decode()


@pytest.fixture
def no_database():
    """PostgreSQL refuses: the settings point to a port that is taken, and where nobody listens."""
    real = connections["default"]
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        away = {"HOST": "127.0.0.1", "PORT": str(silent.getsockname()[1])}
        connections["default"] = type(real)(real.settings_dict | away, alias="default")
        yield
    connections["default"] = real


def test_a_database_that_is_away_is_a_calm_503(no_database):
    page = Client(raise_request_exception=True).get("/read/")
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert page["X-Robots-Tag"] == "noindex"


def test_a_middleware_that_misses_the_database_ends_in_the_same_page(rf):
    try:
        raise caused_by(psycopg.OperationalError("connection refused"))
    except OperationalError:
        assert server_error(rf.get("/")).status_code == 503


def test_a_statement_that_took_too_long_is_an_error_of_ours(browser):
    assert browser.get("/slow/").status_code == 500


def caused_by(cause):
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (caused_by(psycopg.OperationalError("connection refused")), True),
        (caused_by(psycopg.errors.TooManyConnections()), True),
        (caused_by(psycopg.errors.AdminShutdown()), True),
        (caused_by(psycopg.errors.CannotConnectNow()), True),
        (caused_by(psycopg.errors.ConnectionFailure()), True),
        (InterfaceError("connection already closed"), True),
        (caused_by(psycopg.errors.LockNotAvailable()), False),
        (caused_by(psycopg.errors.QueryCanceled()), False),
        (caused_by(psycopg.errors.DeadlockDetected()), False),
        (ConnectionError("some provider"), False),
        (InterfaceError("cursor is gone"), False),
    ],
    ids=lambda value: type(getattr(value, "__cause__", value)).__name__,
)
def test_only_a_lost_database_counts_as_away(error, is_away):
    assert is_database_away(error) is is_away
