"""Purchase orders in the back office: drafts to edit, then steps, deliveries and order sheets."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory import purchasing
from inventory.admin.goods_in import ReceivingAdmin
from inventory.admin.order_sheets import OrderSheets
from inventory.admin.purchase_steps import FORMS, MAY_ORDER, STEPS, StepForm, who_waits
from inventory.admin.reordering import Reordering
from inventory.admin.steps import Step, offered
from inventory.admin.suppliers import MAY_SEE_COST, BySku
from inventory.errors import DayPassed, NoExchangeRate, NotOrderable
from inventory.models import PurchaseOrder, PurchaseOrderLine, Receipt, Supplier
from shop.back_office import STALE, NamedTable, StaffFields, VersionedForm, badge
from shop.forms import MoneyField
from shop.models import StaleObject
from shop.money import format_money
from shop.redirects import see_other

Status = PurchaseOrder.Status
STATUS_KINDS = {
    Status.DRAFT: ("", "edit"),
    Status.SENT: ("info", "truck"),
    Status.PARTLY_RECEIVED: ("warn", "box"),
    Status.RECEIVED: ("ok", "check"),
    Status.CLOSED: ("ok", "lock"),
    Status.CANCELED: ("", "close"),
}


class LineForms(forms.BaseInlineFormSet):
    """Reads costs in the currency of the supplier."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        cast("MoneyField", form.fields["cost"]).currency = cast("Any", self.instance).currency


class LineInline(StaffFields, NamedTable):
    """The lines of a draft."""

    model = PurchaseOrderLine
    form = BySku
    formset = LineForms
    amount_fields = ("cost",)
    fields = ("sku", "quantity", "cost", "supplier_sku")
    extra = 3
    verbose_name_plural = _("lines")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PurchaseOrderLine]":
        rows: QuerySet[PurchaseOrderLine] = super().get_queryset(request)
        return rows.select_related("variant")


