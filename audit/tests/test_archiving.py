"""A month leaves the database as a file that the seals still cover."""

import gzip
import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from audit.archives import archiving, checking, files, redacting
from audit.chain import verifying
from audit.models import AuditArchive, AuditLog
from audit.redacting import redact
from audit.tests.factories import MONTH, entry, fetch, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("anchor")]


def findings():
    return [str(one) for one in verifying.findings()]


def test_month_becomes_a_file_and_its_partition_is_gone(old_entries, settings):
    assert archiving.due_months() == [MONTH]
    made = archiving.archive(MONTH)
    assert (made.count, made.first_seal, made.last_seal) == (3, 1, 1)
    assert fetch("SELECT to_regclass('audit_auditlog_2020_05')") is None
    told = list(files.read(settings.AUDIT_ARCHIVE / made.file))
    assert [one["id"] for one in told] == [str(row.pk) for row in old_entries]
    assert AuditLog.objects.filter(entity="audit.auditarchive", action="EXPORT").count() == 1


def test_log_is_whole_without_the_month_and_so_is_its_file(old_entries):
    archiving.archive(MONTH)
    assert findings() == []
    assert checking.findings() == []
    call_command("verify_audit_log", archives=True)


def test_entry_slipped_into_an_archived_month_is_found(old_entries):
    archiving.archive(MONTH)
    late = entry(5, created_at=datetime(2020, 5, 12, tzinfo=UTC))
    assert [one.row for one in verifying.findings()] == [late.pk]


def blanked(line):
    """As a redaction would leave it, under the name of one that is about something else."""
    entry = json.loads(line)
    other = AuditLog.objects.get(action="REDACT").pk
    kept = hashlib.sha256(entry["values"].encode()).hexdigest()
    told = {"values": files.BLANK, "kept": kept, "redaction_id": str(other)}
    return json.dumps(entry | told).encode() + b"\n"


def filled(line):
    """A redacted line with values of somebody's choice."""
    told = {"values": '[null, {}, {"total": 9}, null, ""]'}
    return json.dumps(json.loads(line) | told).encode() + b"\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [blanked(lines[0]), *lines[1:]], "altered without a redaction"),
        (lambda lines: [lines[0], filled(lines[1]), lines[2]], "altered without a redaction"),
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
    assert "another checksum" in checking.findings()[0]
    tamper("UPDATE audit_auditarchive SET sha256 = %s", files.checksum(path))
    assert any(words in one for one in checking.findings())
    with pytest.raises(CommandError):
        call_command("verify_audit_log", archives=True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-20],
        lambda content: content[:40] + bytes(20) + content[60:],
        lambda content: gzip.compress(b"null\n"),
        lambda content: b"",
    ],
    ids=["cut off", "overwritten", "no lines", "empty"],
)
def test_damaged_file_is_named_and_not_stumbled_over(old_entries, damage):
    path = files.path_of(archiving.archive(MONTH))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CommandError, match=path.name):
        call_command("verify_audit_log", archives=True)


@pytest.mark.parametrize("said", ["{", "{}", '{"sha256": "another"}'])
def test_altered_manifest_is_named_and_left_for_whoever_looks_into_it(old_entries, said):
    path = files.path_of(archiving.archive(MONTH))
    told = files.read_manifest(path)
    files.manifest_path(path).write_text(said)
    for _time in range(2):
        with pytest.raises(CommandError, match="the manifest of archive audit-2020-05"):
            call_command("verify_audit_log", archives=True)
        redacting.finish()
    assert files.manifest_path(path).read_text() == said
    call_command("archive_audit_log", new_manifests=True)
    assert files.read_manifest(path) == told
    call_command("verify_audit_log", archives=True)


class Crash(Exception):
    pass


@pytest.fixture
def left_behind(old_entries, monkeypatch):
    """The file of a month that is in the table still: archiving it died halfway."""

    def die(*_args):
        raise Crash

    monkeypatch.setattr(archiving, "_drop", die)
    with pytest.raises(Crash):
        archiving.archive(MONTH)
    monkeypatch.undo()
    (path,) = files.folder().glob("*.gz")
    return path


def test_archiving_that_died_is_done_by_the_next_run(left_behind):
    redacting.finish()
    assert [path.name for path in files.folder().iterdir()] == [".lock"]
    assert archiving.archive(MONTH).count == 3
    assert checking.findings() == []


def test_redaction_leaves_no_file_of_a_month_that_was_not_archived(left_behind, old_entries):
    redact(entries=[old_entries[2].pk], reason="erasure")
    assert redacting.redact(lambda _facts, _values: True, reason="erasure") == 0
    assert not left_behind.exists()
    made = archiving.archive(MONTH)
    assert [line["values"] for line in files.read(files.path_of(made))][1:] == [files.BLANK] * 2
    assert checking.findings() == []


def test_missing_file_is_found(old_entries, settings):
    made = archiving.archive(MONTH)
    (settings.AUDIT_ARCHIVE / made.file).unlink()
    assert checking.findings() == [f"archive {made.file} is missing"]


def test_manifest_that_says_something_else_is_found(old_entries, settings):
    made = archiving.archive(MONTH)
    path = files.manifest_path(settings.AUDIT_ARCHIVE / made.file)
    path.write_text(path.read_text().replace('"entries": 3', '"entries": 2'))
    assert "manifest" in checking.findings()[0]
    path.unlink()
    assert "manifest" in checking.findings()[0]


def test_month_with_a_redaction_while_it_was_read_stays(old_entries, monkeypatch):
    put = files.put_manifest

    def then_redact(*args):
        put(*args)
        redact(entries=[old_entries[2].pk], reason="erasure")

    monkeypatch.setattr(files, "put_manifest", then_redact)
    with pytest.raises(archiving.NotArchivable, match="changed"):
        archiving.archive(MONTH)
    # Not even the file, which still has what was taken.
    assert [path.name for path in files.folder().iterdir()] == [".lock"]
    monkeypatch.undo()
    assert archiving.archive(MONTH).count == 3
    assert checking.findings() == []


def test_month_that_somebody_keeps_busy_stays_without_a_file(old_entries):
    def busy(execute, sql, params, many, context):
        if sql.startswith("LOCK TABLE"):
            raise OperationalError("canceling statement due to lock timeout")
        return execute(sql, params, many, context)

    with (
        connection.execute_wrapper(busy),
        pytest.raises(archiving.NotArchivable, match="written to"),
    ):
        archiving.archive(MONTH)
    assert [path.name for path in files.folder().iterdir()] == [".lock"]
    assert archiving.archive(MONTH).count == 3


def test_month_that_does_not_agree_with_its_seals_stays(old_entries):
    tamper("UPDATE audit_auditlog SET after = '{}' WHERE id = %s", old_entries[0].pk)
    with pytest.raises(archiving.NotArchivable, match="is altered"):
        archiving.archive(MONTH)
    assert AuditLog.objects.filter(created_at__year=2020).count() == 3
    assert not AuditArchive.objects.exists()
    assert [path.name for path in files.folder().iterdir()] == [".lock"]


def test_months_that_are_kept_are_not_due():
    assert archiving.due_months(keep=1) == []
