"""The report of reconciliation: where a provider's ledger says something else than ours."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from payments import findings, reconciliation
from payments.admin.dispute_forms import ReasonForm
from payments.errors import FindingClosed, PaymentsError
from payments.models import Provider, ReconciliationFinding
from shop.back_office import ReadOnly, badge
from shop.redirects import see_other

Kind = ReconciliationFinding.Kind
Status = ReconciliationFinding.Status
_KINDS = {
    Status.OPEN: ("warn", "alert"),
    Status.MENDED: ("ok", "check"),
    Status.CLOSED: ("", "close"),
}


def _advice(finding: ReconciliationFinding) -> str:
    """What it means, and what may be done about it."""
    if finding.kind == Kind.SETTLED_DIFFERS and finding.payment_id is None:
        return gettext(
            "The bank sent this payout back after the provider had told it as paid. Put the bank "
            "account right there, see that the money comes with a later payout, and close it."
        )
    words = {
        Kind.UNFINISHED: gettext("The provider approved it. Mending goes on where we stopped."),
        Kind.PAID_WITHOUT_ORDER: gettext(
            "The money is here. Mending marks the order paid, or gives the money back."
        ),
        Kind.ORPHAN: gettext("Nobody counts on this money. Mending releases it at the provider."),
        Kind.CAPTURED_TWICE: gettext("Give back what is too much on the provider's own pages."),
        Kind.NOT_CAPTURED: gettext("Ask the provider what became of the money."),
        Kind.AMOUNT_DIFFERS: gettext("Ask the provider why it holds another amount."),
        Kind.UNKNOWN_THERE: gettext("The provider does not know this payment; ask it why."),
        Kind.REFUND_MISSING: gettext("Mending asks for the refund again, under the same key."),
        Kind.REFUND_UNKNOWN: gettext(
            "Somebody gave money back on the provider's own pages. Mending records what we asked "
            "for; the rest must be refunded here too, or closed."
        ),
        Kind.EXPIRING: gettext("Capture it soon; afterwards the customer would have to pay anew."),
        Kind.VOIDED_THERE: gettext("The money cannot be captured any more."),
        Kind.LOST_TWICE: gettext("The bank took what we had given back; ask the customer for it."),
        Kind.UNKNOWN_HERE: gettext(
            "The provider has a charge that we do not know. If it is no other shop's, give it back."
        ),
        Kind.SETTLED_DIFFERS: gettext("Ask the provider why it paid out another amount."),
    }
    return words[Kind(finding.kind)]


class ProviderFilter(admin.SimpleListFilter):
    """Whose ledger differs, about a payment of ours or a charge that we do not know."""

    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return list(Provider.choices)

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[ReconciliationFinding]"
    ) -> "QuerySet[ReconciliationFinding]":
        if not self.value():
            return queryset
        return queryset.filter(Q(payment__provider=self.value()) | Q(provider=self.value()))


@admin.register(ReconciliationFinding)
class FindingAdmin(ReadOnly, AuditedAdmin):
    """Found by the nightly job; mended by themselves, by a button, or closed with a reason."""

    list_display = (
        "last_seen_at",
        "kind",
        "order_link",
        "status_badge",
        "ours",
        "theirs",
    )
    list_filter = ("status", "kind", ProviderFilter)
    list_select_related = ("payment__order",)
    search_fields = ("payment__order__number", "payment__provider_reference", "reference")
    search_help_text = _("Order number or the provider's reference")
    date_hierarchy = "last_seen_at"
    change_form_template = "admin/payments/finding/change_form.html"
    fieldsets = (
        (None, {"fields": ("kind", "status_badge", "order_link", "payment_link", "advice")}),
        (
            _("Authorized / captured / given back"),
            {"fields": ("ours", "theirs", ("first_seen_at", "last_seen_at"))},
        ),
        (_("Closed"), {"fields": ("closed_at", "actor", "note")}),
    )
    readonly_fields = ("status_badge", "order_link", "payment_link", "advice")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets[:2] if obj and obj.status == Status.OPEN else self.fieldsets

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "payments_reconciliationfinding"
        return [
            path("<uuid:pk>/mend/", view(self.mend_view), name=f"{name}_mend"),
            path("<uuid:pk>/close/", view(self.close_view), name=f"{name}_close"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        finding = cast("ReconciliationFinding", context["original"])
        may = finding.status == Status.OPEN and request.user.has_perm(
            "payments.change_reconciliationfinding"
        )
        context["may_close"] = may
        context["may_mend"] = may and reconciliation.can_mend(finding)
        return super().render_change_form(request, context, *args, **kwargs)

    def mend_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Do what is to be done for its kind; posting does it."""
        finding = self._open(request, pk)
        if not reconciliation.can_mend(finding):
            raise PermissionDenied
        if request.method != "POST":
            return self._step(request, finding, forms.Form(), gettext("Mend now"), _advice(finding))
        try:
            done = reconciliation.mend(finding_id=pk, actor_id=cast("UUID", request.user.pk))
        except FindingClosed:
            pass
        except PaymentsError:
            text = gettext("The provider does not answer, or refuses. Nothing was changed.")
            self.message_user(request, text, messages.ERROR)
        else:
            is_done = done.status == Status.MENDED
            text = gettext("Both ledgers agree.") if is_done else gettext("They still differ.")
            self.message_user(request, text, messages.SUCCESS if is_done else messages.WARNING)
        return see_other(self._page(finding))

    def close_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Close it for a reason; it stays closed while both ledgers say the same."""
        finding = self._open(request, pk)
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                findings.close(
                    finding_id=pk,
                    note=form.cleaned_data["note"],
                    actor_id=cast("UUID", request.user.pk),
                )
            except FindingClosed:
                text = gettext("It was mended or closed meanwhile.")
                self.message_user(request, text, messages.WARNING)
            return see_other(self._page(finding))
        words = gettext("Nothing is moved. It comes back when one of the ledgers changes.")
        return self._step(request, finding, form, gettext("Close"), words)

    def _step(
        self,
        request: HttpRequest,
        finding: ReconciliationFinding,
        form: forms.Form,
        title: str,
        consequence: str,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": finding.get_kind_display(),
            "opts": self.opts,
            "form": form,
            "consequence": consequence,
            "back": self._page(finding),
        }
        status = 422 if form.errors else 200
        template = "admin/payments/credit/step.html"
        return TemplateResponse(request, template, context, status=status)

    def _open(self, request: HttpRequest, pk: UUID) -> ReconciliationFinding:
        if not request.user.has_perm("payments.change_reconciliationfinding"):
            raise PermissionDenied
        rows = ReconciliationFinding.objects.select_related("payment__order")
        return get_object_or_404(rows, pk=pk)

    def _page(self, finding: ReconciliationFinding) -> str:
        return reverse("admin:payments_reconciliationfinding_change", args=[finding.pk])

    @admin.display(description=_("order"), ordering="payment__order__number")
    def order_link(self, finding: Any) -> SafeString | str:
        if finding.payment is None:
            return ""
        url = reverse("admin:orders_order_change", args=[finding.payment.order_id])
        return format_html('<a href="{}">{}</a>', url, finding.payment.order.number)

    @admin.display(description=_("payment"))
    def payment_link(self, finding: Any) -> SafeString | str:
        if finding.payment is None:
            return f"{finding.get_provider_display()} {finding.reference}"
        url = reverse("admin:payments_payment_change", args=[finding.payment_id])
        return format_html('<a href="{}">{}</a>', url, finding.payment)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, finding: ReconciliationFinding) -> SafeString:
        return badge(finding.get_status_display(), *_KINDS[Status(finding.status)])

    @admin.display(description=_("what to do"))
    def advice(self, finding: ReconciliationFinding) -> str:
        return _advice(finding)
