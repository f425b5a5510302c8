"""The ledger in the back office."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory.models import Movement
from shop.back_office import ReadOnly

#: Columns that say by which document units moved; each has a page in the back office.
DOCUMENTS = ("order", "transfer", "purchase_order", "stocktake")


@admin.register(Movement)
class MovementAdmin(ReadOnly, AuditedAdmin):
    """The ledger: every unit that came or went."""

    list_display = (
        "created_at",
        "sku",
        "location",
        "kind",
        "reason",
        "quantity_change",
        "balance_after",
        "document",
        "note",
        "actor",
    )
    list_filter = ("kind", "reason", "stock__location")
    list_select_related = (
        "stock__variant",
        "stock__location",
        "order",
        "transfer",
        "receipt__purchase_order",
        "stocktake",
        "actor",
    )
    search_fields = (
        "stock__variant__sku",
        "order__number",
        "transfer__number",
        "receipt__purchase_order__number",
        "stocktake__number",
        "note",
    )
    search_help_text = _("SKU, number of a document or note")
    date_hierarchy = "created_at"
    fields = ("created_at", *list_display[1:])
    readonly_fields = ("sku", "location", "document")

    @admin.display(description=_("SKU"), ordering="stock__variant__sku")
    def sku(self, movement: Movement) -> str:
        return str(movement.stock.variant.sku)

    @admin.display(description=_("location"))
    def location(self, movement: Movement) -> str:
        return str(movement.stock.location)

    @admin.display(description=_("document"))
    def document(self, movement: Movement) -> SafeString | str:
        for name in DOCUMENTS:
            row = getattr(movement, name)
            if row is not None:
                url = reverse(
                    f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]
                )
                return format_html('<a href="{}">{}</a>', url, row)
        return ""
