"""The History page of a table, and who looked at its rows."""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from audit import history
from audit.models import AuditLog
from audit.recording import record, written_down
from audit.restore_pages import RestoringAdmin
from shop.back_office import StaffAdmin


def amounts_on(site: admin.AdminSite) -> dict[str, Collection[str]]:
    """Which columns of each table hold money, as its place in the back office says."""
    amounts: dict[str, Collection[str]] = {}
    for model, page in site._registry.items():
        for inline in page.inlines:
            amounts[inline.model._meta.label_lower] = getattr(inline, "amount_fields", ())
        amounts[model._meta.label_lower] = getattr(page, "amount_fields", ())
        amounts |= getattr(page, "part_amount_fields", {})
    return amounts


class AuditedAdmin(RestoringAdmin, StaffAdmin):
    """A table whose History page comes from the audit log."""

    object_history_template = "admin/object_history.html"
    #: Set where a page shows personal data: that staff looked is written down.
    records_views = False
    #: Whether the list does, too; one that does not may leave as a file.
    lists_people = True

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        """The rows whose changes belong to the history of ``obj``."""
        return [obj]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who changed ``object_id`` and what, newest first."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        page = Paginator(history.entries_of(self.history_objects(obj)), 50).get_page(
            request.GET.get("page")
        )
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %s") % obj,
            "subtitle": None,
            "page": page,
            "entries": self.with_restore_links(
                request, obj, history.told(page.object_list, amounts_on(self.admin_site))
            ),
            "object": obj,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        self.record_view(unquote(object_id), page="history")
        return TemplateResponse(request, self.object_history_template, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if request.method == "GET" and response.status_code == 200:
            self.record_view(unquote(object_id))
        return response

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if request.method == "GET" and response.status_code == 200:
            self.record_view("", page="list", query=written_down(request.GET.urlencode()))
        return response

    def record_view(self, object_id: str, **told: str) -> None:
        """Write down that the person acting now looked at ``object_id``, or at the list ("")."""
        if self.records_views:
            record(AuditLog.Action.VIEW, self.model, object_id, {}, told)

    # Django would keep a second, poorer log of the same changes.
    def log_addition(self, *args: Any, **kwargs: Any) -> Any: ...

    def log_change(self, *args: Any, **kwargs: Any) -> Any: ...

    def log_deletions(self, *args: Any, **kwargs: Any) -> Any: ...
