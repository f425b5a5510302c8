"""The months of the audit log's table."""

from django.db import connection

#: Months for which a partition stands ready, beside the current one.
MONTHS_AHEAD = 3


def make_ahead(months: int = MONTHS_AHEAD) -> int:
    """Make the partitions of this and the next ``months``; returns how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions(%s)", [months])
        (made,) = cursor.fetchone()
    return int(made)
