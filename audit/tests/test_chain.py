"""Whoever bends the log as the owner of the database is found, and what they did is named."""

from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.chain import anchors, sealing, verifying
from audit.models import AuditSeal, SecurityEvent
from audit.security import note
from audit.tests.factories import entry, fetch, seal, sealed, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("anchor")]


INSERT = (
    "INSERT INTO audit_auditlog (id, actor_type, action, entity, entity_id, before, after,"
    " user_agent, request_id) VALUES (gen_random_uuid(), 'SYSTEM', 'VIEW', 'orders.order',"
    " '1', '{}', '{}', '', '')"
)


def named(known=None):
    """(what is wrong, id or seal) of each finding."""
    return [(one.wrong.value, one.row or one.seal) for one in verifying.findings(known)]


def test_untouched_log_is_whole():
    sealed()
    assert named() == []
    assert [(one.number, one.count) for one in AuditSeal.objects.all()] == [(1, 3), (2, 3), (3, 3)]


def test_log_of_nothing_is_whole():
    assert seal() == 0
    assert named() == []


@pytest.mark.parametrize(
    "change",
    [
        "after = '{}'",
        "action = 'EXPORT'",
        "actor_type = 'STAFF'",
        "entity_id = 'another'",
        "ip_address = '203.0.113.1'",
        "user_agent = 'Firefox'",
        "request_id = 'x'",
        "salt = gen_random_uuid()",
        "created_at = created_at + interval '1 microsecond'",
        "values_digest = sha256('')",
    ],
)
def test_altered_value_is_named(change):
    row = sealed()[1][1]
    tamper(f"UPDATE audit_auditlog SET {change} WHERE id = %s", row.pk)
    assert ("altered", row.pk) in named()


def test_row_moved_in_time_is_named_where_it_was():
    rows = sealed()
    tamper(
        "UPDATE audit_auditlog SET created_at = created_at + interval '1 day' WHERE id = %s",
        rows[0][0].pk,
    )
    assert named()[0] == ("altered", rows[0][0].pk)


def test_removed_row_is_named():
    row = sealed()[1][2]
    tamper("DELETE FROM audit_auditlog WHERE id = %s", row.pk)
    assert named() == [("removed", row.pk)]


def test_row_inserted_with_an_old_time_is_named():
    rows = sealed()
    late = entry(7, created_at=rows[1][1].created_at + timedelta(microseconds=1))
    seal()
    assert named() == [("inserted", late.pk)]


def test_row_inserted_before_everything_is_named():
    sealed()
    late = entry(7, created_at=fetch("SELECT now() - interval '3 years'"))
    assert named() == [("inserted", late.pk)]


def test_row_of_the_future_is_named():
    late = entry(7, created_at=fetch("SELECT now() + interval '1 day'"))
    assert named() == [("inserted", late.pk)]


def test_two_rows_that_changed_places_are_both_named():
    first, second = sealed()[1][:2]
    tamper(
        "UPDATE audit_auditlog SET id = CASE id WHEN %s THEN %s ELSE %s END WHERE id IN (%s, %s)",
        *(first.pk, second.pk, first.pk, first.pk, second.pk),
    )
    assert sorted(named()) == sorted([("altered", first.pk), ("altered", second.pk)])


@pytest.mark.parametrize(
    "change",
    [
        "rows = overlay(rows PLACING '\\x00' FROM 20)",
        "until_at = until_at + interval '1 microsecond'",
        "count = 2",
        "digest = sha256('')",
    ],
)
def test_altered_seal_is_named(change):
    sealed()
    tamper(f"UPDATE audit_auditseal SET {change} WHERE number = 2")
    assert ("seal altered", 2) in named()


def test_chain_made_anew_over_an_altered_row_is_found_by_the_anchor(anchor):
    row = sealed()[1][0]
    known = anchors.read(anchor)
    tamper("UPDATE audit_auditlog SET after = '{}' WHERE id = %s", row.pk)
    tamper("DELETE FROM audit_auditseal WHERE number > 1")
    seal()
    assert named() == []
    assert named(known) == [("tail of seals cut", 3)]


def test_removed_seal_is_named():
    sealed()
    tamper("DELETE FROM audit_auditseal WHERE number = 2")
    assert named()[0] == ("seal removed", 2)


def test_cut_tail_is_found_by_the_anchor_and_stays_found(anchor):
    sealed()
    known = anchors.read(anchor)
    tamper("DELETE FROM audit_auditseal WHERE number > 1")
    assert named() == []
    assert named(known) == [("tail of seals cut", 3)]
    entry()
    seal()
    assert anchors.read(anchor) == known


