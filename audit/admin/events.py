"""Security events: who signed in from where, and whose rights changed."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from audit.admin.filters import EventFilter
from audit.admin.streams import StreamAdmin
from audit.models import SecurityEvent
from shop.back_office import badge

Kind = SecurityEvent.Kind
_KINDS = {
    Kind.SIGN_IN_FAILED: ("warn", "alert"),
    Kind.LOCKED_OUT: ("danger", "lock"),
    Kind.FACTOR_REMOVED: ("warn", "alert"),
    Kind.PERMISSION_CHANGED: ("warn", "alert"),
    Kind.IMPERSONATED: ("danger", "eye"),
    Kind.ERASED: ("danger", "trash"),
    Kind.SIGNED_IN: ("ok", "check"),
}


@admin.register(SecurityEvent)
class SecurityEventAdmin(StreamAdmin):
    """What happened around signing in, newest first; nothing here can be changed."""

    columns = ("when", "kind_badge", "person", "done_by", "ip", "device", "details")
    exported = (
        "created_at",
        "kind",
        "user",
        "actor",
        "ip_address",
        "user_agent",
        "request_id",
        "payload",
    )
    people = ("user", "actor")
    fields = (*columns, "user_agent", "request_id")
    readonly_fields = columns

    def filter_of(self, request: HttpRequest) -> EventFilter:
        return EventFilter(request.GET)

    @admin.display(description=_("when"))
    def when(self, event: SecurityEvent) -> str:
        return date_format(localtime(event.created_at), "DATETIME_FORMAT")

    @admin.display(description=_("event"))
    def kind_badge(self, event: SecurityEvent) -> SafeString:
        return badge(event.get_kind_display(), *_KINDS.get(Kind(event.kind), ("", "info")))

    @admin.display(description=_("person"))
    def person(self, event: SecurityEvent) -> str:
        return event.user.email if event.user else ""

    @admin.display(description=_("done by"))
    def done_by(self, event: SecurityEvent) -> str:
        return event.actor.email if event.actor else ""

    @admin.display(description=_("IP address"))
    def ip(self, event: SecurityEvent) -> str:
        return event.ip_address or ""

    @admin.display(description=_("device"))
    def device(self, event: SecurityEvent) -> str:
        return event.user_agent[:60]

    @admin.display(description=_("details"))
    def details(self, event: SecurityEvent) -> str:
        return ", ".join(f"{name}: {value}" for name, value in event.payload.items())
