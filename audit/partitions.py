"""The months of the audit log's table."""

from datetime import date, datetime

from django.db import connection

#: Months for which a partition stands ready, beside the current one.
MONTHS_AHEAD = 3


def make_ahead(months: int = MONTHS_AHEAD) -> int:
    """Make the partitions of this and the next ``months``; returns how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions(%s)", [months])
        (made,) = cursor.fetchone()
    return int(made)


def months() -> list[date]:
    """The first days of the months that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'audit_auditlog'::regclass"
        )
        names = [row[0].strip('"') for row in cursor.fetchall()]
    return sorted(
        datetime.strptime(name[-7:], "%Y_%m").date()
        for name in names
        if not name.endswith("_default")
    )
