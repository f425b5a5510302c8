"""What stock is worth, how it sells and what nobody buys, in the back office."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast, NullIf
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory import snapshots
from inventory.models import StockSnapshot
from inventory.models.snapshots import WINDOW_DAYS
from shop.back_office import ReadOnly, badge
from shop.money import format_money

#: Stock for longer than this is a lot, in days.
LONG_COVER_DAYS = 180


class SellingFilter(admin.SimpleListFilter):
    """How it sells."""

    title = _("selling")
    parameter_name = "selling"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("dead", _("Dead: in stock, none sold in 90 days")),
            ("long", _("Cover for more than 180 days")),
            ("short", _("Cover for less than 14 days")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StockSnapshot]
    ) -> QuerySet[StockSnapshot]:
        match self.value():
            case "dead":
                return queryset.filter(snapshots.IS_DEAD)
            case "long":
                return queryset.filter(days_of_cover__gt=LONG_COVER_DAYS)
            case "short":
                return queryset.filter(days_of_cover__lt=14)
            case _:
                return queryset


@admin.register(StockSnapshot)
class StockSnapshotAdmin(ReadOnly, AuditedAdmin):
    """The last day that was written down; earlier ones are with each shelf."""

    change_list_template = "admin/inventory/stocksnapshot/change_list.html"
    list_display = (
        "sku",
        "product",
        "location",
        "on_hand",
        "value_shown",
        "sold_in_window",
        "turnover",
        "cover",
        "last_sold_on",
        "dead",
    )
    list_display_links = None
    list_filter = (SellingFilter, "stock__location", "stock__revenue_class", "stock__zone")
    list_select_related = ("stock__variant__product", "stock__location")
    search_fields = ("stock__variant__sku", "stock__variant__product__title")
    search_help_text = _("SKU or product")
    ordering = ("-value", "stock__variant__sku")
    fields = ("day", *list_display)
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockSnapshot]:
        rows = super().get_queryset(request).filter(day=snapshots.latest_day())
        yearly = F("sold_in_window") * 365.0 / WINDOW_DAYS
        usual = NullIf(Cast("usual_on_hand", FloatField()), 0.0)
        found: QuerySet[StockSnapshot] = rows.annotate(turned=yearly / usual)
        return found

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        shown = context.get("cl")
        if shown is not None:
            sums = shown.queryset.order_by().aggregate(
                all_units=Sum("on_hand"),
                all_value=Sum("value"),
                dead_value=Sum("value", filter=snapshots.IS_DEAD),
                unknown_units=Sum("on_hand", filter=Q(value=None)),
            )
            money = {
                name: format_money(sums[name] or 0, settings.SHOP_CURRENCY)
                for name in ("all_value", "dead_value")
            }
            context["facts"] = [
                (gettext("Day"), snapshots.latest_day() or "–"),
                (gettext("Units on hand"), sums["all_units"] or 0),
                (gettext("Value at cost"), money["all_value"]),
                (gettext("Of it dead"), money["dead_value"]),
                (gettext("Units of unknown cost"), sums["unknown_units"] or 0),
            ]
        return response

    @admin.display(description=_("SKU"), ordering="stock__variant__sku")
    def sku(self, row: StockSnapshot) -> str:
        return str(row.stock.variant.sku)

    @admin.display(description=_("product"), ordering="stock__variant__product__title")
    def product(self, row: StockSnapshot) -> str:
        return f"{row.stock.variant.product.title} {row.stock.variant.title}"

    @admin.display(description=_("location"), ordering="stock__location")
    def location(self, row: StockSnapshot) -> str:
        return str(row.stock.location)

    @admin.display(description=_("value at cost"), ordering="value")
    def value_shown(self, row: StockSnapshot) -> str:
        return "–" if row.value is None else format_money(row.value, settings.SHOP_CURRENCY)

    @admin.display(description=_("turnover a year"), ordering="turned")
    def turnover(self, row: Any) -> str:
        return "–" if row.turned is None else f"{row.turned:.1f}"

    @admin.display(description=_("cover"), ordering="days_of_cover")
    def cover(self, row: StockSnapshot) -> str:
        if row.days_of_cover is None:
            return "–"
        days = int(row.days_of_cover)
        return ngettext("%d day", "%d days", days) % days

    @admin.display(description="")
    def dead(self, row: StockSnapshot) -> SafeString | str:
        return badge(gettext("Dead"), "warn", "alert") if row.is_dead else ""
