"""Filling tables by COPY, without what would be done row by row.

Triggers of the loaded tables rest meanwhile: the load writes what they would have written.
References are checked once at the end, not per row, and the indexes of a table that will be
mostly new are built when it is full, which is many times quicker.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

Watch = Callable[[str, int, int], None]

# Constraints of tables that can be made again afterwards. Keys that others refer to stay.
_CONSTRAINTS = """
    SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid), c.contype
    FROM pg_constraint c
    WHERE c.conrelid = ANY (%(tables)s::regclass[]) AND c.contype = ANY (%(kinds)s)
    AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = c.conrelid
                    AND f.conindid = c.conindid AND f.contype = 'f')
    ORDER BY c.contype = 'f', c.conname
"""
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype
    FROM pg_constraint WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype = 'f'
    ORDER BY conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index i
    WHERE indrelid = ANY (%(tables)s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY 1
"""


@dataclass(frozen=True)
class Table:
    """A model with the columns that lines of text bring for it; the rest are its defaults."""

    model: type[models.Model]
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def copy(self, lines: Iterable[str]) -> None:
        """COPY ``lines``, each one row in text format without its line end."""
        constants = self._constants()
        end = "".join(f"\t{text}" for text in constants.values()) + "\n"
        columns = ", ".join(map(connection.ops.quote_name, (*self.columns, *constants)))
        text = "".join(line + end for line in lines)
        if text:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy,
            ):
                copy.write(text)

    def _constants(self) -> dict[str, str]:
        """Columns that are the same in every line and that the database cannot fill."""
        constants = {}
        for field in self.model._meta.concrete_fields:
            has_own = field.column in self.columns or field.generated
            if has_own or field.null or field.db_default is not NOT_PROVIDED:
                continue
            default = field.get_default()
            if default is None:
                raise LookupError(f"{field} has no default: the load has to fill it")
            constants[field.column] = _text(field, default)
        return constants


@contextmanager
def bare(tables: Collection[str], *, unindexed: Sequence[str], watch: Watch) -> Iterator[None]:
    """Tables without triggers and references, ``unindexed`` ones without indexes, and back again.

    Inside a transaction, which has the tables to itself until it ends.
    """
    constraints = _rows(_FOREIGN_KEYS, tables=list(tables))
    constraints += _rows(_CONSTRAINTS, tables=list(unindexed), kinds=["u", "p"])
    indexes = _rows(_INDEXES, tables=list(unindexed))
    with connection.cursor() as cursor:
        # What was written before must not have checks outstanding.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table, name, _definition, _kind in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        steps = len(indexes) + len(constraints)
        for step, (_name, definition) in enumerate(indexes):
            watch("indexes", step, steps)
            cursor.execute(definition)
        last = sorted(constraints, key=lambda row: row[3] == "f")
        for step, (table, name, definition, _kind) in enumerate(last, start=len(indexes)):
            watch("indexes", step, steps)
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        watch("indexes", steps, steps)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _text(field: "models.Field[Any, Any]", default: Any) -> str:
    if isinstance(field, models.JSONField):
        return json.dumps(default)
    return "{}" if isinstance(default, list) else str(default)


def size_of(table: str) -> int:
    """How many rows a table has; a million stands for more."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT 1000000) t")  # noqa: S608
        return int(cursor.fetchone()[0])


def _rows(sql: str, **parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
