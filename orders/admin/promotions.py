"""Coupons and promotions in the back office: rules, trials, uses, codes by the hundred."""

from collections.abc import Collection
from itertools import chain
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from audit.models import AuditLog
from audit.recording import record
from orders.admin.promotion_forms import BatchForm, CouponForm, PromotionForm, SampleForm
from orders.models import Coupon, CouponUsage, Promotion
from orders.prices.reasons import reasons_of
from orders.promotions import codes
from orders.promotions.lifetimes import State, end_now, state_of
from orders.promotions.report import given
from orders.promotions.samples import price_sample
from orders.promotions.sentences import gift, sentence
from shop.accounts.masking import MaskedPeople, masked_email
from shop.back_office import ReadOnly, badge
from shop.money import format_money
from shop.spreadsheets import csv_lines

_STATES = {
    State.RUNNING: (_("In force"), "ok", "check"),
    State.PLANNED: (_("Planned"), "info", "clock"),
    State.ENDED: (_("Ended"), "", "check"),
    State.OFF: (_("Switched off"), "", "close"),
    State.USED_UP: (_("Used up"), "warn", "alert"),
}
#: Spans of the report, in days.
SPANS = (7, 30, 90, 365)
_SCOPE = ("products", "categories", "collections", "skips_sale_items")


