"""Writes audited rows, with and without a process that seals all the while, and reads the chain."""

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from audit.chain import sealing, verifying
from audit.models import AuditSeal
from catalog.models import Brand

#: People who write at the same time, each another row.
WRITERS = 4
#: Seconds between two turns of the sealer; the job of the shop takes one a minute.
PAUSE = 0.2


class Command(BaseCommand):
    help = "Print writes a second without and with sealing, and rows verified a second."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=1.5)
        parser.add_argument("--repeats", type=int, default=3)
        parser.add_argument("--seal", action="store_true", help="only seal, until killed")

    def handle(
        self, *args: Any, seconds: float, repeats: int, seal: bool = False, **options: Any
    ) -> None:
        while seal:
            sealing.seal(margin=timedelta(0))
            time.sleep(PAUSE)
        rows = [Brand.objects.create(name=f"b{n}", slug=f"b{n}") for n in range(WRITERS)]
        _writes(rows, seconds)
        plain, sealed = [], []
        for _number in range(repeats):
            plain.append(_writes(rows, seconds))
            with _sealer():
                sealed.append(_writes(rows, seconds))
        sealing.seal(margin=timedelta(0))
        started, count = time.perf_counter(), verifying.state("audit_auditlog").rows
        if wrong := list(verifying.findings()):
            raise RuntimeError(str(wrong[0]))
        verified = count / (time.perf_counter() - started)
        told = {"plain": plain, "sealed": sealed, "verified": verified, "rows": count}
        self.stdout.write(json.dumps(told))


def _writes(rows: list[Brand], seconds: float) -> float:
    """Audited writes a second, all writers together."""
    with ThreadPoolExecutor(len(rows)) as pool:
        done = sum(pool.map(lambda row: _write(row, seconds), rows))
    return done / seconds


def _write(row: Brand, seconds: float) -> int:
    count, ends_at = 0, time.perf_counter() + seconds
    while time.perf_counter() < ends_at:
        with transaction.atomic():
            row.name = f"{row.slug} {count}"
            row.save(update_fields=["name"])
        count += 1
    connection.close()
    return count


@contextmanager
def _sealer() -> Any:
    """A process that seals, at work from here on."""
    seals = AuditSeal.objects.count()
    words = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench_audit", "--seal"]
    process = subprocess.Popen(words)
    try:
        ends_at = time.monotonic() + 60
        while AuditSeal.objects.count() == seals and time.monotonic() < ends_at:
            time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()
