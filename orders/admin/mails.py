"""Letters in the back office: what was written to a customer, and what still waits."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.admin.documents import OfOrder
from orders.mailing import mails
from orders.models import OrderMail
from shop.back_office import ReadOnly, badge


class LateFilter(admin.SimpleListFilter):
    """What ought to have left."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("late", _("Not sent for an hour"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OrderMail]) -> QuerySet[OrderMail]:
        return queryset.filter(mails.is_late()) if self.value() == "late" else queryset


@admin.register(OrderMail)
class OrderMailAdmin(ReadOnly, OfOrder, AuditedAdmin):
    """Letters, newest first; the page of their order sends one again."""

    list_select_related = ("order",)
    list_display = ("created_at", "kind", "order_link", "sent_badge")
    list_filter = (LateFilter, "kind")
    search_fields = ("order__number",)
    search_help_text = _("Order number")
    ordering = ("-created_at",)
    fields = ("order_link", "kind", "reference", "created_at", "sent_badge")
    readonly_fields = ("order_link", "created_at", "sent_badge")

    @admin.display(description=_("sent"), ordering="sent_at")
    def sent_badge(self, letter: OrderMail) -> SafeString:
        if letter.sent_at is None:
            return badge(gettext("Waiting"), "warn", "clock")
        return badge(gettext("Sent"), "ok", "check")
