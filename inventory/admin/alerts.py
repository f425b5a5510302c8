"""Shelves that ran low, empty or over, in the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory import alerts
from inventory.models import Alert
from shop.back_office import ReadOnly, badge

_KINDS = {
    Alert.Kind.LOW_STOCK: ("warn", "alert"),
    Alert.Kind.OUT_OF_STOCK: ("danger", "alert"),
    Alert.Kind.BACK_IN_STOCK: ("ok", "check"),
    Alert.Kind.OVERSTOCK: ("info", "info"),
}


class StateFilter(admin.SimpleListFilter):
    """Open or closed; and what is to be ordered."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("open", _("Open")),
            ("short", _("Low or empty now")),
            ("closed", _("Closed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() == "short":
            return queryset.filter(pk__in=alerts.short().values("pk"))
        if self.value() in ("open", "closed"):
            return queryset.filter(closed_at__isnull=self.value() == "open")
        return queryset


@admin.register(Alert)
class AlertAdmin(ReadOnly, AuditedAdmin):
    """Opened and closed by the database as shelves change."""

    list_display = (
        "opened_at",
        "kind_badge",
        "sku",
        "location",
        "available",
        "available_now",
        "told_at",
        "closed_at",
    )
    list_filter = (StateFilter, "kind", "stock__location")
    list_select_related = ("stock__variant", "stock__location")
    search_fields = ("stock__variant__sku", "stock__variant__product__title")
    search_help_text = _("SKU or product")
    date_hierarchy = "opened_at"
    fields = list_display
    readonly_fields = list_display

    @admin.display(description=_("kind"), ordering="kind")
    def kind_badge(self, alert: Alert) -> SafeString:
        return badge(alert.get_kind_display(), *_KINDS[Alert.Kind(alert.kind)])

    @admin.display(description=_("SKU"), ordering="stock__variant__sku")
    def sku(self, alert: Alert) -> SafeString:
        url = reverse("admin:inventory_stock_change", args=[alert.stock_id])
        return format_html('<a href="{}">{}</a>', url, alert.stock.variant.sku)

    @admin.display(description=_("location"), ordering="stock__location")
    def location(self, alert: Alert) -> str:
        return str(alert.stock.location)

    @admin.display(description=_("available now"), ordering="stock__available")
    def available_now(self, alert: Alert) -> int:
        return int(alert.stock.available)
