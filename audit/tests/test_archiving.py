"""A month leaves the database as a file that the seals still cover."""

import gzip
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import archiving
from audit.chain import verifying
from audit.models import AuditArchive, AuditLog
from audit.redacting import redact
from audit.tests.factories import entry, fetch, seal, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("anchor")]
MONTH = date(2020, 5, 1)


@pytest.fixture
def old_entries():
    """A month of long ago with three sealed entries, one of them redacted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE audit_auditlog_2020_05 PARTITION OF audit_auditlog"
            " FOR VALUES FROM ('2020-05-01 00:00+00') TO ('2020-06-01 00:00+00')"
        )
    rows = [entry(day, created_at=datetime(2020, 5, day, tzinfo=UTC)) for day in (1, 9, 31)]
    seal()
    redact(entries=[rows[1].pk], reason="erasure")
    entry(99)
    seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return rows


def findings():
    return [str(one) for one in verifying.findings()]


def test_month_becomes_a_file_and_its_partition_is_gone(old_entries, settings):
    assert archiving.due_months() == [MONTH]
    made = archiving.archive(MONTH)
    assert (made.count, made.first_seal, made.last_seal) == (3, 1, 1)
    assert fetch("SELECT to_regclass('audit_auditlog_2020_05')") is None
    told = list(archiving.read(settings.AUDIT_ARCHIVE / made.file))
    assert [one["id"] for one in told] == [str(row.pk) for row in old_entries]
    assert AuditLog.objects.filter(entity="audit.auditarchive", action="EXPORT").count() == 1


def test_log_is_whole_without_the_month_and_so_is_its_file(old_entries):
    archiving.archive(MONTH)
    assert findings() == []
    assert archiving.findings() == []
    call_command("verify_audit_log", archives=True)


def test_entry_slipped_into_an_archived_month_is_found(old_entries):
    archiving.archive(MONTH)
    late = entry(5, created_at=datetime(2020, 5, 12, tzinfo=UTC))
    assert [one.row for one in verifying.findings()] == [late.pk]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [*lines[:1], *lines[2:]], "missing or out of order"),
        (lambda lines: [lines[0].replace(b"VIEW", b"EDIT"), *lines[1:]], "is altered"),
        (lambda lines: [*lines, lines[0]], "is inserted"),
        (lambda lines: lines[:2], "missing or out of order"),
    ],
)
def test_altered_file_is_found_even_with_a_fitting_checksum(old_entries, settings, change, words):
    made = archiving.archive(MONTH)
    path = settings.AUDIT_ARCHIVE / made.file
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(change(lines))))
    assert "another checksum" in archiving.findings()[0]
    tamper("UPDATE audit_auditarchive SET sha256 = %s", archiving._checksum(path))
    assert words in archiving.findings()[0]
    with pytest.raises(CommandError):
        call_command("verify_audit_log", archives=True)


def test_missing_file_is_found(old_entries, settings):
    made = archiving.archive(MONTH)
    (settings.AUDIT_ARCHIVE / made.file).unlink()
    assert archiving.findings() == [f"archive {made.file} is missing"]


def test_month_that_does_not_agree_with_its_seals_stays(old_entries):
    tamper("UPDATE audit_auditlog SET after = '{}' WHERE id = %s", old_entries[0].pk)
    with pytest.raises(archiving.NotArchivable, match="is altered"):
        archiving.archive(MONTH)
    assert AuditLog.objects.filter(created_at__year=2020).count() == 3
    assert not AuditArchive.objects.exists()


def test_months_that_are_kept_are_not_due():
    assert archiving.due_months(keep=1) == []
