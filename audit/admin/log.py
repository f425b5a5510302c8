"""The audit log: who did what, and taking it back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit import history, undoing
from audit.admin.audited import amounts_on
from audit.admin.filters import LogFilter, is_uuid
from audit.admin.streams import StreamAdmin
from audit.models import AuditLog
from shop.back_office import badge
from shop.redirects import see_other

_KINDS = {
    AuditLog.Action.CREATE: ("ok", "plus"),
    AuditLog.Action.UPDATE: ("info", "edit"),
    AuditLog.Action.DELETE: ("danger", "trash"),
    AuditLog.Action.VIEW: ("", "eye"),
    AuditLog.Action.EXPORT: ("warn", "download"),
    AuditLog.Action.REDACT: ("warn", "lock"),
}


@admin.register(AuditLog)
class AuditLogAdmin(StreamAdmin):
    """Who did what, newest first; nothing here can be changed."""

    columns = ("when", "who", "action_badge", "about", "summary")
    exported = (
        "created_at",
        "actor",
        "actor_type",
        "action",
        "entity",
        "entity_id",
        "before",
        "after",
        "ip_address",
        "user_agent",
        "request_id",
    )
    people = ("actor",)
    change_form_template = "admin/audit/entry.html"
    fields = (
        "when",
        "who",
        "action_badge",
        "about",
        "changes",
        "ip_address",
        "user_agent",
        "request_link",
    )
    readonly_fields = ("when", "who", "action_badge", "about", "changes", "request_link")

    def filter_of(self, request: HttpRequest) -> LogFilter:
        return LogFilter(request.GET, site=self.admin_site)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.undo_view)
        own = path("<uuid:entry_id>/undo/", view, name="audit_auditlog_undo")
        return [own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        entry = AuditLog.objects.filter(pk=object_id).first() if is_uuid(object_id) else None
        is_act = entry is not None and undoing.is_act(entry)
        context = {"undo_of": entry.pk if entry and is_act else None, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def undo_view(self, request: HttpRequest, entry_id: Any) -> HttpResponse:
        """Shows what undoing the act of an entry would change; posting does it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry = get_object_or_404(AuditLog.objects.select_related("actor"), pk=entry_id)
        pages = undoing.pages_on(self.admin_site)
        plan = undoing.plan(
            entry, request=request, pages=pages, amounts=amounts_on(self.admin_site)
        )
        back = reverse("admin:audit_auditlog_change", args=[entry.pk])
        error = ""
        if request.method == "POST" and plan.steps:
            try:
                count = undoing.undo(plan)
            except undoing.CannotUndo as refused:
                error = str(refused)
            else:
                words = ngettext("%d row is as before.", "%d rows are as before.", count)
                messages.success(request, words % count)
                return see_other(back)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Undo this act"),
            "opts": self.opts,
            "entry": entry,
            "plan": plan,
            "error": error,
            "back": back,
        }
        return TemplateResponse(
            request, "admin/audit/undo.html", context, status=409 if error else 200
        )

    @admin.display(description=_("when"))
    def when(self, log: AuditLog) -> str:
        return date_format(localtime(log.created_at), "DATETIME_FORMAT")

    @admin.display(description=_("who"))
    def who(self, log: AuditLog) -> str:
        return log.actor.email if log.actor else log.get_actor_type_display()

    @admin.display(description=_("action"))
    def action_badge(self, log: AuditLog) -> SafeString:
        return badge(log.get_action_display(), *_KINDS[AuditLog.Action(log.action)])

    @admin.display(description=_("about"))
    def about(self, log: AuditLog) -> str:
        name = history.entity_name(log.entity)
        if not log.entity_id:
            return name
        shown = log.entity_id[-8:] if is_uuid(log.entity_id) else log.entity_id
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
    def changes(self, log: AuditLog) -> str:
        if log.redaction_id:
            return gettext("Taken out because somebody had the right to be forgotten.")
        (entry,) = history.told([log], amounts_on(self.admin_site))
        return render_to_string("admin/includes/field_changes.html", {"changes": entry.changes})

    @admin.display(description=_("request id"))
    def request_link(self, log: AuditLog) -> str:
        if not log.request_id:
            return ""
        url = reverse("admin:audit_auditlog_changelist", query={"q": log.request_id})
        return format_html('<a href="{}">{}</a>', url, log.request_id)
