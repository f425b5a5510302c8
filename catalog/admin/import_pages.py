"""Forms of the import pages, and rows as they show them."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.imports import columns, mapping
from catalog.models import ImportBatch, ImportRow
from shop.spreadsheets import bared

Kind = ImportRow.Kind
#: Characters of a value that a preview shows.
LONGEST = 200
_TINTS = {
    Kind.NEW: ("ok", "plus"),
    Kind.CHANGED: ("info", "edit"),
    Kind.UNCHANGED: ("", "minus"),
    Kind.ERROR: ("danger", "alert"),
}


class UploadForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, up to 200 MB and a million rows, one row for each variant."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )


class ColumnsForm(forms.Form):
    """A choice of our columns for each header of the file."""

    def __init__(self, batch: ImportBatch, samples: list[list[str]], *args: Any) -> None:
        super().__init__(*args)
        self._headers = {f"column_{index}": name for index, name in enumerate(batch.headers)}
        known = mapping.choices()
        names = {name for name, _label in known}
        for index, (field, header) in enumerate(self._headers.items()):
            if not header:
                continue
            guess = batch.mapping.get(header, "")
            extra = [(guess, columns.described(guess))] if guess and guess not in names else []
            shown = [row[index][:40] for row in samples if index < len(row) and row[index]]
            self.fields[field] = forms.ChoiceField(
                label=header,
                choices=[("", gettext("Leave out")), *known, *extra],
                required=False,
                initial=guess,
                help_text=gettext("For example: %s") % " · ".join(shown) if shown else "",
            )

    def mapping(self) -> dict[str, str]:
        """The chosen column of each header."""
        return {
            header: self.cleaned_data.get(field, "")
            for field, header in self._headers.items()
            if header
        }


@dataclass(frozen=True)
class CellChange:
    """A cell in words, before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview."""

    row: ImportRow
    tint: str
    icon: str
    changes: list[CellChange]
    errors: list[CellChange]

    @classmethod
    def of(cls, row: ImportRow) -> "ShownRow":
        tint, icon = _TINTS[Kind(row.kind)]
        changes = [
            CellChange(
                columns.described(name), _shown(name, row.before.get(name)), _shown(name, value)
            )
            for name, value in row.after.items()
        ]
        errors = [CellChange(_label(error["column"]), "", error["reason"]) for error in row.errors]
        return cls(row, tint, icon, changes, errors)

    @property
    def reasons(self) -> str:
        """All errors in one line."""
        return "; ".join(f"{error.label} {error.new}".strip() for error in self.errors)


@dataclass(frozen=True)
class CountLink:
    """How many rows are of a kind, and the preview of only these."""

    label: str
    count: int
    query: str
    is_current: bool


def count_links(batch: ImportBatch, kind: str) -> list[CountLink]:
    """A link for each kind, and one for all rows."""
    counts = {
        "": batch.row_count,
        Kind.NEW.value: batch.new_rows,
        Kind.CHANGED.value: batch.changed_rows,
        Kind.UNCHANGED.value: batch.unchanged_rows,
        Kind.ERROR.value: batch.error_rows,
    }
    labels = {"": gettext("All")} | {choice.value: str(choice.label) for choice in Kind}
    return [
        CountLink(labels[name], count, f"?kind={name}" if name else "?", name == kind)
        for name, count in counts.items()
    ]


def _shown(name: str, value: Any) -> str:
    cell = columns.known(name).write(value) if value is not None else None
    text = "" if cell is None else bared(str(cell))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _label(name: str) -> str:
    return columns.described(name) if name and columns.column(name) else name
