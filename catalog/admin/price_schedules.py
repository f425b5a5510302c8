"""Planned prices in the back office: planned on the page of a product, canceled on their own."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.admin.inlines import MAY_PRICE
from catalog.admin.planned_together import ChangedTogether
from catalog.admin.price_forms import PlanForm
from catalog.admin.prices import VariantPrice, warnings
from catalog.errors import ScheduleOver, ScheduleOverlaps
from catalog.models import PriceSchedule, Product, ProductVariant
from catalog.pricing import history as price_history
from catalog.pricing import prices
from catalog.pricing import schedules as price_schedules
from shop.accounts.models import User
from shop.back_office import ReadOnly, badge
from shop.money import format_money

Status = PriceSchedule.Status
_KINDS = {
    Status.PLANNED: ("info", "clock"),
    Status.RUNNING: ("ok", "check"),
    Status.ENDED: ("", "check"),
    Status.CANCELED: ("", "close"),
    Status.MISSED: ("warn", "alert"),
}


@admin.register(PriceSchedule)
class PriceScheduleAdmin(ChangedTogether, ReadOnly, AuditedAdmin):
    """Plans are made and canceled by acts, never typed over."""

    amount_fields = ("price",)
    change_form_template = "admin/catalog/priceschedule/change_form.html"
    list_display = ("product", "variant", "what", "starts_at", "ends_at", "status_badge")
    list_filter = ("status", "starts_at")
    list_select_related = ("product", "variant")
    search_fields = ("product__title", "variant__sku")
    search_help_text = _("Title of the product, or SKU")
    fields = (
        "product",
        "variant",
        "what",
        "starts_at",
        "ends_at",
        "status_badge",
        "left_alone_shown",
        "created_by",
    )
    readonly_fields = fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_PRICE))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(MAY_PRICE))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "plan/<uuid:product_id>/", view(self.plan_view), name="catalog_priceschedule_plan"
            ),
            path(
                "<uuid:schedule_id>/cancel/",
                view(self.cancel_view),
                name="catalog_priceschedule_cancel",
            ),
            *super().get_urls(),
        ]

    def plan_view(self, request: HttpRequest, product_id: UUID) -> HttpResponse:
        """The form to plan a price, beside what the 30-day rule will compare it with."""
        if not request.user.has_perm(MAY_PRICE):
            raise PermissionDenied
        product = get_object_or_404(Product, pk=product_id)
        variants = list(product.variants.select_related("product"))
        form = PlanForm(product, variants, request.POST if request.method == "POST" else None)
        page = f"{reverse('admin:catalog_product_change', args=[product.pk])}#pricing"
        if form.is_valid() and self._plan(request, form, product, variants):
            return HttpResponseRedirect(page)
        lowest = price_history.lowest_prices(variants)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Plan a price"),
            "subtitle": None,
            "opts": self.opts,
            "product": product,
            "form": form,
            "rows": [VariantPrice.of(row, lowest) for row in variants],
            "back": page,
        }
        return TemplateResponse(request, "admin/catalog/priceschedule/plan.html", context)

    def cancel_view(self, request: HttpRequest, schedule_id: UUID) -> HttpResponse:
        """Says what canceling does; posting does it."""
        if not request.user.has_perm(MAY_PRICE):
            raise PermissionDenied
        schedule = get_object_or_404(
            PriceSchedule.objects.select_related("product"), pk=schedule_id
        )
        page = reverse("admin:catalog_priceschedule_change", args=[schedule.pk])
        if request.method == "POST":
            try:
                price_schedules.cancel(schedule, by=_person(request))
            except ScheduleOver:
                self.message_user(request, gettext("It was over already."), messages.ERROR)
            else:
                self.message_user(request, gettext("Canceled."), messages.SUCCESS)
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Cancel planned price"),
            "subtitle": None,
            "opts": self.opts,
            "schedule": schedule,
            "form": forms.Form(),
            "back": page,
        }
        return TemplateResponse(request, "admin/catalog/priceschedule/cancel.html", context)

    def _plan(
        self, request: HttpRequest, form: PlanForm, product: Product, variants: list[ProductVariant]
    ) -> bool:
        facts = form.cleaned_data
        meant = [row for row in variants if facts["variant"] in ("", str(row.pk))]
        price, percent_off = facts["price"], facts["percent_off"]
        wanted = {row.pk: prices.amount_of(row.price, price, percent_off) for row in meant}
        if barred := [row.sku for row in meant if not prices.fits(row, wanted[row.pk])]:
            refusal = gettext("Not below the recommended price of %(skus)s.")
            form.add_error("price", refusal % {"skus": ", ".join(barred)})
            return False
        try:
            price_schedules.plan(
                product=product,
                variant=meant[0] if facts["variant"] else None,
                price=price,
                percent_off=percent_off,
                starts_at=facts["starts_at"],
                ends_at=facts["ends_at"],
                by=_person(request),
            )
        except ScheduleOverlaps:
            form.add_error(
                "starts_at",
                gettext("Another price is planned or in force for this variant in this time."),
            )
            return False
        self.message_user(request, gettext("The price is planned."), messages.SUCCESS)
        lowest = price_history.lowest_prices(meant, max(facts["starts_at"], timezone.now()))
        cut = [row for row in meant if wanted[row.pk] < row.price]
        for text in warnings(cut, wanted, lowest):
            self.message_user(request, text, messages.WARNING)
        return True

    @admin.display(description=_("price"))
    def what(self, schedule: PriceSchedule) -> str:
        if schedule.price is not None:
            return format_money(schedule.price, schedule.product.currency)
        return f"−{schedule.percent_off} %"

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, schedule: PriceSchedule) -> SafeString:
        return badge(schedule.get_status_display(), *_KINDS[Status(schedule.status)])

    @admin.display(description=_("left alone"))
    def left_alone_shown(self, schedule: PriceSchedule) -> str:
        if not schedule.left_alone:
            return "—"
        note = gettext("Their prices were changed by someone else, or would not fit.")
        return format_html("{}<br>{}", ", ".join(schedule.left_alone), note)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)
