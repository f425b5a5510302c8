"""New rows as an INSERT, without asking each field of each row how it is written.

What a value of a type becomes is worked out once for each column; what is not known here is left to
the field, and whatever the database has to compute to Django's own compiler.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import sql
from django.db.models.expressions import DatabaseDefault


@dataclass(frozen=True)
class Column:
    """How a field's values are written: those of ``plain`` types as they are."""

    field: Any
    name: str
    column: str
    #: Whether the value is the attribute, and not worked out when it is written.
    is_attribute: bool
    plain: frozenset[type]
    #: What makes of values of other types what the database takes.
    made_by: Mapping[type, Callable[[Any], Any]]

    def written(self, value: Any) -> Any:
        """``value`` as it goes to the database."""
        kind = type(value)
        if kind in self.plain:
            return value
        if kind in self.made_by:
            return self.made_by[kind](value)
        if str in self.plain and isinstance(value, str):
            # A choice, or a text marked as safe.
            return str.__str__(value)
        return self.field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


#: What Django does with a value before it is written, and fields where that leaves it as it is.
_PREPARING = ("get_db_prep_save", "get_db_prep_value", "get_prep_value", "to_python")
_PLAIN_FIELDS: Mapping[type[Any], type] = {
    models.BooleanField: bool,
    models.CharField: str,
    models.DateField: date,
    models.TextField: str,
    models.UUIDField: UUID,
}


def statement(model: type[models.Model], rows: list[models.Model]) -> tuple[str, tuple[Any, ...]]:
    """The INSERT of new ``rows``, and its values."""
    columns = _columns(model)
    made = [_values(columns, row) for row in rows]
    kinds = {type(value) for row in made for value in row}
    if DatabaseDefault in kinds:
        # What the database fills in for all rows needs no place in the statement.
        given = [
            place
            for place in range(len(columns))
            if not all(type(row[place]) is DatabaseDefault for row in made)
        ]
        columns = [columns[place] for place in given]
        made = [[row[place] for place in given] for row in made]
        kinds = {type(value) for row in made for value in row}
    if any(hasattr(kind, "as_sql") for kind in kinds):
        return _compiled_insert(model, [one.field for one in _columns(model)], rows)
    names = ", ".join([f'"{one.column}"' for one in columns])
    places = f"({', '.join(['%s'] * len(columns))})"
    text = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608
    values = [
        value if type(value) in one.plain else one.written(value)
        for row in made
        for one, value in zip(columns, row, strict=True)
    ]
    return text + ", ".join([places] * len(rows)), tuple(values)


def columns_of(model: type[models.Model], names: Sequence[str]) -> list[Column]:
    """The columns of the fields ``names``."""
    known = _by_field(model)
    return [known[name] for name in names]


def filled_in(row: models.Model) -> list[Column]:
    """What the database fills in of a new ``row``."""
    loaded = vars(row)
    return [one for one in _columns(type(row)) if type(loaded[one.name]) is DatabaseDefault]


def _values(columns: Sequence[Column], row: models.Model) -> list[Any]:
    loaded = vars(row)
    return [
        loaded[one.name] if one.is_attribute else one.field.pre_save(row, True) for one in columns
    ]


@lru_cache(maxsize=200)
def _columns(model: type[models.Model]) -> list[Column]:
    fields: list[Any] = [one for one in model._meta.local_concrete_fields if not one.generated]
    return [
        Column(one, one.attname, one.column, _is_attribute(one), *_types(one)) for one in fields
    ]


@lru_cache(maxsize=200)
def _by_field(model: type[models.Model]) -> dict[str, Column]:
    columns = _columns(model)
    return {one.name: one for one in columns} | {one.field.name: one for one in columns}


def _is_attribute(field: Any) -> bool:
    pre_save = type(field).pre_save
    if pre_save is models.DateTimeField.pre_save:
        return not (field.auto_now or field.auto_now_add)
    return pre_save is models.Field.pre_save


def _types(field: Any) -> tuple[frozenset[type], Mapping[type, Callable[[Any], Any]]]:
    """Types of values that the field leaves as they are, and what it makes of others."""
    if type(field) in (models.ForeignKey, models.OneToOneField):
        plain, made_by = _types(field.target_field)
        # An empty text would be no key.
        return plain - {str}, made_by
    nothing = frozenset({type(None)})
    ops: Any = connections[DEFAULT_DB_ALIAS].ops
    for known, kind in _PLAIN_FIELDS.items():
        if isinstance(field, known) and _prepares_as(field, known):
            return nothing | {kind}, {}
    if isinstance(field, models.IntegerField) and _prepares_as(field, models.IntegerField):
        return nothing, {int: ops.integerfield_type_map[field.get_internal_type()]}
    if isinstance(field, models.DateTimeField) and _prepares_as(field, models.DateTimeField):
        return nothing, {datetime: partial(_moment, field)}
    if isinstance(field, models.JSONField) and _prepares_as(field, models.JSONField):
        as_json = partial(ops.adapt_json_value, encoder=field.encoder)
        return nothing, {dict: as_json, list: as_json}
    return frozenset(), {}


def _prepares_as(field: Any, known: type[Any]) -> bool:
    return all(getattr(type(field), name) is getattr(known, name) for name in _PREPARING)


def _moment(field: Any, value: datetime) -> Any:
    """A time with its zone goes as it is; what to make of another one is Django's to say."""
    is_aware = value.tzinfo is not None
    return value if is_aware else field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


def _compiled_insert(
    model: type[models.Model], fields: list[Any], rows: list[models.Model]
) -> tuple[str, tuple[Any, ...]]:
    query = sql.InsertQuery(model)
    query.insert_values(fields, rows)
    [(text, values)] = query.get_compiler(connection=connection).as_sql()
    return text, tuple(values)
