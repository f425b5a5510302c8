"""Orders that wait for goods, in the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory import backorders
from inventory.models import Backorder
from shop.back_office import ReadOnly, badge


class StateFilter(admin.SimpleListFilter):
    """Who waits, and whom we kept waiting longer than we said."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("late", _("Later than promised"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Backorder]) -> QuerySet[Backorder]:
        if self.value() == "waiting":
            return queryset.filter(backorders.WAITING)
        if self.value() == "late":
            return backorders.late(queryset)
        return queryset


@admin.register(Backorder)
class BackorderAdmin(ReadOnly, AuditedAdmin):
    """Oldest first: who is at the top gets what arrives next."""

    list_display = (
        "since",
        "order_link",
        "sku",
        "quantity",
        "served",
        "state_badge",
        "promised_on",
    )
    list_filter = (StateFilter,)
    list_select_related = ("order", "variant")
    search_fields = ("order__number", "variant__sku")
    search_help_text = _("Order number or SKU")
    ordering = ("since", "id")
    fields = list_display
    readonly_fields = list_display

    @admin.display(description=_("order"), ordering="order__number")
    def order_link(self, row: Backorder) -> SafeString:
        url = reverse("admin:orders_order_change", args=[row.order_id])
        return format_html('<a href="{}">{}</a>', url, row.order)

    @admin.display(description=_("SKU"), ordering="variant__sku")
    def sku(self, row: Backorder) -> str:
        return str(row.variant.sku)

    @admin.display(description=_("state"))
    def state_badge(self, row: Backorder) -> SafeString:
        if row.ended_at:
            return badge(gettext("Canceled"), "", "close")
        if not row.waiting:
            return badge(gettext("Complete"), "ok", "check")
        words = ngettext("%d unit missing", "%d units missing", row.waiting) % row.waiting
        return badge(words, "warn", "clock")
