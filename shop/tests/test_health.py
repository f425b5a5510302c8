import threading
import time

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.urls import path
from redis.exceptions import ConnectionError as RedisAway

from shop.operations import health

urlpatterns = [path("health/live", health.live), path("health/ready", health.ready)]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine takes its time to open a connection; a shop would be called down for it."""
    monkeypatch.setattr(health, "CHECK_SECONDS", 60)


def fail_with(error):
    def check():
        raise error

    return check


@pytest.mark.django_db(transaction=True)
def test_a_whole_shop_is_ready(client, monkeypatch):
    monkeypatch.setattr(health, "DISK_RESERVE_BYTES", 0)
    answer = client.get("/health/ready")
    assert answer.json()["status"] == "ready", answer.json()
    assert answer.status_code == 200
    assert set(answer.json()["checks"]) == {"database", "migrations", "queue", "cache", "disk"}
    assert "no-store" in answer["Cache-Control"]


def test_live_needs_no_database(client):
    # Without the database mark any query fails this test.
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db(transaction=True)
def test_a_shop_without_its_database_is_down(client, monkeypatch):
    monkeypatch.setattr(health, "check_database", fail_with(OperationalError("secret host")))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert "secret host" not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("check", "error"),
    [
        ("check_cache", RedisAway("gone")),
        ("check_queue", OperationalError("gone")),
        ("check_disk", health.Unhealthy("full")),
    ],
)
def test_a_shop_that_can_still_sell_is_only_degraded(client, monkeypatch, check, error):
    monkeypatch.setattr(health, check, fail_with(error))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"][check.removeprefix("check_")]["status"] == "failed"


@pytest.mark.django_db(transaction=True)
def test_code_ahead_of_its_migrations_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda self: {})
    assert client.get("/health/ready").status_code == 503


def test_a_disk_without_reserve_is_reported(monkeypatch):
    monkeypatch.setattr(health, "DISK_RESERVE_BYTES", 2**63)
    with pytest.raises(health.Unhealthy):
        health.check_disk()


@pytest.mark.django_db(transaction=True)
def test_a_frozen_database_is_not_awaited_and_not_asked_twice(client, monkeypatch):
    release, asked = threading.Event(), []

    def hang():
        asked.append(1)
        release.wait(60)

    monkeypatch.setattr(health, "CHECK_SECONDS", 0.2)
    monkeypatch.setattr(health, "check_database", hang)
    started = time.monotonic()
    answers = [client.get("/health/ready") for _ in range(3)]
    assert time.monotonic() - started < 40
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].json()["checks"]["database"]["status"] == "timeout"
    release.set()
    for hanging in health._hanging.values():
        hanging.join()
    assert asked == [1]
