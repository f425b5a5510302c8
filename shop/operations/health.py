"""Health for load balancers: is the process alive, and can it serve a shopper?

Answers carry states and milliseconds only; reasons are in the log, where strangers cannot read.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from procrastinate.contrib.django.models import ProcrastinateJob
from redis.exceptions import RedisError

from shop.versioned import client

logger = logging.getLogger(__name__)

#: Time within which each check must answer, in seconds.
CHECK_SECONDS = 2.0
#: Free space under which the disk is reported, in bytes.
DISK_RESERVE_BYTES = 500 * 1024 * 1024


class Unhealthy(Exception):
    """A check found something wrong; the text goes to the log."""


@dataclass
class _Check:
    name: str
    run: Callable[[], None]
    #: Without it no shopper can be served.
    is_vital: bool = False
    status: str = "timeout"
    milliseconds: float | None = None


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; touches nothing else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 with "ready" or "degraded", 503 with "down" when shoppers cannot be served.

    Without Redis, queue or disk reserve the shop still sells, so these only degrade.
    """
    database = [
        _Check("database", check_database, is_vital=True),
        _Check("migrations", check_migrations, is_vital=True),
        _Check("queue", check_queue),
    ]
    cache = [_Check("cache", check_cache)]
    disk = [_Check("disk", check_disk)]
    run_within(CHECK_SECONDS, database, cache, disk)
    checks = [*database, *cache, *disk]
    failed = [check for check in checks if check.status != "ok"]
    status = "ready"
    if failed:
        status = "down" if any(check.is_vital for check in failed) else "degraded"
    answer = {
        "status": status,
        "checks": {
            check.name: {"status": check.status, "milliseconds": check.milliseconds}
            for check in checks
        },
    }
    return JsonResponse(answer, status=503 if status == "down" else 200)


def check_database() -> None:
    """Raise unless PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations() -> None:
    """Raise unless every migration of this code is applied."""
    missing = _latest_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    if missing:
        raise Unhealthy(f"{len(missing)} migrations are not applied")


def check_queue() -> None:
    """Raise unless the table of background jobs can be read."""
    ProcrastinateJob.objects.order_by("-id").values_list("id").first()


def check_cache() -> None:
    """Raise unless Redis answers."""
    client().ping()


def check_disk() -> None:
    """Raise when uploads and the embedded database are about to run out of space."""
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < DISK_RESERVE_BYTES:
        raise Unhealthy(f"{free} bytes left on disk")


@lru_cache(maxsize=1)
def _latest_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


_hanging: dict[str, threading.Thread] = {}


def run_within(seconds: float, *groups: list[_Check]) -> None:
    """Run the checks of each group in a thread of its own; who is late stays "timeout".

    A call to a frozen server cannot be interrupted, but need not be awaited. While one hangs,
    its group is not started again, so that threads do not pile up.
    """
    deadline = time.monotonic() + seconds
    for group in groups:
        name = group[0].name
        if name not in _hanging or not _hanging[name].is_alive():
            _hanging[name] = threading.Thread(target=_run, args=(group,), daemon=True)
            _hanging[name].start()
    for group in groups:
        _hanging[group[0].name].join(max(0, deadline - time.monotonic()))


def _run(group: list[_Check]) -> None:
    try:
        for check in group:
            started = time.perf_counter()
            try:
                check.run()
                check.status = "ok"
            except (Error, RedisError, Unhealthy, OSError) as error:
                check.status = "failed"
                logger.warning("Health check %s failed: %s", check.name, error)
            check.milliseconds = round((time.perf_counter() - started) * 1000, 1)
    finally:
        connections.close_all()
