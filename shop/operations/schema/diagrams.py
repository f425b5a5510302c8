"""Diagrams of the tables, one for each app, drawn from the models."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.db import connection, models

from shop.operations.schema.tables import app_configs, tables

EVERYWHERE = ("created_at", "updated_at")

INTRODUCTION = """\
# Schema

Made from the models by `manage.py draw_schema`; do not edit by hand.

Each diagram shows one app: its tables with their columns, the key marked PK, references to other
tables FK, columns that are unique by themselves UK. A table without columns belongs to another
app. The times `created_at` and `updated_at`, which nearly every table has, are left out.
Constraints and triggers stand beside the fields in the models.
"""


def schema() -> str:
    """The whole page; the same models always give the same text."""
    return "\n".join([INTRODUCTION, *(_section(config) for config in app_configs())])


def _section(config: AppConfig) -> str:
    drawn = tables(config)
    lines = [f"## {config.name}", "", "```mermaid", "erDiagram"]
    for model in drawn:
        lines += [f"  {model._meta.db_table} {{", *_columns(model), "  }"]
    for model in drawn:
        lines += _relations(model)
    return "\n".join([*lines, "```", ""])


def _columns(model: type[models.Model]) -> Iterator[str]:
    alone = {
        rule.fields[0]
        for rule in model._meta.constraints
        if isinstance(rule, models.UniqueConstraint) and len(rule.fields) == 1
    }
    for field in model._meta.concrete_fields:
        is_unique = not field.primary_key and (field.unique or field.name in alone)
        marks = {"PK": field.primary_key, "FK": field.is_relation, "UK": is_unique}
        keys = ", ".join(mark for mark, applies in marks.items() if applies)
        if field.column not in EVERYWHERE:
            yield f"    {_type(field)} {field.column} {keys}".rstrip()


def _type(field: "models.Field[Any, Any]") -> str:
    """The column's type as one word: ``varchar``, ``bigint``, ``timestamptz``."""
    name = (field.db_type(connection) or "").replace("timestamp with time zone", "timestamptz")
    return re.sub(r"\W+", "_", re.sub(r"\(.*?\)", "", name)).strip("_")


def _relations(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        if not field.is_relation or field.related_model is None:
            continue
        one = "|o" if field.null else "||"
        many = "o|" if field.one_to_one else "o{"
        other = field.related_model._meta.db_table  # type: ignore[union-attr]
        yield f"  {other} {one}--{many} {model._meta.db_table} : {field.name}"