class OfferAdmin(AuditedAdmin):
    """What coupons and promotions have in common: a sentence, a trial, an early end."""

    amount_fields: Collection[str] = ("minimum_order", "maximum_discount")
    change_form_template = "admin/orders/offer/change_form.html"
    list_filter: ClassVar[Any] = ("is_active", "kind", "starts_at")

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"orders_{self.opts.model_name}"
        return [
            path("<uuid:pk>/try/", view(self.try_view), name=f"{name}_try"),
            path("<uuid:pk>/end/", view(self.end_view), name=f"{name}_end"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None:
            context |= {
                "sentence": sentence(row),
                "state": self.state(row),
                "can_end": state_of(row) in (State.RUNNING, State.PLANNED),
                "try_url": reverse(f"admin:orders_{self.opts.model_name}_try", args=[row.pk]),
                "end_url": reverse(f"admin:orders_{self.opts.model_name}_end", args=[row.pk]),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def try_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """What a sample cart would cost, step by step, with what was refused and why."""
        row = self._offer(request, pk, "view")
        form = SampleForm(request.POST if request.method == "POST" else None)
        sample = None
        if form.is_valid():
            lines, email = form.cleaned_data["lines"], form.cleaned_data["email"]
            sample = price_sample(row, lines, email=email)
        context = self._context(request, row, gettext("Try on a sample cart"), form) | {
            "sample": sample,
            "reasons": reasons_of(sample.totals, for_staff=True) if sample else [],
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/orders/offer/try.html", context, status=status)

    def end_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Says what ending does; posting does it."""
        row = self._offer(request, pk, "change")
        if request.method == "POST":
            end_now(row)
            self.message_user(request, gettext("It has ended."), messages.SUCCESS)
            return HttpResponseRedirect(self._page(row))
        context = self._context(request, row, gettext("End now"), forms.Form())
        return TemplateResponse(request, "admin/orders/offer/end.html", context)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.soft_delete()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def _offer(self, request: HttpRequest, pk: Any, action: str) -> Any:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if not getattr(self, f"has_{action}_permission")(request, row):
            raise PermissionDenied
        return row

    def _page(self, row: Any) -> str:
        return reverse(f"admin:orders_{self.opts.model_name}_change", args=[row.pk])

    def _context(
        self, request: HttpRequest, row: Any, title: str, form: forms.Form
    ) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": None,
            "opts": self.opts,
            "original": row,
            "sentence": sentence(row),
            "form": form,
            "back": self._page(row),
        }

    @admin.display(description=_("gives"))
    def gives(self, row: Any) -> str:
        return gift(row.terms if isinstance(row, Coupon) else row)

    @admin.display(description=_("state"))
    def state(self, row: Any) -> SafeString:
        label, kind, icon = _STATES[state_of(row)]
        return badge(str(label), kind, icon)


class BatchFilter(admin.SimpleListFilter):
    """Codes that were made by the hundred stay out of the list unless asked for."""

    title = _("codes")
    parameter_name = "batch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("Single-use codes too"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Coupon]") -> "QuerySet[Coupon]":
        if self.value() == "all" or request.GET.get("q"):
            return queryset
        return queryset.filter(template=None)


@admin.register(Coupon)
class CouponAdmin(OfferAdmin):
    """Codes that shoppers type in."""

    form = CouponForm
    list_display = ("code", "name", "gives", "state", "used", "taken_off", "ends_at")
    list_filter = (BatchFilter, *OfferAdmin.list_filter)
    list_select_related = ("template",)
    search_fields = ("code", "name")
    fieldsets = (
        (None, {"fields": ("code", "name")}),
        (_("Gives"), {"fields": ("kind", ("percent", "amount"), "maximum_discount")}),
        (_("On"), {"fields": _SCOPE}),
        (
            _("If"),
            {
                "fields": (
                    "minimum_order",
                    "first_order_only",
                    ("per_person_limit", "usage_limit"),
                    "stacking",
                )
            },
        ),
        (_("When"), {"fields": ("starts_at", "ends_at", "is_active")}),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("report/", view(self.report_view), name="orders_coupon_report"),
            path("<uuid:pk>/batch/", view(self.batch_view), name="orders_coupon_batch"),
            path("<uuid:pk>/codes.csv", view(self.codes_view), name="orders_coupon_codes"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Coupon]":
        rows = cast("QuerySet[Coupon]", super().get_queryset(request))
        usages = CouponUsage.objects.filter(coupon=OuterRef("pk"), released_at=None).order_by()
        sums = usages.values("coupon").values(sum=Sum("amount"))
        return rows.annotate(given=Coalesce(Subquery(sums), 0))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The terms of a single-use code are its template's.
        is_own = obj is None or obj.template_id is None
        return is_own and bool(super().has_change_permission(request, obj))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None:
            usages = CouponUsage.objects.filter(coupon=row) | CouponUsage.objects.filter(
                coupon__template=row
            )
            context |= {
                "usages": usages.select_related("order", "coupon")[:20],
                "batch_count": row.batch.count(),
                "batch_url": reverse("admin:orders_coupon_batch", args=[row.pk]),
                "codes_url": reverse("admin:orders_coupon_codes", args=[row.pk]),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def batch_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Make single-use codes."""
        row = self._offer(request, pk, "change")
        form = BatchForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            made = codes.make_batch(coupon=row, count=form.cleaned_data["count"])
            text = ngettext("%(count)d code was made.", "%(count)d codes were made.", len(made))
            self.message_user(request, text % {"count": len(made)}, messages.SUCCESS)
            return HttpResponseRedirect(self._page(row))
        context = self._context(request, row, gettext("Make single-use codes"), form)
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/orders/offer/batch.html", context, status=status)

    def codes_view(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """The single-use codes as a file."""
        row = self._offer(request, pk, "change")
        record(AuditLog.Action.EXPORT, Coupon, row.pk, {}, {"codes": row.batch.count()})
        rows = row.batch.order_by("code").values_list("code", "uses").iterator(chunk_size=500)
        lines = csv_lines(chain([(gettext("code"), gettext("uses"))], rows))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{row.code.lower()}-codes.csv"'
        return response

    def report_view(self, request: HttpRequest) -> HttpResponse:
        """What coupons and promotions took off in the last days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("days", "")
        days = next((span for span in SPANS if str(span) == asked), 30)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Discounts given"),
            "subtitle": None,
            "opts": self.opts,
            "rows": given(days),
            "days": days,
            "spans": SPANS,
        }
        return TemplateResponse(request, "admin/orders/offer/report.html", context)

    @admin.display(description=_("uses"), ordering="uses")
    def used(self, coupon: Coupon) -> str:
        return f"{coupon.uses} / {'∞' if coupon.usage_limit is None else coupon.usage_limit}"

    @admin.display(description=_("taken off"))
    def taken_off(self, coupon: Any) -> str:
        return format_money(int(coupon.given), coupon.currency)


@admin.register(Promotion)
class PromotionAdmin(OfferAdmin):
    """What applies by itself, in its order."""

    form = PromotionForm
    list_display = ("name", "gives", "state", "priority", "starts_at", "ends_at")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name",)}),
        (
            _("Gives"),
            {
                "fields": (
                    "kind",
                    ("percent", "amount"),
                    ("group_size", "group_discounted"),
                    "maximum_discount",
                )
            },
        ),
        (_("On"), {"fields": _SCOPE}),
        (_("If"), {"fields": ("minimum_order", "priority", "is_combinable")}),
        (_("When"), {"fields": ("starts_at", "ends_at", "is_active")}),
    )
    ordering = ("priority", "id")


@admin.register(CouponUsage)
class CouponUsageAdmin(MaskedPeople, ReadOnly, AuditedAdmin):
    """Which orders carried which coupon."""

    list_display = ("coupon", "order", "email", "taken_off", "created_at", "released_at")
    list_filter = ("created_at",)
    list_select_related = ("coupon", "order")
    search_fields = ("coupon__code", "order__number", "email")
    masked = {"email": masked_email}
    people_lookups = ("email",)
    records_views = True

    @admin.display(description=_("taken off"), ordering="amount")
    def taken_off(self, usage: CouponUsage) -> str:
        return format_money(usage.amount, usage.order.currency)
