"""What the pages of the back office share: amounts, badges, and saves that lose nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.db import DataError, models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop import moments
from shop.forms import MoneyField
from shop.models import StaleObject, Versioned
from shop.money import UnknownCurrency, decimals_of

#: Rows of a table that a form takes: each has four fields, and the settings bound fields to 2,000.
MOST_ROWS = 500
STALE = _(
    "Someone else changed this since you opened it, so nothing was saved. "
    "The history says who and what; open the page anew and make your change again."
)


def badge(label: str, kind: str = "", icon: str = "") -> SafeString:
    """A status as word and icon on a tint: kind is "ok", "warn", "danger", "info" or ""."""
    return render_to_string("components/badge.html", {"label": label, "kind": kind, "icon": icon})


class KnownKeys(AutocompleteMixin):
    """Leaves out what is no key of any row, where a form is shown again."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if not key or _is_key(key)], attr)


class FoundByTyping(KnownKeys, AutocompleteSelect):
    """One row, found by typing."""


class ManyFoundByTyping(KnownKeys, AutocompleteSelectMultiple):
    """Rows, found by typing."""


def _is_key(typed: Any) -> bool:
    try:
        UUID(str(typed))
    except ValueError:
        return False
    return True


def _within_the_calendar(moment: datetime) -> None:
    if not moments.can_hold(moment):
        text = _("Enter a year from %(first)d to %(last)d.")
        years = {"first": moments.FIRST_YEAR, "last": moments.LAST_YEAR}
        raise forms.ValidationError(text, code="year", params=years)


def _known_currency(code: str) -> None:
    try:
        decimals_of(code)
    except UnknownCurrency as error:
        text = _("Enter the three capital letters of a currency, such as EUR.")
        raise forms.ValidationError(text, code="currency") from error


class StaffFields:
    """Types the ``amount_fields`` of a model as money, and leaves out Django's pop-ups."""

    amount_fields: Collection[str] = ()

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name in self.amount_fields:
            return MoneyField(
                label=capfirst(str(db_field.verbose_name)), required=not db_field.blank
            )
        mine: Any = self
        if db_field.name in mine.get_autocomplete_fields(request):
            kwargs["widget"] = FoundByTyping(db_field, mine.admin_site)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(db_field, models.DateTimeField) and field is not None:
            field.validators.append(_within_the_calendar)
        if db_field.name == "currency" and field is not None:
            field.validators.append(_known_currency)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # Each table has its own place in the navigation; pop-ups would only distract.
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return cast("forms.Field | None", field)


class NamedCells:
    """A formset whose controls say by themselves what they are: a cell has no label."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)  # type: ignore[misc]
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", str(field.label or name))


class NamedTable(admin.TabularInline):
    """A table whose every control has a name, with no more rows than a form may send."""

    max_num = MOST_ROWS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs["formset"] = type(self.formset.__name__, (NamedCells, self.formset), {})
        return super().get_formset(request, obj, absolute_max=MOST_ROWS, **kwargs)


class VersionedForm(forms.ModelForm):
    """Refuses to save over a change that was made after the form was opened."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["seen_version"] = self._stored.version

    @cached_property
    def changed_data(self) -> list[str]:
        """The version is no change by itself: a row nobody touched need not be saved."""
        return [name for name in super().changed_data if name != "seen_version"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        stored = self._stored
        if not stored._state.adding and self.cleaned_data.get("seen_version") != stored.version:
            raise forms.ValidationError(STALE, code="stale")
        return cleaned

    @property
    def _stored(self) -> Versioned:
        return cast("Versioned", self.instance)


class StaffList(ChangeList):
    """Knows its filters as chips, and answers what no row can hold like any other bad filter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().__init__(*args, **kwargs)
        except (DataError, OverflowError) as error:
            # A NUL, or a year beyond all calendars, which Django leaves to the database.
            raise IncorrectLookupParameters(error) from error

    def chips(self) -> list[tuple[str, str, str]]:
        """Title, value and the list without it, of each filter in force."""
        found = []
        if self.query:
            without = self.get_query_string(remove=["q"])
            found.append((gettext("search"), self.query, without))
        for spec in self.filter_specs:
            choices: list[Any] = list(spec.choices(self))
            found += [
                (str(spec.title), str(choice["display"]), choices[0]["query_string"])
                for choice in choices[1:]
                if choice["selected"]
            ]
        return found


class StaffAdmin(StaffFields, admin.ModelAdmin):
    """Base of the pages for one table."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    save_on_top = False

    def get_view_on_site_url(self, obj: models.Model | None = None) -> str | None:
        """Straight to the page; Django's detour would find the address of any row for anybody."""
        if obj is None or not self.view_on_site:
            return None
        own = getattr(obj, "get_absolute_url", None)
        try:
            if callable(self.view_on_site):
                return self.view_on_site(obj)
            return cast("str", own()) if own else None
        except NoReverseMatch:
            # A refused form shows the row with what was typed, such as a slug that is none.
            return None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StaffList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # The fields that find rows by typing ask with what was typed, unlooked at.
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except StaleObject:
            # Someone saved between our reading the row and writing it.
            self.message_user(request, str(STALE), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ReadOnly:
    """Rows that only acts and jobs write: staff look at them."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
