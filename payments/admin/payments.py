"""Payments in the back office: read, never typed."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.admin.orders import payment_badge
from payments import releasing
from payments.attempts import lately_failed
from payments.models import Capture, Payment, PaymentTransaction, Settlement
from shop.accounts.masking import MaskedPeople
from shop.back_office import ReadOnly
from shop.money import format_money


class QueueFilter(admin.SimpleListFilter):
    """What needs a look."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("failed", _("Failed in the last seven days")),
            ("ending", _("Authorization ends in two days")),
            ("uncaptured", _("Capture refused")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        if self.value() == "failed":
            return queryset.filter(pk__in=lately_failed().values("pk"))
        if self.value() == "ending":
            return queryset.filter(pk__in=releasing.ending().values("pk"))
        if self.value() == "uncaptured":
            return queryset.filter(pk__in=releasing.refused().values("pk"))
        return queryset


class CaptureInline(ReadOnly, admin.TabularInline):
    """What was captured in parts."""

    model = Capture
    amount_fields = ("amount",)
    fields = ("created_at", "status", "amount_shown", "shipment", "actor", "failure_code")
    readonly_fields = ("created_at", "amount_shown")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Capture]":
        rows: QuerySet[Capture] = super().get_queryset(request)
        return rows.select_related("payment", "shipment", "actor")

    @admin.display(description=_("amount"))
    def amount_shown(self, row: Capture) -> str:
        return format_money(row.amount, row.payment.currency)


class TransactionInline(ReadOnly, admin.TabularInline):
    """Every call to the provider and notice from it."""

    model = PaymentTransaction
    amount_fields = ("amount",)
    fields = ("created_at", "kind", "result", "amount_shown", "code", "latency_ms")
    readonly_fields = ("created_at", "amount_shown")
    extra = 0

    @admin.display(description=_("amount"))
    def amount_shown(self, transaction: PaymentTransaction) -> str:
        return format_money(transaction.amount, transaction.payment.currency)


class SettlementInline(ReadOnly, admin.TabularInline):
    """What the provider paid out of it, and what it kept."""

    model = Settlement
    amount_fields = ("amount", "fee")
    fields = ("settled_at", "kind", "amount_shown", "fee_shown", "payout_reference", "reference")
    readonly_fields = ("amount_shown", "fee_shown")
    extra = 0

    @admin.display(description=_("amount"))
    def amount_shown(self, row: Settlement) -> str:
        return format_money(row.amount, row.currency)

    @admin.display(description=_("fee"))
    def fee_shown(self, row: Settlement) -> str:
        return format_money(row.fee, row.currency)


@admin.register(Payment)
class PaymentAdmin(MaskedPeople, ReadOnly, AuditedAdmin):
    """Attempts to pay, and what their providers said."""

    records_views = True
    amount_fields = (
        "amount", "authorized_amount", "captured_amount", "refunded_amount", "settled_amount",
        "fee_amount",
    )  # fmt: skip
    list_display = (
        "created_at",
        "order_link",
        "provider",
        "status_badge",
        "amount_shown",
        "captured_shown",
        "refunded_shown",
        "failure_code",
    )
    list_filter = ("status", QueueFilter, "provider")
    list_select_related = ("order",)
    search_fields = ("order__number", "order__email", "provider_reference")
    search_help_text = _("Order number, e-mail address or the provider's reference")
    people_lookups = ("order__email", "ip_address")
    masked_search_help_text = _("Order number or the provider's reference")
    date_hierarchy = "created_at"
    inlines = (CaptureInline, SettlementInline, TransactionInline)
    readonly_fields = (
        "created_at",
        "order_link",
        "status_badge",
        "amount_shown",
        "authorized_shown",
        "captured_shown",
        "refunded_shown",
        "held_shown",
        "settled_shown",
        "fee_shown",
        "card",
    )
    fieldsets = (
        (None, {"fields": ("created_at", "order_link", "status_badge", "provider")}),
        (
            _("Amounts"),
            {
                "fields": (
                    ("amount_shown", "authorized_shown", "captured_shown", "refunded_shown"),
                    ("held_shown", "authorization_expires_at"),
                    ("settled_shown", "fee_shown", "settled_at"),
                )
            },
        ),
        (
            _("Method"),
            {
                "fields": (
                    ("card", "installments"),
                    "three_d_secure",
                    "provider_reference",
                    "ip_address",
                    ("risk_score", "risk_flags"),
                )
            },
        ),
        (_("Failure"), {"fields": ("failure_code", "failure_reason", "failed_at")}),
        (_("Provider's answer"), {"fields": ("raw",), "classes": ("collapse",)}),
    )

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        payment = cast("Payment", obj)
        return [payment, *payment.transactions.all(), *payment.captures.all()]

    @admin.display(description=_("order"), ordering="order__number")
    def order_link(self, payment: Payment) -> str:
        url = reverse("admin:orders_order_change", args=[payment.order_id])
        return format_html('<a href="{}">{}</a>', url, payment.order.number)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, payment: Payment) -> SafeString:
        return payment_badge(payment)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, payment: Payment) -> str:
        return format_money(payment.amount, payment.currency)

    @admin.display(description=_("authorized"))
    def authorized_shown(self, payment: Payment) -> str:
        return format_money(payment.authorized_amount, payment.currency)

    @admin.display(description=_("captured"), ordering="captured_amount")
    def captured_shown(self, payment: Payment) -> str:
        return format_money(payment.captured_amount, payment.currency)

    @admin.display(description=_("refunded"), ordering="refunded_amount")
    def refunded_shown(self, payment: Payment) -> str:
        return format_money(payment.refunded_amount, payment.currency)

    @admin.display(description=_("to be captured"))
    def held_shown(self, payment: Payment) -> str:
        return format_money(payment.held_amount, payment.currency)

    @admin.display(description=_("settled"))
    def settled_shown(self, payment: Payment) -> str:
        return format_money(payment.settled_amount, payment.currency)

    @admin.display(description=_("fee"))
    def fee_shown(self, payment: Payment) -> str:
        return format_money(payment.fee_amount, payment.currency)

    @admin.display(description=_("card"))
    def card(self, payment: Payment) -> str:
        return f"{payment.card_brand} •••• {payment.card_last4}" if payment.card_last4 else ""
