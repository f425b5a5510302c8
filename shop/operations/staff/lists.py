"""How people like the lists of the back office: views saved under a name."""

from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from shop.accounts.models import User
from shop.operations.models import SavedView
from shop.redirects import see_other

#: Views that a person may save of one list.
MOST: Final = 20
#: Parts of an address that belong to one visit: the page, a mark of an error.
_PASSING: Final = ("p", "e", "all")


@dataclass(frozen=True)
class Views:
    """The saved views of a list, and whether one of them, or something new, is shown now."""

    saved: list[SavedView]
    entity: str
    query: str

    @property
    def current(self) -> SavedView | None:
        return next((view for view in self.saved if view.query == self.query), None)


def query_of(address: QueryDict) -> str:
    """Search, filters and order of a list, always in the same spelling; "" for all rows."""
    return urlencode(
        sorted(
            (name, value)
            for name, values in address.lists()
            if name not in _PASSING
            for value in values
            if value
        )
    )


def views_of(request: HttpRequest, shown: ChangeList) -> Views:
    """What the person of ``request`` has saved of the list ``shown``; one query."""
    entity = shown.opts.label_lower
    saved = list(SavedView.objects.of(cast("User", request.user), entity))
    return Views(saved, entity, query_of(request.GET))


class ViewForm(forms.Form):
    """A view to be saved, as the list it shows sends it."""

    entity = forms.CharField(max_length=100)
    name = forms.CharField(label=_("Name"), max_length=60)
    query = forms.CharField(max_length=1000)

    def clean_query(self) -> str:
        query = query_of(QueryDict(self.cleaned_data["query"]))
        if not query:
            raise forms.ValidationError(_("All rows are there without a view."))
        return query


@require_POST
def save_view(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Keep the list as it is shown; a view of the same name gives way to it."""
    form = ViewForm(request.POST)
    page = _page(request, site, request.POST.get("entity", ""))
    if not form.is_valid():
        text = gettext("Nothing was saved: a view has a name, and a search, filter or order.")
        messages.error(request, text)
        return see_other(_address(page, request.POST.get("query", "")))
    entity, name, query = (form.cleaned_data[field] for field in ("entity", "name", "query"))
    user = cast("User", request.user)
    saved = SavedView.objects.of(user, entity)
    namesake = saved.filter(name__iexact=name).first()
    if namesake is None and saved.count() >= MOST:
        text = gettext("Nothing was saved: %d views of a list are enough. Delete one first.")
        messages.error(request, text % MOST)
        return see_other(_address(page, query))
    view = namesake or SavedView(user=user, entity=entity)
    view.name, view.query = name, query
    view.save()
    messages.success(request, gettext("“%s” is saved.") % name)
    return see_other(_address(page, query))


@require_POST
def delete_view(request: HttpRequest, site: AdminSite, view_id: UUID) -> HttpResponse:
    """Forget a view of one's own; the list stays as it is."""
    view = get_object_or_404(SavedView, pk=view_id, user=request.user.pk)
    page = _page(request, site, view.entity)
    view.delete()
    messages.success(request, gettext("The view “%s” is gone; nothing else is.") % view.name)
    return see_other(_address(page, view.query))


def admin_of(site: AdminSite, entity: str) -> ModelAdmin:
    """The pages of a table, given as app.model. Raises Http404 for one that has none."""
    for model, page in site._registry.items():
        if model._meta.label_lower == entity:
            return page
    raise Http404


def _page(request: HttpRequest, site: AdminSite, entity: str) -> str:
    """The path of the list, if there is one and the person may see it."""
    if not admin_of(site, entity).has_view_or_change_permission(request):
        raise PermissionDenied
    return reverse(f"{site.name}:{entity.replace('.', '_')}_changelist")


def _address(page: str, query: str) -> str:
    query = query_of(QueryDict(query))
    return f"{page}?{query}" if query else page
