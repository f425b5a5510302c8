"""Takes the rows that a transactional test leaves out of the few tables that have any.

Django would truncate all tables, which is slow, and fill its own again. What looks stays connected
from test to test, because planning for a hundred tables takes longer than looking, and so does a
new connection's learning of them.
"""

from django.db import connection

from shop.accounts.roles import Role

#: Tables that are filled once, with the same rows for every test: what Django makes of the models,
#: and the roles.
FILLED = {"auth_group", "auth_group_permissions", "auth_permission", "django_content_type"}
#: Takes groups that are no roles away; they go with their permissions.
OTHER_GROUPS = """
    WITH others AS (SELECT id FROM auth_group WHERE name <> ALL (%s)),
        theirs AS (DELETE FROM auth_group_permissions WHERE group_id IN (SELECT id FROM others))
    DELETE FROM auth_group WHERE id IN (SELECT id FROM others)
"""
#: The queue of the worker, whose models Django does not manage.
QUEUE = {
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}


class Flusher:
    """Empties the tables over a connection of its own."""

    def __init__(self):
        self._link = None

    def flush(self):
        """Leave what a migrated database has, and the roles."""
        # What the test left open would be waited for.
        connection.close()
        if self._link is None or not self._link.is_usable():
            self._connect()
        with self._link.cursor() as cursor:
            cursor.execute("BEGIN")
            # Again until none is left: a request that is still on its way may write once more.
            while found := _tables_with_rows(cursor):
                for table in found:
                    cursor.execute(f"DELETE FROM {table}")
            cursor.execute(OTHER_GROUPS, [list(Role)])
            cursor.execute("COMMIT")

    def _connect(self):
        self.close()
        self._link = connection.copy()
        with self._link.cursor() as cursor:
            # Ledgers give up their rows to nobody else; and all go, whatever they refer to.
            cursor.execute("SET session_replication_role = replica")
            named = self._link.introspection.django_table_names(only_existing=True)
            parts = [
                f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"
                for table in sorted({*named, *QUEUE} - FILLED)
            ]
            cursor.execute(f"PREPARE rows_left AS {' UNION ALL '.join(parts)}")

    def close(self):
        if self._link is not None:
            self._link.close()
            self._link = None


def _tables_with_rows(cursor):
    cursor.execute("EXECUTE rows_left")
    return [table for (table,) in cursor.fetchall()]
