"""The audit table only ever grows, month by month."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit import partitions
from audit.models import AuditLog

pytestmark = pytest.mark.django_db


def fetch(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def written(**fields):
    values = {"actor_type": "SYSTEM", "action": "VIEW", "entity": "orders.order", "entity_id": "1"}
    return AuditLog.objects.create(**(values | fields))


def partition_of(entry):
    return fetch("SELECT tableoid::regclass::text FROM audit_auditlog WHERE id = %s", entry.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditlog SET action = 'EXPORT'",
        "DELETE FROM audit_auditlog",
        "TRUNCATE audit_auditlog",
        "UPDATE {partition} SET action = 'EXPORT'",
        "DELETE FROM {partition}",
        "TRUNCATE {partition}",
    ],
)
def test_entry_can_only_be_appended(statement):
    entry = written()
    refused = statement.format(partition=partition_of(entry))
    # Otherwise TRUNCATE stumbles over the row's own foreign key check.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    answer = r"append-only|Cannot delete"
    with pytest.raises(DatabaseError, match=answer), transaction.atomic():
        fetch(refused)
    assert AuditLog.objects.get().action == "VIEW"


def test_entry_cannot_be_changed_or_deleted_through_the_model():
    entry = written()
    for act in (entry.delete, AuditLog.objects.all().delete, entry.save):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert AuditLog.objects.count() == 1


def test_entry_goes_to_the_partition_of_its_month():
    entry = written()
    month = fetch("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")
    assert partition_of(entry) == f"audit_auditlog_{month}"


def test_entry_of_a_month_without_partition_is_kept():
    entry = written(created_at=timezone.now() + timedelta(days=4000))
    assert partition_of(entry) == "audit_auditlog_default"


def test_partitions_are_made_ahead_once():
    # A month may have begun since the tables were made.
    assert partitions.make_ahead() in (0, 1)
    assert partitions.make_ahead() == 0
    assert partitions.make_ahead(6) == 3
    assert partitions.make_ahead(6) == 0


def test_partition_made_ahead_takes_its_month():
    fetch("SELECT audit_make_partitions(6)")
    moment = fetch("SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + interval '6 months'")
    entry = written(created_at=timezone.make_aware(moment, timezone.get_fixed_timezone(0)))
    assert partition_of(entry) == f"audit_auditlog_{moment:%Y_%m}"


def test_history_of_one_object_reads_its_index():
    entries = [
        AuditLog(actor_type="SYSTEM", action="VIEW", entity="orders.order", entity_id=str(number))
        for number in range(2000)
    ]
    AuditLog.objects.bulk_create(entries)
    # What the plan goes by is this table, not what an earlier test left of its statistics.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_auditlog")
    history = AuditLog.objects.filter(entity="orders.order", entity_id="7")
    plan = history.order_by("-created_at").explain()
    assert re.search(r"Index Cond: .*entity_id.* = '7'", plan), plan
