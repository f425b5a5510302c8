"""Every index with the page or job it is for, read from the comments beside the models."""

import ast
import inspect
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import AppConfig
from django.db import connection, models

from shop.operations.schema.tables import app_configs, tables

INTRODUCTION = """\
# Indexes

Made from the models by `manage.py draw_schema`; do not edit by hand.

Beside these, every primary key is an index, and so is every reference to another table: it serves
the page that follows it and the deletion of what it points to.
"""


def index_page() -> str:
    """The whole page; the same models always give the same text.

    Raises ValueError for an index whose model does not say what it is for.
    """
    return "\n".join([INTRODUCTION, *(_section(config) for config in app_configs())])


def _section(config: AppConfig) -> str:
    lines = [f"## {config.name}", ""]
    for model in tables(config):
        rows = [*_unique(model), *_indexes(model)]
        if rows:
            head = [f"### {model._meta.db_table}", "", "| index | of | for |", "|---|---|---|"]
            lines += [*head, *rows, ""]
    return "\n".join(lines)


def _unique(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.local_concrete_fields:
        if field.unique and not field.primary_key:
            yield f"| | ({field.column}) | Stored once. |"
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint):
            yield f"| {rule.name} | {_definition(rule, model)} | Stored once. |"


def _indexes(model: type[models.Model]) -> Iterator[str]:
    modules = [cls.__module__ for cls in model.__mro__ if issubclass(cls, models.Model)]
    reasons = {name: why for module in modules for name, why in _reasons(module).items()}
    for index in model._meta.indexes:
        why = reasons.get(index.name)
        if not why:
            raise ValueError(f"{model.__name__} does not say what its index {index.name} is for")
        yield f"| {index.name} | {_definition(index, model)} | {why} |"


def _definition(index: Any, model: type[models.Model]) -> str:
    """What stands behind the table's name where the index is made: columns, condition."""
    with connection.schema_editor(collect_sql=True) as editor:
        statement = str(index.create_sql(model, editor))
    found = re.search(r' (?:ON "\w+"|UNIQUE[A-Z ]*) ?(?:USING (\w+) )?(\(.*)', statement, re.DOTALL)
    if found is None:
        raise ValueError(f"cannot read the definition of {index.name}")
    method, rest = found.groups()
    shown = rest.replace('"', "").replace("|", "&#124;")
    return f"{method} {shown}" if method else shown


@cache
def _reasons(module: str) -> dict[str, str]:
    """The comment before each index of a module's models; one comment may stand for several."""
    source = inspect.getsource(sys.modules[module])
    comments = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    reasons: dict[str, str] = {}
    for written in _lists_of_indexes(source):
        why, line = "", written.lineno
        for element in written.elts:
            said = [comments[n] for n in range(line, element.lineno) if n in comments]
            why, line = " ".join(said) or why, (element.end_lineno or element.lineno) + 1
            reasons |= {
                ast.literal_eval(keyword.value): why
                for keyword in getattr(element, "keywords", [])
                if keyword.arg == "name"
            }
    return reasons


def _lists_of_indexes(source: str) -> Iterator[ast.List]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            names = [name.id for name in node.targets if isinstance(name, ast.Name)]
            if "indexes" in names:
                yield node.value