class WaitingFilter(admin.SimpleListFilter):
    """What should have come."""

    title = _("delivery")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("open", _("Still to come")), ("late", _("Late"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PurchaseOrder]
    ) -> QuerySet[PurchaseOrder]:
        if self.value() == "open":
            return queryset.filter(status__in=PurchaseOrder.OPEN)
        if self.value() == "late":
            return queryset.filter(pk__in=purchasing.late().values("pk"))
        return queryset


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(Reordering, ReceivingAdmin, OrderSheets, AuditedAdmin):
    """A draft is a form; what was sent changes by steps and deliveries alone."""

    form = VersionedForm
    change_list_template = "admin/inventory/purchaseorder/change_list.html"
    change_form_template = "admin/inventory/purchaseorder/change_form.html"
    inlines = (LineInline,)
    list_display = ("number", "supplier", "location", "status_badge", "expected", "created_at")
    list_filter = ("status", WaitingFilter, "location", "supplier")
    list_select_related = ("supplier", "location")
    search_fields = ("number", "supplier__name", "lines__variant__sku", "receipts__delivery_note")
    search_help_text = _("Number, supplier, SKU or delivery note")
    ordering = ("-created_at", "-id")
    fields = ("supplier", "location", "expected_on", "exchange_rate", "note")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "supplier":
            kwargs["queryset"] = Supplier.objects.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Its lines have costs in the currency of this supplier.
        return ("supplier",) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.currency = obj.supplier.currency
            obj.ordered_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        if "expected_on" in form.changed_data:
            purchasing.tell_of_day(obj)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return see_other(reverse("admin:inventory_purchaseorder_change", args=[obj.pk]))

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<uuid:order_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name="inventory_purchaseorder_step",
        )
        return [step, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        order = self.order_of(request, unquote(object_id))
        if order.status == Status.DRAFT and self.has_change_permission(request, order):
            return super().change_view(request, object_id, form_url, extra_context)
        return self.detail_view(request, order)

    def detail_view(self, request: HttpRequest, order: Any) -> HttpResponse:
        """What was ordered, what came, and what can be done now."""
        sees_cost = request.user.has_perm(MAY_SEE_COST)
        context = {
            **self.admin_site.each_context(request),
            "title": order.number,
            "subtitle": None,
            "opts": self.opts,
            "original": order,
            "order": order,
            "status_badge": self.status_badge(order),
            "lines": [
                (line, format_money(line.cost, order.currency)) for line in order.lines.all()
            ],
            "total": format_money(purchasing.total_cost(order), order.currency),
            "receipts": order.receipts.all(),
            "steps": offered(STEPS.values(), order, request.user),
            "may_receive": order.status in PurchaseOrder.OPEN and self.may_receive(request),
            "sees_cost": sees_cost,
        }
        return TemplateResponse(request, "admin/inventory/purchaseorder/detail.html", context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        order = kwargs.get("obj")
        if order is not None:
            context["steps"] = offered(STEPS.values(), order, request.user)
            context["total"] = format_money(purchasing.total_cost(order), order.currency)
            context["too_small"] = self._too_small(order)
        return super().render_change_form(request, context, *args, **kwargs)

    def step_view(self, request: HttpRequest, order_id: Any, name: str) -> HttpResponse:
        """Says what a step does; posting takes it, unless the order is not what was looked at."""
        order = self.order_of(request, order_id)
        step = STEPS.get(name)
        if step is None:
            raise Http404
        if not request.user.has_perm(step.permission):
            raise PermissionDenied
        page = reverse("admin:inventory_purchaseorder_change", args=[order.pk])
        seen = {"seen_version": request.GET.get("seen", order.version)}
        seen["expected_on"] = order.expected_on
        data = request.POST if request.method == "POST" else None
        form = FORMS.get(name, StepForm)(data, initial=seen)
        if order.status not in step.before:
            self._say_unmoved(request, order)
            return see_other(page)
        if form.is_valid() and self._take(request, order, step, form):
            return see_other(page)
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "subtitle": order.number,
            "opts": self.opts,
            "order": order,
            "step": step,
            "warning": self._too_small(order) if order.status == Status.DRAFT else who_waits(order),
            "form": form,
            "back": page,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/inventory/step.html", context, status=status)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm(MAY_SEE_COST):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        order = cast("Any", obj)
        return [order, *order.lines.all(), *order.receipts.all()]

    def may_order(self, request: HttpRequest) -> bool:
        """Who buys, sees it through and sees the cost."""
        return request.user.has_perm(MAY_ORDER)

    def order_of(self, request: HttpRequest, order_id: Any) -> Any:
        """The order with lines and receipts, for who may see it; else a 404 or PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        lines: QuerySet[PurchaseOrderLine] = PurchaseOrderLine.objects.select_related(
            "variant__product"
        )
        receipts: QuerySet[Receipt] = Receipt.objects.select_related("actor")
        receipts = receipts.prefetch_related("lines__line__variant")
        rows = PurchaseOrder.objects.select_related("supplier", "location").prefetch_related(
            Prefetch("lines", queryset=lines), Prefetch("receipts", queryset=receipts)
        )
        try:
            return rows.get(pk=order_id)
        except (PurchaseOrder.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def _too_small(self, order: Any) -> str:
        """What to know before an order is sent that the supplier may turn down; "" if it is not."""
        missing = purchasing.short_of_minimum(order)
        if not missing:
            return ""
        return gettext("%(supplier)s takes orders from %(minimum)s; %(missing)s are missing.") % {
            "supplier": order.supplier,
            "minimum": format_money(order.supplier.minimum_order, order.currency),
            "missing": format_money(missing, order.currency),
        }

    def _take(self, request: HttpRequest, order: PurchaseOrder, step: Step, form: StepForm) -> bool:
        answers = dict(form.cleaned_data)
        answers["version"] = answers.pop("seen_version")
        try:
            moved = step.take(order.pk, actor_id=request.user.pk, **answers)
        except StaleObject:
            form.add_error(None, STALE)
            return False
        except DayPassed:
            form.add_error("expected_on", gettext("That day is over."))
            return False
        except NoExchangeRate:
            text = gettext("Nothing was sent: say what one %s is worth first.")
            self.message_user(request, text % order.currency, messages.ERROR)
        except NotOrderable as refusal:
            self._say_unmoved(request, refusal.purchase_order)
        else:
            text = gettext("%(order)s: %(status)s.")
            if step.name == "expect":
                text = gettext("%(order)s is expected on %(day)s.")
            facts = {
                "order": moved.number,
                "status": moved.get_status_display(),
                "day": date_format(moved.expected_on) if moved.expected_on else "",
            }
            self.message_user(request, text % facts, messages.SUCCESS)
        return True

    def _say_unmoved(self, request: HttpRequest, order: PurchaseOrder) -> None:
        text = gettext("Nothing was changed: %(order)s is %(status)s or has no lines.")
        facts = {"order": order.number, "status": order.get_status_display()}
        self.message_user(request, text % facts, messages.ERROR)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, order: PurchaseOrder) -> SafeString:
        return badge(order.get_status_display(), *STATUS_KINDS[Status(order.status)])

    @admin.display(description=_("expected"), ordering="expected_on")
    def expected(self, order: PurchaseOrder) -> Any:
        if order.is_late:
            day = date_format(cast("date", order.expected_on))
            return badge(gettext("Late: %s") % day, "warn", "alert")
        return order.expected_on
