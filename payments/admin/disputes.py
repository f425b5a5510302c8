"""Disputes in the back office: what a bank says, until when, and our answer."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.admin.orders import payment_badge
from payments import disputes
from payments.admin.dispute_pages import ANSWER, DisputePages, takes_evidence
from payments.models import Dispute
from shop.accounts.masking import MaskedPeople
from shop.back_office import ReadOnly, badge
from shop.money import format_money

Status = Dispute.Status
_KINDS = {
    Status.OPEN: ("danger", "alert"),
    Status.EVIDENCE_SENT: ("info", "clock"),
    Status.WON: ("ok", "check"),
    Status.LOST: ("danger", "close"),
    Status.ACCEPTED: ("", "close"),
}


def dispute_badge(dispute: Any) -> SafeString:
    """The status of a dispute as badge."""
    return badge(dispute.get_status_display(), *_KINDS[Status(dispute.status)])


def time_left(dispute: Dispute) -> SafeString | str:
    """How long there is to answer, in words; nothing once that is done."""
    days = dispute.days_left
    if dispute.status != Status.OPEN or days is None:
        return ""
    if days < 0:
        return badge(gettext("Too late"), "danger", "alert")
    words = ngettext("%d day left", "%d days left", days) % days
    return badge(words, "danger" if days < 1 else "warn", "clock") if days < 3 else words


class DisputeQueueFilter(admin.SimpleListFilter):
    """What waits for staff."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("answer", _("To answer, soonest first")), ("soon", _("Within three days"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Dispute]") -> "QuerySet[Dispute]":
        known = {"answer": disputes.to_answer, "soon": disputes.soon}
        waiting = known.get(self.value() or "")
        return queryset.filter(pk__in=waiting().order_by().values("pk")) if waiting else queryset


@admin.register(Dispute)
class DisputeAdmin(MaskedPeople, DisputePages, ReadOnly, AuditedAdmin):
    """Nothing is typed over here: evidence, answers and acceptance are pages of their own."""

    records_views = True
    amount_fields = ("amount",)
    list_display = (
        "opened_at",
        "order_link",
        "status_badge",
        "left",
        "reason",
        "amount_shown",
        "provider",
    )
    list_filter = ("status", DisputeQueueFilter, "reason", "provider")
    list_select_related = ("payment__order",)
    search_fields = ("provider_reference", "payment__order__number", "payment__order__email")
    search_help_text = _("The provider's reference, order number or e-mail address")
    people_lookups = ("payment__order__email",)
    masked_search_help_text = _("The provider's reference or order number")
    date_hierarchy = "opened_at"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        soonest_first = request.GET.get("queue")
        return ("respond_by", "opened_at", "id") if soonest_first else ("-opened_at", "-id")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Everything about one dispute, with the steps that are possible now."""
        dispute = self.dispute_of(request, unquote(object_id))
        context = {
            **self.admin_site.each_context(request),
            "title": dispute.payment.order.number,
            "subtitle": None,
            "opts": self.opts,
            "original": dispute,
            "dispute": dispute,
            "order": dispute.payment.order,
            "status_badge": dispute_badge(dispute),
            "payment_badge": payment_badge(dispute.payment),
            "left": time_left(dispute),
            "files": list(dispute.evidence.all()),
            "told": dispute.payment.transactions.filter(kind="DISPUTE"),
            "may_answer": request.user.has_perm(ANSWER),
            "is_by_hand": not takes_evidence(dispute),
            **(extra_context or {}),
        }
        self.record_view(str(dispute.pk))
        return TemplateResponse(request, "admin/payments/dispute/detail.html", context)

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        dispute = cast("Any", obj)
        return [dispute, *dispute.evidence.all(), dispute.payment]

    @admin.display(description=_("order"), ordering="payment__order__number")
    def order_link(self, dispute: Any) -> SafeString:
        url = reverse("admin:orders_order_change", args=[dispute.payment.order_id])
        return format_html('<a href="{}">{}</a>', url, dispute.payment.order.number)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, dispute: Dispute) -> SafeString:
        return dispute_badge(dispute)

    @admin.display(description=_("time left"), ordering="respond_by")
    def left(self, dispute: Dispute) -> SafeString | str:
        return time_left(dispute)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, dispute: Dispute) -> str:
        return format_money(dispute.amount, dispute.currency)
