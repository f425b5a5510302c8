"""Entries of the log, seals over them, and tampering as only a superuser can."""

from datetime import timedelta

from django.db import connection

from audit.chain import sealing
from audit.models import AuditLog


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
