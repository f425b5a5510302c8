"""Writing many rows with one statement and one audit entry for each row.

What the cache holds of them is ended after the whole import (:mod:`catalog.imports.loading`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from psycopg import sql

from shop.models import Row, Versioned, column_values, rows_written

#: New values by column name, for one row.
Values = dict[str, Any]


@contextmanager
def unhurried() -> Iterator[Any]:
    """A cursor in a transaction that may take minutes: one over a whole file, or whose commit
    runs a deferred trigger for each row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield cursor


def write(model: type[models.Model], names: Sequence[str], rows: Sequence[Values]) -> None:
    """Set the columns ``names`` (attribute names) of each row, which carries its ``id``.

    One statement. Counts up the version of versioned tables. Tells nobody; see :func:`change`.
    """
    if not rows:
        return
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in ("id", *names)]
    quoted = [sql.Identifier(field.column) for field in fields]
    typed = [
        # The type comes from the model, never from a file.
        sql.SQL("{} {}").format(name, sql.SQL(str(field.db_type(connection))))
        for name, field in zip(quoted, fields, strict=True)
    ]
    sets: list[sql.Composable] = [sql.SQL("{0} = r.{0}").format(name) for name in quoted[1:]]
    if issubclass(model, Versioned):
        sets.append(sql.SQL("version = t.version + 1"))
    statement = sql.SQL(
        "UPDATE {table} AS t SET {sets} FROM jsonb_to_recordset(%s) AS r({typed}) WHERE t.id = r.id"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        sets=sql.SQL(", ").join(sets),
        typed=sql.SQL(", ").join(typed),
    )
    with connection.cursor() as cursor:
        text = statement.as_string(cursor.connection)
        cursor.execute(text, [json.dumps(list(rows), cls=DjangoJSONEncoder)])


def lock(model: type[models.Model], ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The rows of ``ids``, deleted ones too, locked against other writers in key order.

    Checkouts that refer to them go on.
    """
    manager: Any = getattr(model, "all_objects", model._base_manager)
    rows = manager.filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}


def change(
    model: type[models.Model],
    locked: dict[UUID, Any],
    changes: dict[UUID, Values],
) -> None:
    """Write ``changes`` by id to rows that :func:`lock` gave, and tell the audit log.

    A row without values only counts up its version.
    """
    if not changes:
        return
    names = list(dict.fromkeys(name for values in changes.values() for name in values))
    rows, told = [], []
    for pk, values in changes.items():
        held = column_values(locked[pk])
        new = {name: values.get(name, held[name]) for name in names}
        rows.append({"id": pk, **new})
        told.append((pk, held, {**held, **new}))
    write(model, names, rows)
    rows_written.send(sender=model, action="update", rows=told)


def create(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write new ``rows``, and tell the audit log."""
    made: list[Any] = list(rows)
    if not made:
        return
    _copy(model, made)
    told: list[Row] = [(row.pk, {}, column_values(row)) for row in made]
    rows_written.send(sender=model, action="create", rows=told)


def _copy(model: type[models.Model], rows: list[Any]) -> None:
    # COPY: an INSERT of hundreds of rows costs more to put together and to parse than to write.
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
    )
    # Not the proxy, which looks the connection up at each use.
    link = connections[DEFAULT_DB_ALIAS]
    with (
        link.wrap_database_errors,
        link.cursor() as cursor,
        cursor.copy(statement.as_string(cursor.connection)) as copy,
    ):
        for row in rows:
            values = [field.get_db_prep_save(field.pre_save(row, True), link) for field in fields]
            copy.write_row(values)
            row._state.adding = False


def remove(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Delete ``rows``, to which nothing refers, and tell the audit log."""
    told: list[Row] = [(row.pk, column_values(row), {}) for row in rows]
    found = models.QuerySet[Any](model).filter(pk__in=[pk for pk, _before, _after in told])
    found._raw_delete(found.db)
    rows_written.send(sender=model, action="delete", rows=told)
