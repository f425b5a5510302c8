"""A row of any table, without a thought about what it means: only its columns count."""

import datetime
import uuid
from contextlib import contextmanager
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from audit.recording import UNTOLD
from shop.tests.numbering import Numbers

_NUMBERS = Numbers()


@contextmanager
def without_rules(model):
    """Write rows of ``model`` that refer to nothing and keep no rule; ends with the test."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN"
            " ('c', 'u', 'x')",
            [table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        cursor.execute("SET LOCAL session_replication_role = replica")
    yield


def made(model):
    """A row that is not saved yet."""
    return model(**{one.attname: value(one) for one in columns(model)})


def columns(model):
    """The columns that a row needs a value for."""
    return [
        one
        for one in model._meta.concrete_fields
        if not one.generated and not isinstance(one, models.AutoField) and one.name != "deleted_at"
    ]


def changing_column(model):
    """A column that a writer may change, and that the log tells."""
    plain = [
        one
        for one in columns(model)
        if not one.primary_key
        and one.attname not in UNTOLD
        and one.attname not in getattr(model, "unsaved_columns", ())
    ]
    order = (models.CharField, models.IntegerField, models.DateTimeField, models.Field)
    named = [one for one in plain if not one.name.endswith(("_at", "version"))] or plain
    for kind in order:
        for one in named:
            if isinstance(one, kind) and not one.choices and not one.is_relation:
                return one
    return named[0]


def another(field, current):
    """A value that is not ``current``."""
    if isinstance(field, models.BooleanField):
        return not current
    if field.choices:
        return next(key for key, _ in field.flatchoices if key not in (None, "", current))
    return value(field)


def value(field):
    """A value that fits, another one each time where the column can hold many."""
    number = next(_NUMBERS)
    if field.is_relation:
        return value(field.target_field) if field.target_field is not field else uuid.uuid4()
    if field.choices:
        return next(key for key, _ in field.flatchoices if key not in (None, ""))
    for kind, make in _MAKERS.items():
        if isinstance(field, kind):
            return make(field, number)
    return None


def _text(field, number):
    text = f"{number:x}"
    return text[-field.max_length :] if field.max_length else text


_MAKERS = {
    models.UUIDField: lambda field, number: uuid.uuid4(),
    models.EmailField: lambda field, number: f"p{number}@example.org",
    models.GenericIPAddressField: lambda field, number: "203.0.113.9",
    models.FileField: lambda field, number: f"f{number}",
    models.CharField: _text,
    models.TextField: _text,
    models.BooleanField: lambda field, number: False,
    models.IntegerField: lambda field, number: number,
    models.FloatField: lambda field, number: float(number),
    models.DecimalField: lambda field, number: Decimal(number % 9),
    models.DateTimeField: lambda field, number: (
        datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(hours=number)
    ),
    models.DateField: lambda field, number: (
        datetime.date(2020, 1, 1) + datetime.timedelta(days=number)
    ),
    models.TimeField: lambda field, number: datetime.time(number % 24),
    models.DurationField: lambda field, number: datetime.timedelta(hours=number),
    models.JSONField: lambda field, number: {"number": number},
    models.BinaryField: lambda field, number: bytes([number % 256]),
    ArrayField: lambda field, number: [value(field.base_field)],
}
