"""Giving money back: the step in the workspace of an order, and the list of all refunds."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.admin import moves
from orders.admin.moves import Move
from orders.admin.orders import refund_badge
from payments import refund_sources, refunding
from payments.admin.refund_forms import RefundForm
from payments.errors import PaymentDisputed, RefundRefused
from payments.models import Refund, RefundLine, RefundPart
from payments.settling import lately_failed
from shop.accounts.masking import MaskedPeople
from shop.back_office import ReadOnly
from shop.money import format_money


def _refusal(order: Any) -> str:
    if not any(payment.captured_amount for payment in order.payments.all()) and (
        not order.credit_applied
    ):
        return gettext("nobody has paid yet")
    if RefundForm(order=order).most:
        return ""
    return held_by_bank(order) or gettext("all of it went back")


def held_by_bank(order: Any) -> str:
    """Why nothing can go back while a bank decides, "" where none does."""
    if not refund_sources.is_disputed(order):
        return ""
    return gettext("its payment is disputed; the bank decides where the money goes")


def _consequence(order: Any) -> str:
    form = RefundForm(order=order)
    words = gettext(
        "The money goes back and the customer is told. At most %(most)s are left of what was paid."
    )
    return words % {"most": format_money(form.most, order.currency)}


def _give(order: Any, form: RefundForm, actor_id: UUID | None) -> Refund:
    values = form.cleaned_data
    try:
        return refunding.refund(
            order_id=order.pk,
            lines=form.lines,
            shipping=values.get("shipping") or 0,
            extra=values["extra"] or 0,
            reason=Refund.Reason(values["reason"]),
            note=values["note"],
            key=values["key"],
            to=Refund.To(values["to"]),
            restock=values["restock"],
            actor_id=actor_id,
        )
    except RefundRefused as error:
        raise explained(error) from error


def explained(error: RefundRefused) -> ValidationError:
    """The refusal in words for staff."""
    if isinstance(error, PaymentDisputed):
        text = gettext("The payment is disputed: the bank decides where the money goes.")
    else:
        text = gettext("A colleague gave some of it back meanwhile. Open the page anew.")
    return ValidationError(text)


def told(refund: Refund) -> tuple[int, str]:
    amount = format_money(refund.amount, refund.currency)
    words = {
        Refund.Status.SUCCEEDED: (messages.SUCCESS, gettext("%(amount)s went back.")),
        Refund.Status.REQUESTED: (
            messages.WARNING,
            gettext("%(amount)s go back as soon as the provider answers."),
        ),
        Refund.Status.FAILED: (
            messages.ERROR,
            gettext("The provider refused to give %(rest)s back. %(given)s went back before."),
        ),
    }
    level, text = words[Refund.Status(refund.status)]
    if refund.status == Refund.Status.FAILED and not refund.given:
        text = gettext("The provider refused to give %(amount)s back.")
    elif refund.status != Refund.Status.FAILED and refund.is_by_hand:
        level, text = messages.WARNING, gettext("Give back %(amount)s by hand, as it was paid.")
    facts = {
        "amount": amount,
        "given": format_money(refund.given, refund.currency),
        "rest": format_money(refund.amount - refund.given, refund.currency),
    }
    return level, text % facts


moves.add(
    Move(
        "refund",
        _("Refund"),
        _refusal,
        _consequence,
        _give,
        form=lambda order, data: RefundForm(data, order=order),
        is_destructive=True,
        permission="payments.add_refund",
        template="admin/payments/refund/step.html",
        told=told,
    )
)


class QueueFilter(admin.SimpleListFilter):
    """What needs a look."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("failed", _("Failed in the last seven days"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Refund]") -> "QuerySet[Refund]":
        if self.value() == "failed":
            return queryset.filter(pk__in=lately_failed().values("pk"))
        return queryset


class LineInline(ReadOnly, admin.TabularInline):
    """What it gives back of which line."""

    model = RefundLine
    fields = ("line", "quantity", "amount_shown", "extra_shown")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RefundLine]":
        rows: QuerySet[RefundLine] = super().get_queryset(request)
        return rows.select_related("item", "refund")

    @admin.display(description=_("line"))
    def line(self, row: RefundLine) -> str:
        return f"{row.item.title} ({row.item.sku})"

    @admin.display(description=_("amount"))
    def amount_shown(self, row: RefundLine) -> str:
        return format_money(row.amount, row.refund.currency)

    @admin.display(description=_("goodwill"))
    def extra_shown(self, row: RefundLine) -> str:
        return format_money(row.extra, row.refund.currency)


class PartInline(ReadOnly, admin.TabularInline):
    """Out of which payment it comes."""

    model = RefundPart
    fields = ("source", "status", "amount_shown", "provider_reference")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RefundPart]":
        rows: QuerySet[RefundPart] = super().get_queryset(request)
        return rows.select_related("payment", "refund")

    @admin.display(description=_("payment"))
    def source(self, row: RefundPart) -> str:
        return str(row.payment) if row.payment else gettext("Gift cards and store credit")

    @admin.display(description=_("amount"))
    def amount_shown(self, row: RefundPart) -> str:
        return format_money(row.amount, row.refund.currency)


@admin.register(Refund)
class RefundAdmin(MaskedPeople, ReadOnly, AuditedAdmin):
    """What went back, what is on its way, and what the provider refused."""

    amount_fields = ("amount", "goods", "shipping", "extra")
    list_display = ("created_at", "order_link", "status_badge", "amount_shown", "reason", "to")
    list_filter = ("status", QueueFilter, "reason", "to", "created_at")
    list_select_related = ("order",)
    search_fields = ("order__number", "order__email")
    search_help_text = _("Order number or e-mail address")
    people_lookups = ("order__email",)
    masked_search_help_text = _("Order number")
    date_hierarchy = "created_at"
    inlines = (LineInline, PartInline)
    readonly_fields = (
        "created_at",
        "order_link",
        "status_badge",
        "amount_shown",
        "goods_shown",
        "shipping_shown",
        "extra_shown",
    )
    fieldsets = (
        (None, {"fields": ("created_at", "order_link", "status_badge", "to")}),
        (
            _("Amounts"),
            {"fields": (("amount_shown", "goods_shown", "shipping_shown", "extra_shown"),)},
        ),
        (_("Reason"), {"fields": ("reason", "note", "actor")}),
        (_("Failure"), {"fields": ("failure_code", "failed_at")}),
    )

    @admin.display(description=_("order"), ordering="order__number")
    def order_link(self, refund: Refund) -> SafeString:
        url = reverse("admin:orders_order_change", args=[refund.order_id])
        return format_html('<a href="{}">{}</a>', url, refund.order.number)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, refund: Refund) -> SafeString:
        return refund_badge(refund)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, refund: Refund) -> str:
        return format_money(refund.amount, refund.currency)

    @admin.display(description=_("goods"))
    def goods_shown(self, refund: Refund) -> str:
        return format_money(refund.goods, refund.currency)

    @admin.display(description=_("delivery"))
    def shipping_shown(self, refund: Refund) -> str:
        return format_money(refund.shipping, refund.currency)

    @admin.display(description=_("goodwill"))
    def extra_shown(self, refund: Refund) -> str:
        return format_money(refund.extra, refund.currency)
