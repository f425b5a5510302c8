"""Draws the tables of every app into docs/schema.md."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models
from django.utils.translation import gettext as _

PAGE = settings.BASE_DIR / "docs" / "schema.md"
#: Our apps, from the ground floor up.
APPS = (
    "accounts",
    "audit",
    "inventory",
    "catalog",
    "orders",
    "payments",
    "bookings",
    "operations",
)

EVERYWHERE = ("created_at", "updated_at")

INTRODUCTION = """\
# Schema

Made from the models by `manage.py draw_schema`; do not edit by hand.

Each diagram shows one app: its tables with their columns, the key marked PK, references to other
tables FK, columns that are unique by themselves UK. A table without columns belongs to another
app. The times `created_at` and `updated_at`, which nearly every table has, are left out.
Constraints and triggers stand beside the fields in the models.
"""


class Command(BaseCommand):
    help = "Draw docs/schema.md, one diagram per app, from the models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if the page is stale"
        )

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        page = schema()
        is_fresh = PAGE.is_file() and PAGE.read_text("utf-8") == page
        if check:
            if not is_fresh:
                raise CommandError(_("docs/schema.md is stale; run manage.py draw_schema."))
            self.stdout.write(_("docs/schema.md is up to date."))
            return
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, "utf-8")
        self.stdout.write(_("docs/schema.md is drawn."))


def schema() -> str:
    """The whole page; the same models always give the same text."""
    installed = {config.label: config for config in apps.get_app_configs()}
    configs = [installed[label] for label in APPS if label in installed]
    return "\n".join([INTRODUCTION, *(_section(config) for config in configs)])


def _section(config: AppConfig) -> str:
    tables = sorted(config.get_models(), key=lambda model: model._meta.db_table)
    lines = [f"## {config.name}", "", "```mermaid", "erDiagram"]
    for model in tables:
        lines += [f"  {model._meta.db_table} {{", *_columns(model), "  }"]
    for model in tables:
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
