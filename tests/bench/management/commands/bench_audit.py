"""Writes audited rows, with and without a process that seals all the while, and reads the chain."""

import json
import os
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from audit.chain import sealing, verifying
from audit.models import AuditSeal
from catalog.models import Brand
from tests.bench.processes import resident_bytes

#: People who write at the same time, each another row.
WRITERS = 4
#: Seconds between two turns of the sealer; the job of the shop takes one a minute.
PAUSE = 0.2
#: Seconds between two looks at who waits for a lock.
LOOK = 0.01
#: Rows that one statement adds to the log.
CHUNK = 50_000
_FILL = """
    INSERT INTO audit_auditlog (id, actor_type, action, entity, entity_id, before, after,
        user_agent, request_id)
    SELECT gen_random_uuid(), 'SYSTEM', 'UPDATE', 'catalog.product', number::text,
        jsonb_build_object('price', number), jsonb_build_object('price', number + 1), '', ''
    FROM generate_series(1, %s) number
"""
_BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
"""


@dataclass
class Run:
    """Writes a second, CPU milliseconds of the writer for each, and moments somebody waited."""

    rate: float
    cpu: float
    blocked: int


class Command(BaseCommand):
    help = "Print what writes cost without and with sealing, and how fast the chain is read."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=1.5)
        parser.add_argument("--repeats", type=int, default=5)
        parser.add_argument("--rows", type=int, default=1_000_000, help="rows to verify")
        parser.add_argument("--seal", action="store_true", help="only seal, until killed")

    def handle(
        self,
        *args: Any,
        seconds: float,
        repeats: int,
        rows: int,
        seal: bool = False,
        **options: Any,
    ) -> None:
        while seal:
            sealing.seal(margin=timedelta(0))
            time.sleep(PAUSE)
        brands = [Brand.objects.create(name=f"b{n}", slug=f"b{n}") for n in range(WRITERS)]
        _writes(brands, seconds)
        rounds = [_round(brands, seconds, number) for number in range(repeats)]
        told = {
            "plain": [asdict(plain) for plain, _sealed in rounds],
            "sealed": [asdict(sealed) for _plain, sealed in rounds],
            **_verified(rows),
        }
        self.stdout.write(json.dumps(told))


def _round(rows: list[Brand], seconds: float, number: int) -> tuple[Run, Run]:
    """Without and with a sealer right after each other, every other time the other way round."""
    plain = _writes(rows, seconds) if number % 2 == 0 else None
    with _sealer():
        sealed = _writes(rows, seconds)
    return plain or _writes(rows, seconds), sealed


def _writes(rows: list[Brand], seconds: float) -> Run:
    """Audited writes, all writers together."""
    ended = threading.Event()
    with ThreadPoolExecutor(len(rows) + 1) as pool:
        looking = pool.submit(_blocked, ended)
        counts, cpu = zip(*pool.map(lambda row: _write(row, seconds), rows), strict=True)
        ended.set()
    count = sum(counts)
    return Run(count / seconds, sum(cpu) * 1000 / count, looking.result())


def _blocked(ended: threading.Event) -> int:
    """How often anybody was seen to wait for somebody else's lock."""
    seen = 0
    while not ended.wait(LOOK):
        with connection.cursor() as cursor:
            cursor.execute(_BLOCKED)
            seen += cursor.fetchone()[0]
    connection.close()
    return seen


def _write(row: Brand, seconds: float) -> tuple[int, float]:
    """Number of writes, and the CPU seconds of this thread."""
    count, ends_at, cpu = 0, time.perf_counter() + seconds, time.thread_time()
    while time.perf_counter() < ends_at:
        with transaction.atomic():
            row.name = f"{row.slug} {count}"
            row.save(update_fields=["name"])
        count += 1
    cpu = time.thread_time() - cpu
    connection.close()
    return count, cpu


@contextmanager
def _sealer() -> Iterator[None]:
    """A process that seals, at work from here on."""
    seals = AuditSeal.objects.count()
    words = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench_audit", "--seal"]
    process = subprocess.Popen(words)
    try:
        # It has something to seal once it is up.
        ends_at = time.monotonic() + 60
        while AuditSeal.objects.count() == seals and time.monotonic() < ends_at:
            Brand.objects.filter(slug="b0").update(name=f"b0 {time.monotonic()}")
            time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()


def _verified(rows: int) -> dict[str, float]:
    """Rows sealed and read again a second, and by how much the process grew meanwhile."""
    for start in range(0, rows, CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(_FILL, [min(CHUNK, rows - start)])
    started = time.perf_counter()
    fresh = sealing.seal(margin=timedelta(0))
    sealed = fresh / (time.perf_counter() - started)
    count = verifying.state("audit_auditlog").rows
    # A first look at the last seals loads what is needed once.
    list(verifying.recent(3))
    before, started = resident_bytes(os.getpid()), time.perf_counter()
    if wrong := next(verifying.findings(), None):
        raise RuntimeError(str(wrong))
    seconds = time.perf_counter() - started
    grown = resident_bytes(os.getpid()) - before
    return {"rows": count, "sealed_rate": sealed, "verified": count / seconds, "grown": grown}
