"""What the lists of the log and of security events are narrowed by."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit import history
from audit.models import AuditLog, SecurityEvent

_ANY = [("", _("All"))]


class StreamFilter(forms.Form):
    """The filters that every list has; what cannot be read narrows nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=254,
        help_text=_("Id of an object, an entry or a request, or an e-mail address"),
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    #: Columns that hold a person.
    people: tuple[str, ...] = ()
    #: Columns that a search without "@" looks into.
    ids: tuple[str, ...] = ()

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """``rows`` that all filters leave."""
        self.is_valid()
        told = self.cleaned_data
        if since := told.get("since"):
            rows = rows.filter(created_at__gte=_midnight(since))
        if until := told.get("until"):
            rows = rows.filter(created_at__lt=_midnight(until, days=1))
        if query := told.get("q", "").strip():
            rows = rows.filter(self._searched(query))
        return rows

    def _searched(self, query: str) -> Q:
        found = Q(pk__in=[])
        if "@" in query:
            people = list(
                get_user_model()._base_manager.filter(email__iexact=query).values_list("pk")[:10]
            )
            for name in self.people:
                found |= Q(**{f"{name}__in": [pk for (pk,) in people]})
            return found
        if is_uuid(query):
            found |= Q(pk=query)
            for name in self.people:
                found |= Q(**{name: query})
        for name in self.ids:
            found |= Q(**{name: query})
        return found


class LogFilter(StreamFilter):
    """Of the audit log."""

    action = forms.ChoiceField(
        label=_("Action"), required=False, choices=_ANY + AuditLog.Action.choices
    )
    actor_type = forms.ChoiceField(
        label=_("Kind of actor"), required=False, choices=_ANY + AuditLog.ActorType.choices
    )
    entity = forms.ChoiceField(label=_("Entity"), required=False)
    people = ("actor_id",)
    ids = ("entity_id", "request_id")

    def __init__(self, *args: Any, site: admin.AdminSite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables = {model._meta.label_lower for model in site._registry}
        names = sorted((history.entity_name(one), one) for one in tables)
        choices = [("", gettext("All")), *((one, name) for name, one in names)]
        # Tables without a page of their own can be asked for by name.
        asked = self.data.get("entity", "")
        if asked and asked not in tables and history.entity_name(asked) != asked:
            choices.append((asked, history.entity_name(asked)))
        self.fields["entity"].choices = choices  # type: ignore[attr-defined]

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().narrowed(rows)
        return _equal(rows, self.cleaned_data, "action", "actor_type", "entity")


class EventFilter(StreamFilter):
    """Of security events."""

    kind = forms.ChoiceField(
        label=_("Event"), required=False, choices=_ANY + SecurityEvent.Kind.choices
    )
    ip = forms.GenericIPAddressField(label=_("IP address"), required=False)
    people = ("user_id", "actor_id")
    ids = ("request_id",)

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = _equal(super().narrowed(rows), self.cleaned_data, "kind")
        ip = self.cleaned_data.get("ip")
        return rows.filter(ip_address=ip) if ip else rows


def is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _equal(rows: QuerySet[Model], told: dict[str, Any], *names: str) -> QuerySet[Model]:
    return rows.filter(**{name: told[name] for name in names if told.get(name)})


def _midnight(day: date, *, days: int = 0) -> datetime:
    try:
        return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
    except (OverflowError, ValueError):
        return datetime.max.replace(tzinfo=UTC)
