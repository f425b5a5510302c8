"""Statements of the pages and acts that cost most: written once, planned by PostgreSQL once.

Django writes values into each statement, so that PostgreSQL parses and plans it anew each time.
Here they travel beside it, and a connection keeps the plan of a statement that it has run
``DATABASE_PREPARE_AFTER`` times. Whoever watches statements sees these like all others.

``%s`` stands for a value. Its type is what the statement makes of it: where that leaves a doubt,
the statement says so (``%s::uuid[]``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]
from psycopg import RawCursor

M = TypeVar("M", bound=models.Model)


class _Cursor(RawCursor[Any]):
    """Takes ``%s`` as all statements of the shop do."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        # Only for these: a connection would keep the text of all others too, with their values.
        self.connection.prepare_threshold = settings.DATABASE_PREPARE_AFTER or None
        try:
            return super().execute(_numbered(query), params, **options)
        finally:
            self.connection.prepare_threshold = None


def cursor() -> CursorWrapper:
    """A cursor of the connection that goes on in its transaction, if there is one."""
    own = connections[DEFAULT_DB_ALIAS]
    if own.queries_logged:
        # Who reads the statements wants to see their values.
        return own.cursor()
    if any(getattr(one, "__module__", "").startswith("pgtrigger.") for one in own.execute_wrappers):
        # Triggers rest: a command goes before each statement, and together they cannot be planned.
        return own.cursor()
    own.ensure_connection()
    raw: Any = _Cursor(own.connection)
    return own.make_cursor(raw)


def run(text: str, values: Sequence[Any]) -> CursorWrapper:
    """Run a statement; what it gives is in the cursor. Raises what the database raises."""
    made = cursor()
    made.execute(text, values)
    return made


class Given(Expression):
    """The place of a value in a query of :class:`Rows`."""

    def __init__(self, name: str, output_field: "models.Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


@dataclass(frozen=True)
class _Plan:
    """A query that was compiled, and how its rows become objects."""

    text: str
    params: Sequence[Any]
    model: type[models.Model]
    columns: slice
    names: list[str]
    related: Sequence[Any]
    annotations: Sequence[tuple[str, int]]
    converters: Sequence[tuple[int, tuple[Any, Any]]]


class Rows(Generic[M]):
    """A query that is compiled at its first use, with :class:`Given` where its values go.

    ``query`` says what is read, of ``select_related`` and annotations too, but not of prefetches.
    """

    def __init__(self, query: Callable[[], "models.QuerySet[M]"]) -> None:
        self._query = query
        self._plan: _Plan | None = None

    def read(self, **values: Any) -> list[M]:
        """The rows with these values. One statement."""
        plan = self._plan = self._plan or _compiled(self._query())
        params = [values[one.name] if type(one) is Given else one for one in plan.params]
        with run(plan.text, params) as found:
            rows = found.fetchall()
        own = connections[DEFAULT_DB_ALIAS]
        return [_built(plan, list(row), own) for row in rows]


def _compiled(queryset: "models.QuerySet[Any]") -> _Plan:
    compiler: Any = queryset.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    text, params = compiler.as_sql()
    chosen, info = compiler.select, compiler.klass_info
    columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    return _Plan(
        text=text,
        params=params,
        model=info["model"],
        columns=columns,
        names=[one[0].target.attname for one in chosen[columns]],
        related=get_related_populators(info, chosen, queryset.db),
        annotations=list((compiler.annotation_col_map or {}).items()),
        converters=list(compiler.get_converters([one[0] for one in chosen]).items()),
    )


def _built(plan: _Plan, row: list[Any], connection: BaseDatabaseWrapper) -> Any:
    for place, (converters, expression) in plan.converters:
        for converter in converters:
            row[place] = converter(row[place], expression, connection)
    made = plan.model.from_db(DEFAULT_DB_ALIAS, plan.names, row[plan.columns])
    for populator in plan.related:
        populator.populate(row, made)
    for name, place in plan.annotations:
        setattr(made, name, row[place])
    return made


@lru_cache(maxsize=200)
def _numbered(text: str) -> bytes:
    """``text`` with the places numbered, as PostgreSQL wants them."""
    first, *others = text.replace("%%", "\0").split("%s")
    numbered = first + "".join(f"${number}{rest}" for number, rest in enumerate(others, start=1))
    return numbered.replace("\0", "%").encode()
