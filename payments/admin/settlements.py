"""What providers paid out, line by line."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from payments.models import Settlement
from shop.back_office import ReadOnly
from shop.money import format_money


@admin.register(Settlement)
class SettlementAdmin(ReadOnly, AuditedAdmin):
    """Read by a job each night, or from a file; nothing is typed."""

    amount_fields = ("amount", "fee")
    list_display = (
        "settled_at",
        "provider",
        "kind",
        "payment_link",
        "amount_shown",
        "fee_shown",
        "net_shown",
        "payout_reference",
    )
    list_filter = ("provider", "kind")
    list_select_related = ("payment__order",)
    search_fields = ("reference", "payout_reference", "payment__order__number", "names_payment")
    search_help_text = _("Order number, payout or the provider's reference")
    date_hierarchy = "settled_at"
    fields = (*list_display, "reference", "names_payment")
    readonly_fields = ("payment_link", "amount_shown", "fee_shown", "net_shown")

    @admin.display(description=_("order"))
    def payment_link(self, row: Any) -> SafeString | str:
        if row.payment is None:
            return str(row.names_payment)
        url = reverse("admin:payments_payment_change", args=[row.payment_id])
        return format_html('<a href="{}">{}</a>', url, row.payment.order.number)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, row: Settlement) -> str:
        return format_money(row.amount, row.currency)

    @admin.display(description=_("fee"), ordering="fee")
    def fee_shown(self, row: Settlement) -> str:
        return format_money(row.fee, row.currency)

    @admin.display(description=_("reached our account"))
    def net_shown(self, row: Settlement) -> str:
        return format_money(row.net, row.currency)
