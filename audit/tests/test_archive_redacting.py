"""A redaction changes an archived file as the log says; no other change is accepted."""

import json

import pytest
from django.core.management import call_command

from audit.archives import archiving, checking, files, redacting
from audit.models import AuditArchive, AuditLog, SecurityEvent
from audit.redacting import redact
from audit.security import note
from audit.tests.factories import MONTH, seal, tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def archived(old_entries):
    return archiving.archive(MONTH)


def lines(archived):
    return list(files.read(files.path_of(archived)))


def redact_numbers(*numbers):
    """Redact the archived entries with one of these totals."""
    return redacting.redact(
        lambda _facts, values: values["after"].get("total") in numbers, reason="erasure"
    )


def test_values_are_gone_and_the_file_is_accepted(archived, old_entries):
    facts = [line["facts"] for line in lines(archived)]
    assert redact_numbers(1) == 1
    first, second, third = lines(archived)
    assert (first["values"], second["values"]) == (files.BLANK, files.BLANK)
    assert files.values_of(third)["after"] == {"total": 31}
    assert [line["facts"] for line in (first, second, third)] == facts
    assert checking.findings() == []
    call_command("verify_audit_log", archives=True)


def test_log_names_the_rows_and_both_checksums_and_so_does_the_manifest(archived, old_entries):
    old = files.checksum(files.path_of(archived))
    redact_numbers(1, 31)
    new = files.checksum(files.path_of(archived))
    told = AuditLog.objects.get(action="REDACT", entity="audit.auditarchive")
    keys = sorted(str(old_entries[place].pk) for place in (0, 2))
    assert (told.entity_id, told.before) == ("2020-05-01", {"sha256": old})
    assert told.after == {"sha256": new, "reason": "erasure", "entries": keys}
    assert files.read_manifest(files.path_of(archived))["redactions"] == [
        {"entry": str(told.pk), "old": old, "new": new, "entries": 2}
    ]


def test_redactions_follow_each_other(archived):
    assert (redact_numbers(1), redact_numbers(31), redact_numbers(31)) == (1, 1, 0)
    assert len(files.read_manifest(files.path_of(archived))["redactions"]) == 2
    assert checking.findings() == []


def test_older_file_with_the_values_is_not_accepted_any_more(archived):
    path = files.path_of(archived)
    before = path.read_bytes()
    redact_numbers(1)
    path.write_bytes(before)
    assert "another checksum" in checking.findings()[0]
    with pytest.raises(redacting.NotAsArchived):
        redact_numbers(31)


def test_redaction_that_was_taken_out_of_the_log_is_missed(archived):
    redact_numbers(1)
    tamper("DELETE FROM audit_auditlog WHERE entity = 'audit.auditarchive' AND action = 'REDACT'")
    found = checking.findings()
    assert "another checksum" in found[0]
    assert "altered without a redaction" in found[-1]


class Crash(Exception):
    pass


@pytest.mark.parametrize("moves", range(4))
def test_crash_between_two_lines_is_finished_by_the_next(archived, monkeypatch, moves):
    """The new file is complete, then waits, then takes its place, then the manifest follows."""
    move, left = files.move, [moves]

    def move_until(draft, path):
        if not left[0]:
            raise Crash
        left[0] -= 1
        move(draft, path)

    monkeypatch.setattr(files, "move", move_until)
    with pytest.raises(Crash):
        redact_numbers(1)
    monkeypatch.undo()
    # Whoever only reads says so, and does nothing about it.
    for _time in range(2):
        assert any("died halfway" in one for one in checking.findings()) == (moves > 1)
    redacting.finish()
    assert checking.findings() == []
    assert redact_numbers(1) == (1 if moves < 2 else 0)
    assert checking.findings() == []
    names = {path.name for path in files.folder().iterdir()}
    assert names == {".lock", archived.file, "audit-2020-05.manifest.json"}


def test_redaction_whose_own_month_is_archived_still_counts(archived):
    redact_numbers(1)
    told = AuditLog.objects.get(action="REDACT", entity="audit.auditarchive")
    seal()
    month = told.created_at.date().replace(day=1)
    assert archiving.archive(month).count > 0
    assert not AuditLog.objects.filter(pk=told.pk).exists()
    assert AuditArchive.objects.count() == 2
    assert checking.findings() == []


def test_redaction_that_lies_in_a_damaged_file_is_not_stumbled_over(archived):
    note(SecurityEvent.Kind.SIGNED_IN)
    redact(entries=SecurityEvent.objects.all(), reason="erasure")
    seal()
    told = AuditLog.objects.get(action="REDACT", entity="audit.securityevent")
    later = archiving.archive(told.created_at.date().replace(day=1))
    path = files.path_of(later)
    path.write_bytes(path.read_bytes()[:-20])
    found = checking.findings()
    assert found
    assert all(later.file in one for one in found), found


def test_redactions_are_never_redacted(archived):
    told = AuditLog.objects.get(action="REDACT")
    assert redact(entries=[told.pk], reason="erasure") == 0
    assert redacting.redact(lambda facts, _values: facts["action"] == "REDACT", reason="x") == 0


def test_file_that_is_elsewhere_is_passed_over(archived):
    files.path_of(archived).unlink()
    assert redact_numbers(1) == 0


def test_line_of_a_file_has_what_it_says(archived):
    line = lines(archived)[0]
    assert files.facts_of(line)["entity_id"] == "1"
    assert json.loads(line["values"])[2] == {"total": 1}
