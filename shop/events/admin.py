"""Events in the back office: what was told to whom, and what was given up."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from shop.back_office import ReadOnly, badge
from shop.events import outbox
from shop.events.models import OutboxEvent

_KINDS = {
    OutboxEvent.Status.QUEUED: ("info", "clock"),
    OutboxEvent.Status.DELIVERED: ("ok", "check"),
    OutboxEvent.Status.DEAD: ("danger", "alert"),
}


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnly, AuditedAdmin):
    """Events are told once and never edited; those given up can be tried again."""

    list_display = ("created_at", "type", "aggregate_id", "status_badge", "attempts", "failure")
    list_filter = ("status",)
    search_fields = ("=aggregate_id", "=type")
    search_help_text = _("Id of the row, or type")
    ordering = ("-sequence",)
    actions = ("replay_selected",)
    fieldsets = (
        (None, {"fields": (("type", "payload_version"), ("aggregate", "aggregate_id"), "told")}),
        (
            _("Delivery"),
            {
                "fields": (
                    ("status_badge", "attempts", "next_attempt_at"),
                    ("priority", "partition_key", "sequence"),
                    "delivered_to",
                    ("delivered_at", "dead_at", "streamed_at"),
                    "failure",
                    "request_id",
                )
            },
        ),
    )
    readonly_fields = ("told", "status_badge", "sequence")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, event: OutboxEvent) -> SafeString:
        return badge(event.get_status_display(), *_KINDS[OutboxEvent.Status(event.status)])

    @admin.display(description=_("payload"))
    def told(self, event: OutboxEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(event.payload, indent=2, ensure_ascii=False))

    @admin.action(description=_("Try again"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[OutboxEvent]) -> None:
        replayed = outbox.replay(list(queryset.values_list("pk", flat=True)))
        if replayed:
            text = ngettext("%d event is tried again.", "%d events are tried again.", replayed)
            self.message_user(request, text % replayed, messages.SUCCESS)
        else:
            text = gettext("None of these was given up, so there is nothing to try again.")
            self.message_user(request, text, messages.WARNING)

    def has_replay_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("events.change_outboxevent")
