"""Stock levels, which staff adjust with a reason."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory import availability, levels, stock
from inventory.errors import AdjustedAlready, BelowReserved, NothingToAdjust
from inventory.models import (
    Movement,
    PurchaseOrder,
    PurchaseOrderLine,
    Stock,
    Transfer,
    TransferLine,
)
from shop.back_office import VersionedForm, badge
from shop.models import new_id

#: Movements shown on the page of a stock row; the ledger has all.
LATEST = 20


class AdjustmentForm(forms.Form):
    """How many units came or went, and why. ``key`` makes the same form count once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity_change = forms.IntegerField(
        label=_("Change"),
        help_text=_("Units to add; with a minus, units to take away."),
        min_value=-1_000_000,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"class": "vIntegerField", "inputmode": "text"}),
    )
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            choice for choice in Movement.Reason.choices if choice[0] != Movement.Reason.OPENING
        ],
    )
    note = forms.CharField(
        label=_("Reason in words"),
        help_text=_("Kept in the ledger for ever, such as “2 damaged in transit”."),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class LevelFilter(admin.SimpleListFilter):
    """What needs attention."""

    title = _("level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("low", _("At or below reorder point")), ("out", _("Nothing available"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Stock]) -> QuerySet[Stock]:
        if self.value() == "low":
            return queryset.filter(pk__in=levels.low().values("pk"))
        if self.value() == "out":
            return queryset.filter(available=0)
        return queryset


@admin.register(Stock)
class StockAdmin(AuditedAdmin):
    """One row per variant and location. Units change by an adjustment, never by typing over."""

    form = VersionedForm
    change_form_template = "admin/inventory/stock/change_form.html"
    list_display = (
        "sku",
        "product",
        "location",
        "on_hand",
        "reserved",
        "available",
        "incoming",
        "low_stock_threshold",
        "level",
        "adjust_link",
    )
    list_filter = (LevelFilter, "location", "revenue_class", "zone")
    list_select_related = ("variant__product", "location")
    search_fields = ("variant__sku", "variant__title", "variant__product__title", "shelf")
    search_help_text = _("SKU, product or shelf")
    ordering = ("variant__sku", "location")
    readonly_fields = (
        "sku",
        "product",
        "on_hand",
        "reserved",
        "available",
        "last_counted_at",
        "revenue_class",
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        keeping = ("low_stock_threshold", "reorder_quantity", "maximum", "shelf", "zone")
        if obj is None:
            return [(None, {"fields": ("variant", "location", "opening_balance", *keeping)})]
        return [
            (
                None,
                {
                    "fields": (
                        ("sku", "product", "location"),
                        ("on_hand", "reserved", "available"),
                        ("last_counted_at", "revenue_class"),
                    )
                },
            ),
            (_("Keeping"), {"fields": keeping}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "location") if obj else self.readonly_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "variant":
            kwargs |= {"to_field_name": "sku", "widget": AdminTextInputWidget, "label": _("SKU")}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        availability.changed([obj.variant_id])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stock]:
        rows = super().get_queryset(request)
        place = {"variant": OuterRef("variant")}
        ordered = PurchaseOrderLine.objects.filter(
            **place,
            purchase_order__location=OuterRef("location"),
            purchase_order__status__in=PurchaseOrder.OPEN,
        )
        moving = TransferLine.objects.filter(
            **place,
            transfer__destination=OuterRef("location"),
            transfer__status=Transfer.Status.SENT,
        )
        sums = (
            lines.order_by().values("variant").annotate(units=units).values("units")
            for lines, units in (
                (ordered, Sum("outstanding")),
                (moving, Sum(F("quantity") - F("received"))),
            )
        )
        found: QuerySet[Stock] = rows.annotate(
            to_come=sum((Coalesce(Subquery(units), 0) for units in sums), start=Value(0))
        )
        return found

    def get_urls(self) -> list[URLPattern]:
        adjust = path(
            "<path:object_id>/adjust/",
            self.admin_site.admin_view(self.adjust_view),
            name="inventory_stock_adjust",
        )
        return [adjust, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            rows = obj.movements.select_related(
                "actor", "order", "transfer", "receipt__purchase_order", "stocktake"
            )
            context["movements"] = rows[:LATEST]
            context["may_adjust"] = self._may_adjust(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def adjust_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A form for one adjustment; posting it writes the ledger."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self._may_adjust(request):
            raise PermissionDenied
        page = reverse("admin:inventory_stock_change", args=[row.pk])
        data = request.POST if request.method == "POST" else None
        form = AdjustmentForm(data, initial={"key": new_id()})
        if form.is_valid() and self._post(request, row, form):
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Adjust stock"),
            "subtitle": str(row),
            "form": form,
            "stock": row,
            "cancel_url": page,
            "opts": self.opts,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(
            request, "admin/inventory/stock/adjust.html", context, status=status
        )

    def _post(self, request: HttpRequest, row: Any, form: AdjustmentForm) -> bool:
        try:
            movement = stock.adjust(
                stock_id=row.pk,
                quantity_change=form.cleaned_data["quantity_change"],
                note=form.cleaned_data["note"],
                reason=Movement.Reason(form.cleaned_data["reason"]),
                actor_id=request.user.pk,
                key=form.cleaned_data["key"],
            )
        except AdjustedAlready as error:
            text = _("Sent before, with %(change)+d units. Open the form anew to post more.")
            form.add_error(None, text % {"change": error.movement.quantity_change})
            return False
        except NothingToAdjust:
            form.add_error("quantity_change", _("Enter a change other than 0."))
            return False
        except BelowReserved as error:
            form.add_error(
                "quantity_change",
                _("%(reserved)d of the %(on_hand)d units on hand are promised to shoppers.")
                % {"reserved": error.reserved, "on_hand": error.on_hand},
            )
            return False
        self.message_user(
            request,
            gettext("%(change)+d units. On hand now: %(balance)d.")
            % {"change": movement.quantity_change, "balance": movement.balance_after},
            messages.SUCCESS,
        )
        return True

    def _may_adjust(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.add_movement")

    @admin.display(description=_("SKU"), ordering="variant__sku")
    def sku(self, row: Stock) -> str:
        return str(row.variant.sku)

    @admin.display(description=_("product"), ordering="variant__product__title")
    def product(self, row: Stock) -> str:
        return f"{row.variant.product.title} {row.variant.title}"

    @admin.display(description=_("incoming"), ordering="to_come")
    def incoming(self, row: Any) -> int:
        return int(row.to_come)

    @admin.display(description=_("level"))
    def level(self, row: Stock) -> SafeString:
        if row.available <= 0:
            return badge(gettext("Out"), "danger", "alert")
        if row.available <= row.low_stock_threshold:
            return badge(gettext("Low"), "warn", "alert")
        return badge(gettext("Fine"), "ok", "check")

    @admin.display(description=_("Adjust"))
    def adjust_link(self, row: Stock) -> str:
        url = reverse("admin:inventory_stock_adjust", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("Adjust"))

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        return [obj, *cast("Stock", obj).movements.all()[:200]]
