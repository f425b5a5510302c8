"""A redaction takes what is personal, says so, and leaves the chain whole."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit import recording
from audit.chain import verifying
from audit.models import AuditLog, SecurityEvent
from audit.redacting import redact
from audit.security import note
from audit.tests.factories import entry, seal, tamper
from catalog.models import Brand
from orders.tests.factories import member
from shop.actor import Actor, ActorType, acting_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("anchor")]


def findings():
    return [(one.wrong.value, one.row) for one in verifying.findings()]


def personal():
    return entry(1, before={"email": "a@b.example"}, ip_address="203.0.113.9", user_agent="Firefox")


def test_values_are_gone_and_the_rest_stays():
    row = personal()
    assert redact(entries=[row.pk], reason="erasure") == 1
    stored = AuditLog.objects.get(pk=row.pk)
    assert (stored.before, stored.after, stored.ip_address, stored.user_agent) == ({}, {}, None, "")
    assert stored.salt is None
    assert (stored.action, stored.entity, stored.entity_id) == ("VIEW", "orders.order", "1")


@pytest.mark.parametrize("is_sealed_before", [True, False])
def test_chain_holds_after_a_redaction(is_sealed_before):
    row = personal()
    if is_sealed_before:
        seal()
    redact(entries=AuditLog.objects.filter(pk=row.pk), reason="erasure")
    seal()
    assert findings() == []


def test_redaction_is_an_entry_of_its_own():
    row, staff = personal(), member(is_staff=True)
    with acting_as(Actor(ActorType.STAFF, staff.pk, request_id="req-1")):
        redact(entries=[row.pk], reason="erasure")
    told = AuditLog.objects.get(action="REDACT")
    assert (told.actor, told.request_id, told.entity) == (staff, "req-1", "audit.auditlog")
    assert told.after == {"reason": "erasure", "entries": [str(row.pk)]}
    assert AuditLog.objects.get(pk=row.pk).redaction_id == told.pk


def test_second_redaction_changes_nothing():
    row = personal()
    redact(entries=[row.pk], reason="erasure")
    assert redact(entries=[row.pk], reason="erasure") == 0
    assert AuditLog.objects.filter(action="REDACT").count() == 1


def test_entry_that_waits_for_the_end_of_its_act_is_redacted():
    with recording.batch():
        brand = Brand.objects.create(name="Ada", slug="ada")
        about = AuditLog.objects.filter(entity_id=str(brand.pk))
        assert redact(entries=about, reason="erasure") == 1
    assert about.get().after == {}


def test_security_event_is_redacted():
    note(SecurityEvent.Kind.SIGN_IN_FAILED, payload={"email": "a@b.example"})
    seal()
    assert redact(entries=SecurityEvent.objects.all(), reason="erasure") == 1
    assert SecurityEvent.objects.get().payload == {}
    assert findings() == []


@pytest.mark.parametrize(
    "change",
    [
        "before = '{}'",
        "before = '{}', after = '{}', ip_address = NULL, user_agent = '', salt = NULL",
        "redaction_id = gen_random_uuid()",
        "before = '{}', after = '{}', ip_address = NULL, user_agent = '', salt = NULL,"
        " redaction_id = {entry}, values_digest = sha256('')",
        "before = '{}', after = '{}', ip_address = NULL, user_agent = '', salt = NULL,"
        " action = 'EXPORT', redaction_id = {entry}, values_digest = {digest}",
        "before = '{}', after = '{}', ip_address = NULL, user_agent = '', salt = NULL,"
        " redaction_id = gen_random_uuid(), values_digest = {digest}",
    ],
)
def test_database_refuses_what_is_no_whole_redaction(change):
    row, other = personal(), entry(2)
    redact(entries=[other.pk], reason="erasure")
    told = AuditLog.objects.get(action="REDACT")
    values = "jsonb_build_array(salt, before, after, ip_address, user_agent)::text"
    digest = f"sha256(convert_to({values}, 'UTF8'))"
    text = change.replace("{entry}", f"'{told.pk}'").replace("{digest}", digest)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE audit_auditlog SET {text} WHERE id = %s", [row.pk])
    assert AuditLog.objects.get(pk=row.pk).before == {"email": "a@b.example"}


def test_values_blanked_without_an_entry_are_found():
    row, other = personal(), entry(2)
    redact(entries=[other.pk], reason="erasure")
    seal()
    tamper(
        "UPDATE audit_auditlog SET before = '{}', after = '{}', ip_address = NULL, user_agent = '',"
        " salt = NULL, values_digest = sha256(convert_to(jsonb_build_array(salt, before, after,"
        " ip_address, user_agent)::text, 'UTF8')), redaction_id = %s WHERE id = %s",
        AuditLog.objects.get(action="REDACT").pk,
        row.pk,
    )
    assert findings() == [("altered", row.pk)]


def test_value_put_back_into_a_redacted_row_is_found():
    row = personal()
    redact(entries=[row.pk], reason="erasure")
    seal()
    tamper("UPDATE audit_auditlog SET after = '{\"total\": 9}' WHERE id = %s", row.pk)
    assert findings() == [("altered", row.pk)]


def test_nobody_redacts_another_table():
    with pytest.raises(DatabaseError, match="nothing is redacted"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_redact('orders_order', '{}', 'x', gen_random_uuid(), NULL, 'SYSTEM', '')"
        )
