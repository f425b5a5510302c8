"""A field of rows: fibers of a garment, attributes by name; blank rows say nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

#: Rows that a form reads.
MOST = 60
_BLANK = 3


@dataclass(frozen=True)
class Column:
    """One cell of a row: a choice, or text when there are no ``choices``."""

    name: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]] = ()
    inputmode: str = "text"
    size: int = 20


class RowsWidget(forms.Widget):
    """A small table with a few blank rows below."""

    def __init__(self, columns: Sequence[Column], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.columns = columns

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]] | None:
        """The rows as typed; None when the field was not on the page."""
        first = self.columns[0].name
        if self.value_omitted_from_data(data, files, name):
            return None
        return [
            {c.name: data.get(f"{name}-{number}-{c.name}", "").strip() for c in self.columns}
            for number in range(MOST)
            if f"{name}-{number}-{first}" in data
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-{self.columns[0].name}" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = [row for row in value or [] if any(row.values())]
        cells = [
            [
                (column, f"{name}-{number}-{column.name}", str(row.get(column.name, "")))
                for column in self.columns
            ]
            for number, row in enumerate([*rows, *({} for _ in range(_BLANK))])
        ]
        context = {"columns": self.columns, "rows": cells, "id": (attrs or {}).get("id", "")}
        return render_to_string("admin/catalog/product/rows_field.html", context)

    def id_for_label(self, id_: str) -> str:
        return ""


class RowsField(forms.Field):
    """Rows as a list of texts by column, without blank ones."""

    def __init__(self, columns: Sequence[Column], **kwargs: Any) -> None:
        super().__init__(required=False, widget=RowsWidget(columns), **kwargs)

    def to_python(self, value: Any) -> list[Mapping[str, str]]:
        return [row for row in value or [] if any(row.values())]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self._as_texts(initial) != self._as_texts(data)

    def _as_texts(self, rows: Any) -> list[dict[str, str]]:
        texts = [{name: str(value) for name, value in row.items()} for row in rows or []]
        return [row for row in texts if any(row.values())]
