"""Rows that come along with another one as JSON, so that a page costs one statement."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=models.Model)


# Of these fields JSON gives values as Python has them.
_AS_THEY_ARE = frozenset(
    kind.to_python
    for kind in (
        models.BooleanField,
        models.CharField,
        models.IntegerField,
        models.JSONField,
        models.TextField,
    )
)


def row_of(model: type[M], values: Mapping[str, Any]) -> M:
    """A row as the model would read it, of its columns as PostgreSQL's ``to_json`` gives them."""
    names, readers = _readers(model)
    columns = [
        values[column] if read is None or values[column] is None else read(values[column])
        for column, read in readers
    ]
    return model.from_db("default", names, columns)


@lru_cache(maxsize=200)
def _readers(
    model: type[models.Model],
) -> tuple[list[str], list[tuple[str, Callable[[Any], Any] | None]]]:
    """The attributes of ``model``, and for each its column and what makes a value of its JSON."""
    fields = model._meta.concrete_fields
    return [one.attname for one in fields], [(one.column, _reader(one)) for one in fields]


def _reader(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    return None if type(field).to_python in _AS_THEY_ARE else field.to_python


def rows_as_json(field: Any, *order: str) -> RawSQL:
    """All rows of the model that refer by ``field`` to the row of a query, by columns ``order``."""
    model, target = field.model, field.remote_field.model._meta
    table, column = model._meta.db_table, field.column
    by = ", ".join(f"own.{name}" for name in order)
    # Names of tables and columns, none from outside.
    text = f"""(
        SELECT coalesce(json_agg(to_json(own) ORDER BY {by}), '[]') FROM {table} own
        WHERE own.{column} = {target.db_table}.{target.pk.column}
    )"""  # noqa: S608
    return RawSQL(text, [])  # noqa: S611 # nosec B611


def bring_along(instance: models.Model, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Let ``instance.<name>.all()`` give ``rows`` of JSON, as if they had been prefetched."""
    relation: Any = instance._meta.get_field(name)
    model = relation.related_model
    made: Sequence[Any] = [row_of(model, values) for values in rows]
    for row in made:
        setattr(row, relation.field.name, instance)
    found: Any = model._default_manager.all()
    found._result_cache, found._prefetch_done = list(made), True
    cache: Any = instance.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[name] = found
