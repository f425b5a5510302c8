"""Slow statements are logged with their caller; their values are nobody's business."""

import subprocess
import sys

import pytest
from django.conf import settings as shop_settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.signals import connection_created

from shop import slow_statements
from shop.slow_statements import timed

pytestmark = pytest.mark.django_db

SAY_WHO_WATCHES = """
import shop.{module}
from django.db import connection
from django.db.backends.signals import connection_created
connection_created.send(sender=None, connection=connection)
print([watch.__module__ for watch in connection.execute_wrappers])
"""


@pytest.fixture(autouse=True)
def nobody_else_watches(monkeypatch, db):
    """A test before may have opened the shop in this process, which watches from then on."""
    monkeypatch.setattr(connections["default"], "execute_wrappers", [])


def run(statement, *values):
    with connection.execute_wrapper(timed), connection.cursor() as cursor:
        cursor.execute(statement, values)


def logged(caplog):
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    return [line for line in lines if line["event"] == "slow statement"]


def test_a_slow_statement_is_logged_with_its_caller_and_without_values(caplog, settings):
    settings.SLOW_QUERY_MS = 20
    run("SELECT pg_sleep(%s),\n    %s::text", 0.05, "Mara Lind")
    (line,) = logged(caplog)
    assert line["statement"] == "SELECT pg_sleep(%s), %s::text"
    assert line["milliseconds"] > 50
    assert line["caller"].startswith("shop/tests/test_slow_statements.py:")
    assert "Mara" not in str(line)


def test_a_line_has_the_id_of_the_request_and_places_of_our_code_alone(client, caplog, settings):
    settings.SLOW_QUERY_MS = 0.001
    with connection.execute_wrapper(timed):
        client.get("/collections/", headers={"X-Request-ID": "a-slow-request"})
    lines = logged(caplog)
    assert {line["request_id"] for line in lines} == {"a-slow-request"}
    assert any(line["caller"].startswith("catalog/") for line in lines)
    assert not any("django" in line["caller"] for line in lines)


@pytest.mark.parametrize("limit", [10_000, 0])
def test_a_quick_statement_is_not_logged_and_with_zero_none_is(caplog, settings, limit):
    settings.SLOW_QUERY_MS = limit
    run("SELECT pg_sleep(0.01)")
    assert logged(caplog) == []


def test_a_statement_that_was_canceled_is_logged(caplog, settings):
    settings.SLOW_QUERY_MS = 20
    cancel = "SELECT pg_sleep(0.05), pg_cancel_backend(pg_backend_pid()), pg_sleep(60)"
    with pytest.raises(DatabaseError, match="canceling statement"), transaction.atomic():
        run(cancel)
    assert [line["statement"] for line in logged(caplog)] == [cancel]


def test_a_connection_that_is_opened_again_is_watched_once():
    other = connection.copy()
    slow_statements.watch()
    try:
        for _ in range(2):
            connection_created.send(sender=type(other), connection=other)
        assert other.execute_wrappers == [timed]
    finally:
        connection_created.disconnect(dispatch_uid=slow_statements.__name__)


def test_a_connection_opened_while_others_wrap_its_statements_keeps_none_of_theirs():
    def count(execute, *arguments):
        return execute(*arguments)

    other = connection.copy()
    with other.execute_wrapper(count):
        slow_statements._attend(other)
    assert other.execute_wrappers == [timed]


@pytest.mark.parametrize("module", ["wsgi", "asgi"])
def test_web_processes_watch(module):
    answer = subprocess.run(
        [sys.executable, "-c", SAY_WHO_WATCHES.format(module=module)],
        capture_output=True,
        check=True,
        cwd=shop_settings.BASE_DIR,
        text=True,
    )
    assert answer.stdout == "['shop.slow_statements']\n"
