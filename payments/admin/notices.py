"""What providers told by themselves: read, and looked into once more."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from payments import notices
from payments.models import ProviderNotice
from payments.models.notices import troubled
from shop.back_office import ReadOnly, badge
from shop.money import format_money

_KINDS = {
    ProviderNotice.Status.RECEIVED: ("info", "clock"),
    ProviderNotice.Status.PROCESSED: ("ok", "check"),
    ProviderNotice.Status.IGNORED: ("", ""),
    ProviderNotice.Status.UNKNOWN: ("warn", "alert"),
    ProviderNotice.Status.MISMATCHED: ("danger", "alert"),
    ProviderNotice.Status.FAILED: ("danger", "alert"),
}


class NoticeQueueFilter(admin.SimpleListFilter):
    """What needs a look."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("troubled", _("Not understood, in the last thirty days"))]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[ProviderNotice]"
    ) -> "QuerySet[ProviderNotice]":
        if self.value() == "troubled":
            return queryset.filter(pk__in=troubled().values("pk"))
        return queryset


@admin.register(ProviderNotice)
class ProviderNoticeAdmin(ReadOnly, AuditedAdmin):
    """Notices are stored as they came; those nobody made sense of can be looked into again."""

    list_display = (
        "created_at",
        "provider",
        "kind",
        "status_badge",
        "why",
        "order_link",
        "amount_shown",
    )
    list_filter = ("status", NoticeQueueFilter, "provider", "kind")
    list_select_related = ("payment__order",)
    search_fields = ("=event_id", "=reference", "=key", "payment__order__number")
    search_help_text = _("Event, reference, key, or order number")
    date_hierarchy = "created_at"
    actions = ("process_selected",)
    fieldsets = (
        (None, {"fields": (("provider", "event_id"), ("kind", "told_at"), "order_link")}),
        (_("Told"), {"fields": (("key", "reference"), "amount_shown", "told")}),
        (
            _("What came of it"),
            {"fields": (("status_badge", "why"), ("tries", "next_try_at"), "processed_at")},
        ),
    )
    readonly_fields = ("order_link", "amount_shown", "told", "status_badge", "why")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, notice: ProviderNotice) -> SafeString:
        return badge(notice.get_status_display(), *_KINDS[ProviderNotice.Status(notice.status)])

    @admin.display(description=_("why"), ordering="code")
    def why(self, notice: ProviderNotice) -> str:
        words = {
            "unknown_payment": gettext("We know of no such payment"),
            "wrong_amount": gettext("Another amount than ours"),
            "wrong_currency": gettext("Another currency than ours"),
            "provider_away": gettext("The provider did not answer our question"),
            "given_back": gettext("The attempt had ended, so the money went back"),
        }
        return words.get(notice.code, notice.code)

    @admin.display(description=_("order"))
    def order_link(self, notice: ProviderNotice) -> str:
        if notice.payment is None:
            return "–"
        url = reverse("admin:orders_order_change", args=[notice.payment.order_id])
        return format_html('<a href="{}">{}</a>', url, notice.payment.order.number)

    @admin.display(description=_("amount"))
    def amount_shown(self, notice: ProviderNotice) -> str:
        if notice.amount is None or not notice.currency:
            return "–"
        return format_money(notice.amount, notice.currency)

    @admin.display(description=_("what may be kept of it"))
    def told(self, notice: ProviderNotice) -> SafeString:
        kept = {**notice.payload, **({"dispute": notice.dispute} if notice.dispute else {})}
        return format_html("<pre>{}</pre>", json.dumps(kept, indent=2, ensure_ascii=False))

    @admin.action(description=_("Look into it again"), permissions=["process"])
    def process_selected(self, request: HttpRequest, queryset: "QuerySet[ProviderNotice]") -> None:
        begun = notices.process_again(list(queryset.values_list("pk", flat=True)))
        if begun:
            text = ngettext(
                "%d notice is looked into again.", "%d notices are looked into again.", begun
            )
            self.message_user(request, text % begun, messages.SUCCESS)
        else:
            text = gettext("All of these were understood, so there is nothing to look into.")
            self.message_user(request, text, messages.WARNING)

    def has_process_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("payments.change_providernotice")
