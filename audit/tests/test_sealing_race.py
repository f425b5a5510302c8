"""Writers that commit in any order, and a sealer among them: the chain has each row once."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from audit.chain import sealing, verifying
from audit.models import AuditLog, AuditSeal
from audit.tests.factories import entry

pytestmark = pytest.mark.django_db(transaction=True)

#: Acts of each writer at least; they go on until so many seals were made among them, or at most.
WRITERS, ACTS, MOST_ACTS, SEALS = 4, 15, 300, 5


@pytest.fixture(autouse=True)
def anchor(settings, tmp_path):
    settings.AUDIT_ANCHOR = tmp_path / "anchor.json"


def write(seed, seals):
    """Acts that write, dawdle and then commit, or do not."""
    chance = random.Random(seed)
    for number in range(MOST_ACTS):
        if number >= ACTS and len(seals) >= SEALS:
            break
        with transaction.atomic():
            entry(number)
            time.sleep(chance.uniform(0, 0.08))
            entry(number)
            if chance.random() < 0.2:
                transaction.set_rollback(True)
    connection.close()


def seal_until(ended, seals):
    while not ended.is_set():
        if sealing.seal(margin=timedelta(0)):
            seals.append(1)
    connection.close()


def test_each_row_is_sealed_once_in_whatever_order_transactions_commit():
    ended, seals = threading.Event(), []
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        sealers = [pool.submit(seal_until, ended, seals) for _ in range(2)]
        writers = [pool.submit(write, seed, seals) for seed in range(WRITERS)]
        for one in writers:
            one.result()
        ended.set()
        for one in sealers:
            one.result()
    sealing.seal(margin=timedelta(0))
    assert list(verifying.findings()) == []
    assert len(seals) >= SEALS
    rows = sum(AuditSeal.objects.filter(stream="audit_auditlog").values_list("count", flat=True))
    assert rows == AuditLog.objects.count() > WRITERS * ACTS


def test_a_sealer_that_waits_for_nobody_misses_rows(monkeypatch):
    """The control: this is what the waiting is for."""
    monkeypatch.setattr(sealing, "_writers", lambda stream: {})
    has_written, is_sealed = threading.Event(), threading.Event()

    def write_and_dawdle():
        with transaction.atomic():
            late = entry(1)
            has_written.set()
            is_sealed.wait(60)
        connection.close()
        return late

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write_and_dawdle)
        assert has_written.wait(60)
        entry(2)
        assert sealing.seal(margin=timedelta(0)) == 1
        is_sealed.set()
        late = writer.result()
    found = [(one.wrong, one.row) for one in verifying.findings()]
    assert found == [(verifying.Wrong.INSERTED, late.pk)]
