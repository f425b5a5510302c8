"""A row in each table that knows of a person, with a mark in every column, made from the models."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from shop.accounts.privacy.parts import all_parts, part_of, personal_columns
from shop.models import new_id

#: Letters that neither keys nor random names of files are made of.
LETTERS = "ghijklmnopqrstuvwxy"
#: What every mark looks like, for PostgreSQL and Python alike; and the network of marked addresses.
PATTERN = "zq[g-y]{4}qz|2001:db8:5a51"
TEXTS = ("text", "character varying", "json", "jsonb", "inet", "ARRAY", "character")


class Planter:
    """Plants one row for each part of the register, found by ``user`` and their ``email``."""

    def __init__(self, user, email, overrides):
        self.user, self.email, self.overrides = user, email, overrides
        self.rows = {}
        self.planted = {}
        self._count = 0

    def plant_all(self):
        for part in all_parts():
            self.row(part.model)

    def row(self, model):
        """The row of a model, made when it is asked for the first time."""
        if model not in self.rows:
            self.rows[model] = None
            values = {
                column.attname: self._value(model, column) for column in model._meta.concrete_fields
            }
            row = model(**{name: value for name, value in values.items() if value is not ...})
            # Without what save() of the model does; the audit log is told all the same.
            models.Model.save_base(row, force_insert=True)
            self.rows[model] = model._base_manager.get(pk=row.pk)
        return self.rows[model]

    def mark(self, model, column):
        """A mark of its own for a column, as long as the column may be."""
        self._count += 1
        number, letters = self._count, ""
        for _place in range(4):
            number, rest = divmod(number, len(LETTERS))
            letters += LETTERS[rest]
        text = f"zq{letters}qz"
        self.planted[text] = f"{model._meta.label}.{column.name}"
        return text

    def _value(self, model, column):
        known = self.overrides.get(model._meta.label, {})
        if column.name in known:
            value = known[column.name]
            return value(self) if callable(value) else value
        if getattr(column, "generated", False):
            return ...
        if column.is_relation:
            return self._related(model, column)
        part = part_of(model)
        is_marked = part is not None and column.name not in part.kept
        if is_marked and column in personal_columns(model) and not is_short(column):
            return self._marked(model, column)
        return self._plain(column)

    def _related(self, model, column):
        target = column.related_model
        if target is type(self.user):
            return self.user.pk if column.name in ("user", "customer") or not column.null else None
        if part_of(target) is None and column.null:
            return None
        made = self.row(target) if target is not model else None
        return made.pk if made is not None else None

    def _marked(self, model, column):
        mark = self.mark(model, column)
        if isinstance(column, models.EmailField):
            return self.email
        if isinstance(column, models.GenericIPAddressField):
            self._count += 1
            return f"2001:db8:5a51::{self._count:x}"
        if isinstance(column, ArrayField):
            is_mail = isinstance(column.base_field, models.EmailField)
            return [self.email if is_mail else mark]
        if isinstance(column, models.JSONField):
            return [mark] if column.default is list else {"said": mark}
        if isinstance(column, models.URLField):
            return f"https://{mark}.example"
        return mark

    def _plain(self, column):
        if column.primary_key and isinstance(column, models.UUIDField):
            return new_id()
        if column.has_default():
            return column.get_default()
        if column.has_db_default() or isinstance(column, models.AutoField) or column.null:
            return ... if not column.null else None
        if column.choices:
            return column.choices[0][0]
        self._count += 1
        plain = {
            models.BooleanField: False,
            models.DateTimeField: timezone.now(),
            models.DateField: timezone.localdate(),
            models.UUIDField: new_id(),
            models.JSONField: {},
            models.IntegerField: 1,
        }
        for kind, value in plain.items():
            if isinstance(column, kind):
                return value
        return f"plain-{self._count}"[: column.max_length]


def is_short(column):
    """Whether no mark fits into a column, as with currencies and the last four digits of a card."""
    return isinstance(column, models.CharField) and (column.max_length or 99) < 8


def marks_in_database():
    """``table.column`` of every column of every table in which a mark stands."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, array_agg(column_name::text), array_agg(data_type::text)
            FROM information_schema.columns JOIN information_schema.tables
                USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                AND (data_type = ANY(%s) OR data_type = 'bytea')
            GROUP BY table_name
            """,
            [list(TEXTS)],
        )
        for table, columns, kinds in cursor.fetchall():
            texts = [
                f"encode(\"{name}\", 'escape')" if kind == "bytea" else f'"{name}"::text'
                for name, kind in zip(columns, kinds, strict=True)
            ]
            looks = ", ".join(f"coalesce(bool_or({text} ~* %s), false)" for text in texts)
            cursor.execute(f'SELECT {looks} FROM "{table}"', [PATTERN] * len(texts))
            hits = cursor.fetchone()
            found |= {f"{table}.{name}" for name, hit in zip(columns, hits, strict=True) if hit}
    return found


def past(days):
    return timezone.now() - timedelta(days=days)
