"""Entries of the log, seals over them, and tampering as only a superuser can."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection

from audit.chain import sealing
from audit.models import AuditLog
from audit.redacting import redact

#: A month of long ago, which can be archived.
MONTH = date(2020, 5, 1)


def fetch(statement, *parameters):
    """The first value that ``statement`` selects."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def entry(number=0, **fields):
    values = {"actor_type": "SYSTEM", "action": "VIEW", "entity": "orders.order", **fields}
    return AuditLog.objects.create(entity_id=str(number), after={"total": number}, **values)


def seal():
    """Seal all that is there."""
    return sealing.seal(margin=timedelta(0))


def sealed(seals=3, rows=3):
    """Entries by seal."""
    made = []
    for number in range(seals):
        made.append([entry(100 * number + row) for row in range(rows)])
        seal()
    return made


def tamper(statement, *parameters):
    """Run ``statement`` with all triggers switched off, as a superuser may."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def make_month():
    """The partition of ``MONTH``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE audit_auditlog_2020_05 PARTITION OF audit_auditlog"
            " FOR VALUES FROM ('2020-05-01 00:00+00') TO ('2020-06-01 00:00+00')"
        )


def entries_of_the_month():
    """Three sealed entries of ``MONTH``, the second of which is redacted."""
    make_month()
    rows = [entry(day, created_at=datetime(2020, 5, day, tzinfo=UTC)) for day in (1, 9, 31)]
    seal()
    redact(entries=[rows[1].pk], reason="erasure")
    entry(99)
    seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return rows
