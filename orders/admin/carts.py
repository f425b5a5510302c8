"""What happens in carts, by the day, for who reads reports."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.carts import cart_metrics
from orders.models import CartMetric
from shop.back_office import ReadOnly


@admin.register(CartMetric)
class CartMetricAdmin(ReadOnly, AuditedAdmin):
    """Days of carts, the latest first; leaves as CSV as every list does."""

    list_display = (
        "day",
        "additions",
        "units_added",
        "removals",
        "units_removed",
        "carts",
        "checkouts",
        "orders",
        "conversion_shown",
    )
    list_display_links = None
    list_per_page = 100
    change_list_template = "admin/orders/cartmetric/change_list.html"

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        today = timezone.localdate()
        found = cart_metrics.count(today, today + timedelta(days=1))
        so_far = found[0] if found else CartMetric(day=today)
        return super().changelist_view(request, {**(extra_context or {}), "so_far": so_far})

    @admin.display(description=_("conversion"))
    def conversion_shown(self, day: CartMetric) -> str:
        return "" if day.conversion is None else f"{day.conversion:.1%}"
