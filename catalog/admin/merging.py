"""A save that comes late: what the other person changed, and whose value shall stand."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit import history
from audit.models import AuditLog
from shop.back_office import STALE, VersionedForm

MINE, THEIRS = "mine", "theirs"
CHOOSE = _(
    "Someone else changed this meanwhile, so nothing was saved. Choose whose values shall stand "
    "and save again."
)


@dataclass(frozen=True)
class Conflict:
    """A field that someone else changed meanwhile; ``is_typed`` when this person did too."""

    name: str
    label: str
    theirs: str
    mine: str
    who: str
    is_typed: bool

    @property
    def chosen(self) -> str:
        """What stands unless the person chooses."""
        return MINE if self.is_typed else THEIRS


class MergingForm(VersionedForm):
    """Keeps what was typed and asks, field by field, whose value shall stand.

    The answer comes as ``merge-<field>`` with the next save, which is then up to date.
    """

    #: Fields of the form by the column they write, where the names differ.
    columns: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[Conflict] = []

    def clean(self) -> dict[str, Any] | None:
        stored = self._stored
        seen = self.cleaned_data.get("seen_version")
        cleaned = forms.ModelForm.clean(self)
        if stored._state.adding:
            return cleaned
        for name in self.fields:
            if self.data.get(self.add_prefix(f"merge-{name}")) == THEIRS:
                self._take_theirs(name)
        if seen == stored.version:
            return cleaned
        self.conflicts = self._find_conflicts(seen or 0)
        typed = cast("QueryDict", self.data).copy()
        typed[self.add_prefix("seen_version")] = str(stored.version)
        self.data = typed
        raise forms.ValidationError(CHOOSE if self.conflicts else STALE, code="stale")

    def stored_value(self, name: str) -> Any:
        """What the database holds for a field, as its ``clean`` would give it."""
        return getattr(self.instance, name)

    def _take_theirs(self, name: str) -> None:
        self.errors.pop(name, None)
        self.cleaned_data[name] = self.stored_value(name)

    def _find_conflicts(self, seen: int) -> list[Conflict]:
        """Their changes to fields of this form since version ``seen``, from the audit log."""
        missed = max(self._stored.version - seen, 1)
        entries = history.entries_of([self.instance]).filter(action=AuditLog.Action.UPDATE)
        found: dict[str, Conflict] = {}
        for entry in entries[:missed]:
            who = entry.actor.email if entry.actor else entry.get_actor_type_display()
            for column in entry.after:
                name = self.columns.get(column, column.removesuffix("_id"))
                if name in self.fields and name not in found:
                    found[name] = self._conflict(name, entry.before.get(column), who)
        return list(found.values())

    def _conflict(self, name: str, before: Any, who: str) -> Conflict:
        bound = self[name]
        typed, stored = bound.data, self.get_initial_for_field(self.fields[name], name)
        is_typed = self.fields[name].has_changed(stored, typed) and not self._is_same(
            name, before, typed
        )
        shown = str(bound.label or capfirst(name))
        return Conflict(
            name, shown, self._text(name, stored), self._text(name, typed), who, is_typed
        )

    def _is_same(self, name: str, before: Any, typed: Any) -> bool:
        try:
            return not self.fields[name].has_changed(before, typed)
        except (TypeError, ValueError, AttributeError):
            return False

    def _text(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(value, models.Model):
            return str(value)
        choices = getattr(field, "choices", None)
        if choices is not None and not isinstance(value, list):
            return str(dict(choices).get(value, value) if value not in (None, "") else "")
        if isinstance(value, list):
            return "; ".join(
                ", ".join(map(str, row.values())) if isinstance(row, dict) else str(row)
                for row in value
                if not isinstance(row, dict) or any(row.values())
            )
        return "" if value is None else str(field.prepare_value(value))
