"""Roles of the database: the owner migrates, the shop writes rows, reports read.

The shop's role cannot run DDL and can neither change nor remove a row of the audit log. What it
needs the owner for are two functions, made by the owner and callable by it: the partitions of the
coming months, and redaction, which appends its own entry.
"""

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from psycopg import sql

#: Only added to and read: rows of the log, events, seals and archives.
APPEND_ONLY: Final = (
    "audit_auditlog",
    "audit_securityevent",
    "audit_auditseal",
    "audit_auditarchive",
)
#: Not for reports: sessions, what opens an account, and answers that lead to orders.
SECRET: Final = (
    "accounts_user",
    "account_emailconfirmation",
    "django_session",
    "mfa_authenticator",
    "accounts_devicesession",
    "accounts_letter",
    "orders_idempotencykey",
)
#: Nor are columns with one of these words: who knows the value opens an order, a cart or a list.
SECRET_WORDS: Final = ("password", "secret", "token", "hash", "session_key")
#: Nor are these, by table, which hold such a value under another name.
SECRET_COLUMNS: Final = {
    "accounts_tries": ("key",),
    "orders_checkout": ("payment_method",),
}
#: What the shop asks the owner for.
FUNCTIONS: Final = (
    "audit_make_partitions(integer)",
    "audit_redact(text, uuid[], text, uuid, uuid, text, text)",
)
_SCHEMA: Final = "public"


def provision(*, app: str, reader: str, passwords: dict[str, str] | None = None) -> None:
    """Make the roles, or bring their rights up to date; safe to run twice.

    Run it as the owner of the tables, with the right to make roles, after each migration.
    ``passwords`` gives the roles new ones; without, a new role cannot sign in until it has one.
    """
    with transaction.atomic():
        for role in (app, reader):
            _make(role, (passwords or {}).get(role, ""))
        _run("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
        for role in (app, reader):
            _run("GRANT CONNECT ON DATABASE {database} TO {role}", role)
            _run("REVOKE ALL ON SCHEMA {schema} FROM {role}", role)
            _run("GRANT USAGE ON SCHEMA {schema} TO {role}", role)
        _let_write(app)
        _let_read(reader)


def _let_write(role: str) -> None:
    rights = "SELECT, INSERT, UPDATE, DELETE"
    _run(f"GRANT {rights} ON ALL TABLES IN SCHEMA {{schema}} TO {{role}}", role)
    _run("GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}", role)
    _run(f"{_FOR_NEW} GRANT {rights} ON TABLES TO {{role}}", role)
    _run(f"{_FOR_NEW} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {{role}}", role)
    for table in APPEND_ONLY:
        _run("REVOKE ALL ON {table} FROM {role}", role, table)
        _run("GRANT SELECT, INSERT ON {table} TO {role}", role, table)
    for partition in _partitions():
        # Rows go in and come out by the table itself.
        _run("REVOKE ALL ON {table} FROM {role}", role, partition)
    _run("REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}", role, "django_migrations")
    for function in FUNCTIONS:
        _run(f"GRANT EXECUTE ON FUNCTION {function} TO {{role}}", role)


def _let_read(role: str) -> None:
    _run("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}", role)
    # Of a new table nobody has said yet what is secret in it.
    _run(f"{_FOR_NEW} REVOKE ALL ON TABLES FROM {{role}}", role)
    for table, columns in _open_columns().items():
        _run("REVOKE ALL ON {table} FROM {role}", role, table)
        _run("GRANT SELECT ({columns}) ON {table} TO {role}", role, table, columns)
    for table in SECRET:
        _run("REVOKE ALL ON {table} FROM {role}", role, table)
    for partition in _partitions():
        _run("REVOKE ALL ON {table} FROM {role}", role, partition)
    _run("ALTER ROLE {role} SET default_transaction_read_only = on", role)


def _open_columns() -> dict[str, list[str]]:
    """Of tables with a secret column, those that are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = %s ORDER BY table_name, ordinal_position",
            [_SCHEMA],
        )
        columns = cursor.fetchall()
    secret = {(table, column) for table, column in columns if _is_secret(table, column)}
    found: dict[str, list[str]] = {table: [] for table, _column in secret}
    for table, column in columns:
        if table in found and (table, column) not in secret:
            found[table].append(column)
    return found


def _is_secret(table: str, column: str) -> bool:
    has_word = any(word in column for word in SECRET_WORDS)
    return has_word or column in SECRET_COLUMNS.get(table, ())


_FOR_NEW: Final = "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"


def _make(role: str, password: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        is_known = cursor.fetchone()[0]
    if not is_known:
        _run("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT", role)
    if password:
        with connection.cursor() as cursor:
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
            cursor.execute(statement.as_string(cursor.connection))


def _partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = 'audit_auditlog'::regclass"
        )
        return [row[0] for row in cursor.fetchall()]


def _run(text: str, role: str = "", table: str = "", columns: Sequence[str] = ()) -> None:
    with connection.cursor() as cursor:
        statement = sql.SQL(text).format(
            schema=sql.Identifier(_SCHEMA),
            database=sql.Identifier(str(connection.settings_dict["NAME"])),
            role=sql.Identifier(role or "public"),
            table=sql.Identifier(_SCHEMA, table or "none"),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        )
        cursor.execute(statement.as_string(cursor.connection))
