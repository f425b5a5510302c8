"""The audit log, and the History page of every other table."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit import history
from audit.models import AuditLog
from audit.recording import record
from audit.restore_pages import RestoringAdmin
from shop.back_office import ReadOnly, StaffAdmin, badge

_KINDS = {
    AuditLog.Action.CREATE: ("ok", "plus"),
    AuditLog.Action.UPDATE: ("info", "edit"),
    AuditLog.Action.DELETE: ("danger", "trash"),
    AuditLog.Action.VIEW: ("", "eye"),
    AuditLog.Action.EXPORT: ("warn", "download"),
}


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

    def record_view(self, object_id: str) -> None:
        """Write down that the person acting now looked at ``object_id``."""
        if self.records_views:
            record(AuditLog.Action.VIEW, self.model, object_id, {}, {})

    # Django would keep a second, poorer log of the same changes.
    def log_addition(self, *args: Any, **kwargs: Any) -> Any: ...

    def log_change(self, *args: Any, **kwargs: Any) -> Any: ...

    def log_deletions(self, *args: Any, **kwargs: Any) -> Any: ...


class EntityFilter(admin.SimpleListFilter):
    """By table."""

    title = _("entity")
    parameter_name = "entity"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        tables = (model._meta.label_lower for model in model_admin.admin_site._registry)
        return sorted(
            ((entity, history.entity_name(entity)) for entity in tables), key=lambda row: row[1]
        )

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[AuditLog]
    ) -> models.QuerySet[AuditLog]:
        return queryset.filter(entity=self.value()) if self.value() else queryset


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnly, StaffAdmin):
    """Who did what, newest first; nothing here can be changed."""

    list_display = ("when", "who", "action_badge", "about", "summary")
    list_display_links = ("when",)
    list_filter = ("action", "actor_type", EntityFilter)
    list_select_related = ("actor",)
    date_hierarchy = "created_at"
    search_fields = ("entity_id", "actor__email", "request_id")
    search_help_text = _("Id of an object or a request, or a person's e-mail address")
    sortable_by = ()
    fields = (
        "when",
        "who",
        "action_badge",
        "about",
        "changes",
        "ip_address",
        "user_agent",
        "request_id",
    )
    readonly_fields = ("when", "who", "action_badge", "about", "changes")

    @admin.display(description=_("when"))
    def when(self, log: AuditLog) -> Any:
        return log.created_at

    @admin.display(description=_("who"))
    def who(self, log: AuditLog) -> str:
        return log.actor.email if log.actor else log.get_actor_type_display()

    @admin.display(description=_("action"))
    def action_badge(self, log: AuditLog) -> SafeString:
        return badge(log.get_action_display(), *_KINDS[AuditLog.Action(log.action)])

    @admin.display(description=_("about"))
    def about(self, log: AuditLog) -> str:
        name = history.entity_name(log.entity)
        shown = log.entity_id[-8:] if _is_uuid(log.entity_id) else log.entity_id
        try:
            url = reverse(f"admin:{log.entity.replace('.', '_')}_history", args=[log.entity_id])
        except NoReverseMatch:
            return f"{name} …{shown}"
        return format_html('{} <a href="{}">…{}</a>', name, url, shown)

    @admin.display(description=_("fields"))
    def summary(self, log: AuditLog) -> str:
        columns = list(dict.fromkeys([*log.before, *log.after]))
        shown = ", ".join(columns[:4])
        return f"{shown} +{len(columns) - 4}" if len(columns) > 4 else shown

    @admin.display(description=_("changes"))
    def changes(self, log: AuditLog) -> SafeString:
        (entry,) = history.told([log], amounts_on(self.admin_site))
        return render_to_string("admin/includes/field_changes.html", {"changes": entry.changes})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