def test_tail_cut_together_with_its_rows_is_found(anchor):
    rows = sealed()
    tamper("DELETE FROM audit_auditseal WHERE number = 3")
    for row in rows[2]:
        tamper("DELETE FROM audit_auditlog WHERE id = %s", row.pk)
    assert named(anchors.read(anchor)) == [("tail of seals cut", 3)]


def test_security_events_have_a_chain_too():
    note(SecurityEvent.Kind.SIGNED_IN)
    note(SecurityEvent.Kind.SIGNED_OUT)
    seal()
    event = SecurityEvent.objects.first()
    tamper("DELETE FROM audit_securityevent WHERE id = %s", event.pk)
    assert named() == [("removed", event.pk)]


def test_many_rows_become_several_seals(monkeypatch):
    monkeypatch.setattr(sealing, "MOST_ROWS", 4)
    rows = [entry(number) for number in range(10)]
    assert seal() == len(rows)
    assert list(AuditSeal.objects.values_list("count", flat=True)) == [4, 4, 2]
    assert named() == []


def test_rows_of_one_moment_stay_in_one_seal(monkeypatch):
    monkeypatch.setattr(sealing, "MOST_ROWS", 2)
    moment = fetch("SELECT now()")
    for number in range(5):
        entry(number, created_at=moment)
    assert seal() == 5
    assert list(AuditSeal.objects.values_list("count", flat=True)) == [5]
    assert named() == []


def test_seal_never_reaches_into_another_month():
    last = fetch("SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'")
    entry(1, created_at=last - timedelta(seconds=1))
    entry(2, created_at=last)
    seal()
    assert list(AuditSeal.objects.values_list("count", flat=True)) == [1, 1]
    assert AuditSeal.objects.get(number=1).until_at == last


def test_fresh_rows_wait_for_the_clock_to_be_sure():
    entry()
    assert sealing.seal() == 0
    assert verifying.state("audit_auditlog").waiting == 1


def another_connection():
    return psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None})


def test_seal_waits_for_who_is_still_writing():
    with another_connection() as other:
        other.execute(INSERT)
        entry()
        assert sealing.seal(margin=timedelta(0), patience=0.1) == 0
        other.rollback()
    assert seal() == 1


def test_a_long_transaction_holds_up_only_what_came_after_it_began():
    before = entry(1)
    with another_connection() as other:
        other.execute(INSERT)
        entry(2)
        assert sealing.seal(margin=timedelta(0), patience=0.1) == 1
        assert str(before.pk.hex) in bytes(AuditSeal.objects.get().rows).hex()
        other.rollback()
    assert seal() == 1
    assert named() == []


def test_only_one_seals_at_a_time():
    entry()
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.LOCK])
        assert seal() == 0
        other.rollback()
    assert seal() == 1


def test_recent_part_is_checked_alone():
    rows = sealed()
    tamper("DELETE FROM audit_auditlog WHERE id = %s", rows[0][0].pk)
    assert list(verifying.recent(2)) == []
    assert len(list(verifying.recent(3))) == 1


def test_sealing_that_stopped_is_found():
    first = entry(1, created_at=fetch("SELECT now() - interval '3 hours'"))
    entry(2)
    # A shop that was closed in between is none that goes on.
    assert list(verifying.recent()) == []
    entry(3, created_at=fetch("SELECT now() - interval '2 hours'"))
    assert [(str(one.wrong), one.row) for one in verifying.recent()] == [("not sealed", first.pk)]
    seal()
    assert list(verifying.recent()) == []


def test_command_says_that_the_log_is_whole(capsys):
    sealed()
    call_command("verify_audit_log")
    assert "The audit log is whole." in capsys.readouterr().out


def test_command_names_what_is_wrong_and_fails(capsys):
    row = sealed()[0][0]
    tamper("UPDATE audit_auditlog SET after = '{}' WHERE id = %s", row.pk)
    with pytest.raises(CommandError, match=f"altered: audit_auditlog {row.pk}"):
        call_command("verify_audit_log")
    assert f"altered: audit_auditlog {row.pk}" in capsys.readouterr().out


def test_command_takes_an_older_backup_as_it_is_when_told_to(capsys):
    sealed()
    tamper("DELETE FROM audit_auditseal WHERE number = 3")
    with pytest.raises(CommandError, match="tail of seals cut"):
        call_command("verify_audit_log")
    call_command("verify_audit_log", new_anchor=True)
    assert "whole" in capsys.readouterr().out
