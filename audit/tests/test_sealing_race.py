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

WRITERS, ACTS = 4, 15


@pytest.fixture(autouse=True)
def anchor(settings, tmp_path):
    settings.AUDIT_ANCHOR = tmp_path / "anchor.json"


def write(seed):
    """Acts that write, dawdle and then commit, or do not."""
    chance = random.Random(seed)
    for number in range(ACTS):
        with transaction.atomic():
            entry(number)
            time.sleep(chance.uniform(0, 0.08))
            entry(number)
            if chance.random() < 0.2:
                transaction.set_rollback(True)
    connection.close()


def seal_until(ended):
    while not ended.is_set():
        sealing.seal(margin=timedelta(0))
    connection.close()


def run():
    """What the verifier finds after writers and two sealers worked at the same time."""
    ended = threading.Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        sealers = [pool.submit(seal_until, ended) for _ in range(2)]
        writers = [pool.submit(write, seed) for seed in range(WRITERS)]
        for one in writers:
            one.result()
        ended.set()
        for one in sealers:
            one.result()
    sealing.seal(margin=timedelta(0))
    return list(verifying.findings())


def test_each_row_is_sealed_once_in_whatever_order_transactions_commit():
    assert run() == []
    assert AuditSeal.objects.count() > 3
    rows = sum(AuditSeal.objects.filter(stream="audit_auditlog").values_list("count", flat=True))
    assert rows == AuditLog.objects.count() > WRITERS * ACTS


def test_a_sealer_that_waits_for_nobody_misses_rows(monkeypatch):
    """The control: this is what the waiting is for."""
    monkeypatch.setattr(sealing, "_writers", lambda stream: {})
    assert {one.wrong for one in run()} == {verifying.Wrong.INSERTED}
