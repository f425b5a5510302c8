"""Parcels and invoices in the back office: to be found; the page of their order changes them."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.models import Invoice, Shipment
from shop.accounts.masking import MaskedPeople, hidden
from shop.back_office import ReadOnly
from shop.money import format_money


class OfOrder:
    """Rows of an order, with the way to it."""

    @admin.display(description=_("order"), ordering="order__number")
    def order_link(self, row: Shipment | Invoice) -> SafeString:
        url = reverse("admin:orders_order_change", args=[row.order_id])
        return format_html('<a href="{}">{}</a>', url, row.order.number)


@admin.register(Shipment)
class ShipmentAdmin(ReadOnly, OfOrder, AuditedAdmin):
    """Parcels, newest first."""

    list_select_related = ("order",)
    list_display = ("__str__", "order_link", "status", "shipped_at", "delivered_at")
    list_filter = ("status", "carrier")
    search_fields = ("tracking_number", "order__number")
    search_help_text = _("Tracking number or order number")
    ordering = ("-created_at",)
    fields = (
        "order_link",
        "status",
        "carrier",
        "tracking_number",
        "label_url",
        "estimated_delivery",
        "shipped_at",
        "delivered_at",
    )
    readonly_fields = ("order_link",)


@admin.register(Invoice)
class InvoiceAdmin(MaskedPeople, ReadOnly, OfOrder, AuditedAdmin):
    """Invoices and credit notes, newest first. Their history has the address of the buyer."""

    records_views = True
    lists_people = False
    amount_fields = ("total",)
    list_select_related = ("order",)
    list_display = ("number", "kind", "issued_at", "order_link", "total_shown", "document_link")
    list_filter = ("kind", "year")
    search_fields = ("number", "order__number")
    search_help_text = masked_search_help_text = _("Number of the document or of the order")
    # The document names the buyer.
    masked = {"document_link": hidden}
    people_lookups = ("content",)
    fields = (
        "number",
        "kind",
        "issued_at",
        "order_link",
        "corrects",
        "total_shown",
        "document_link",
    )
    readonly_fields = ("order_link", "total_shown", "document_link")

    @admin.display(description=_("total"), ordering="total")
    def total_shown(self, invoice: Invoice) -> str:
        return format_money(invoice.total, invoice.currency)

    @admin.display(description=_("document"))
    def document_link(self, invoice: Invoice) -> SafeString:
        url = reverse("admin:orders_order_document", args=[invoice.order_id, invoice.number])
        return format_html('<a href="{}">PDF</a>', url)
