"""Filling tables by COPY, without what would be done row by row.

Triggers of the loaded tables rest meanwhile: the load writes what they would have written.
References are checked once at the end, not per row, and the indexes of a table that will be
mostly new are built when it is full, which is many times quicker.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

#: Told of a phase how much of how much is done.
Watch = Callable[[str, int, int], None]
#: Rows as lines of text, by name of the table.
Lines = dict[str, list[str]]

#: Things whose rows are made, and sent, at a time.
CHUNK = 1_000
NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

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
    """A model with the columns that lines of text bring for it; the rest are its defaults.

    ``number`` tells keys of its rows from those of others that are made at the same time.
    """

    model: type[models.Model]
    number: int
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def copy(self, lines: Sequence[str]) -> int:
        """COPY ``lines``, each one row in text format without its line end; how many."""
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
        return len(lines)

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


def row(*values: object) -> str:
    """A line whose values hold nothing that the text format means something by."""
    return "\t".join(map(str, values))


def escaped(text: str) -> str:
    """Any text as a value of a line."""
    return text.translate(_ESCAPES)


def pour(
    tables: Sequence[Table],
    make: Callable[[range], Lines],
    numbers: range,
    watch: Callable[[int, int], None],
) -> int:
    """COPY what ``make`` makes of ``numbers``; returns how many rows.

    One chunk is made while the database takes the one before.
    """
    rows = 0
    chunks = [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
    with ThreadPoolExecutor(max_workers=1) as workshop:
        ahead = workshop.submit(make, chunks[0])
        for place, chunk in enumerate(chunks, start=1):
            lines = ahead.result()
            if place < len(chunks):
                ahead = workshop.submit(make, chunks[place])
            rows += sum(table.copy(lines[table.name]) for table in tables)
            watch(chunk.stop - numbers.start, len(numbers))
    return rows


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
        # Whoever goes on in this transaction has until its end again.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def analyze(tables: Collection[str]) -> None:
    """Let the planner know the new rows before the first page is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


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
