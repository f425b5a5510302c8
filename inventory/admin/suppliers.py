"""Suppliers with what they deliver, for how much, and how well."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory import purchasing
from inventory.models import Supplier, SupplierItem
from inventory.purchasing import Performance
from shop.forms import MoneyField
from shop.money import format_money

MAY_SEE_COST = "inventory.view_cost"


class BySku(forms.ModelForm):
    """A row about a variant, which staff name by its SKU and which then stays."""

    sku = forms.CharField(
        label=_("SKU"), max_length=64, widget=forms.TextInput(attrs={"class": "a-code"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["sku"].initial = self._row.variant.sku
            self.fields["sku"].disabled = True

    def clean_sku(self) -> str:
        """Raises ValidationError for a SKU that no live variant has."""
        sku = str(self.cleaned_data["sku"]).strip()
        if self.instance._state.adding:
            variants = cast("Any", self._row._meta.get_field("variant").related_model)
            variant = variants.objects.filter(sku__iexact=sku).first()
            if variant is None:
                raise ValidationError(_("No variant has this SKU."))
            self._row.variant = variant
        # Formsets look here for rows that are there twice.
        self.cleaned_data["variant"] = self._row.variant
        return sku

    def _get_validation_exclusions(self) -> set[str]:
        # The variant is known by now, and constraints about it can be checked.
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions - {"variant"} if self._row.variant_id else exclusions

    @property
    def _row(self) -> Any:
        return self.instance


class ItemForm(BySku):
    """Reads the cost in the currency of the supplier."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("supplier") or self._row.supplier_id
        try:
            supplier = Supplier.objects.filter(pk=chosen).first() if chosen else None
        except ValidationError:
            supplier = None
        if supplier is not None:
            cast("MoneyField", self.fields["cost"]).currency = supplier.currency


def percent(share: float | None) -> str:
    """A share in words, or a dash where there is nothing to judge by."""
    return "–" if share is None else gettext("%d %%") % round(share * 100)


@admin.register(Supplier)
class SupplierAdmin(AuditedAdmin):
    """Workshops and wholesalers, with what receipts say of them."""

    change_form_template = "admin/inventory/supplier/change_form.html"
    amount_fields = ("minimum_order",)
    list_display = (
        "name",
        "lead_time_days",
        "orders_done",
        "on_time",
        "fill_rate",
        "defects",
        "real_lead_time",
    )
    search_fields = ("name", "contact", "email")
    search_help_text = _("Name, contact or e-mail address")
    fieldsets = (
        (None, {"fields": ("name", ("contact", "email", "phone"), "address")}),
        (_("Terms"), {"fields": ("currency", "lead_time_days", "minimum_order", "notes")}),
    )
    sortable_by = ("name", "lead_time_days")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        shown = super().get_changelist_instance(request)
        rows: list[Any] = list(shown.result_list)
        found = purchasing.performance([row.pk for row in rows])
        for row in rows:
            row.performance = found[row.pk]
        shown.result_list = rows
        return shown

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["performance"] = [
                (label, shown(row))
                for label, shown in (
                    (_("Finished orders"), self.orders_done),
                    (_("On time"), self.on_time),
                    (_("Delivered in full"), self.fill_rate),
                    (_("Defects"), self.defects),
                    (_("Real lead time"), self.real_lead_time),
                )
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not obj.purchase_orders.filter(ended_at=None).exists()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        # A supplier is hidden; its orders stay, and nothing goes along.
        return [str(row) for row in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.soft_delete()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.display(description=_("finished orders"))
    def orders_done(self, row: Supplier) -> int:
        return _performance(row).orders

    @admin.display(description=_("on time"))
    def on_time(self, row: Supplier) -> str:
        return percent(_performance(row).on_time)

    @admin.display(description=_("delivered in full"))
    def fill_rate(self, row: Supplier) -> str:
        return percent(_performance(row).fill_rate)

    @admin.display(description=_("defects"))
    def defects(self, row: Supplier) -> str:
        return percent(_performance(row).defects)

    @admin.display(description=_("real lead time"))
    def real_lead_time(self, row: Supplier) -> str:
        days = _performance(row).lead_days
        return "–" if days is None else gettext("%d days") % round(days)


def _performance(row: Any) -> Performance:
    """Of a list all at once; elsewhere of the one row."""
    if not hasattr(row, "performance"):
        row.performance = purchasing.performance([row.pk])[row.pk]
    return cast("Performance", row.performance)


@admin.register(SupplierItem)
class SupplierItemAdmin(AuditedAdmin):
    """What suppliers call our variants and ask for them."""

    form = ItemForm
    amount_fields = ("cost",)
    list_display = ("sku", "product", "supplier", "supplier_sku", "cost_shown", "pack_size", "days")
    list_display_links = ("sku",)
    list_filter = ("supplier", "is_preferred")
    list_select_related = ("supplier", "variant__product")
    search_fields = ("variant__sku", "supplier_sku", "supplier__name")
    search_help_text = _("Our SKU, the supplier's SKU or the supplier")
    ordering = ("variant__sku", "supplier")
    fields = (
        "supplier",
        "sku",
        "supplier_sku",
        ("cost", "pack_size"),
        "lead_time_days",
        "is_preferred",
    )

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[SupplierItem]":
        rows = super().get_queryset(request)
        return rows.filter(supplier__deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("supplier",) if obj else ()

    @admin.display(description=_("SKU"), ordering="variant__sku")
    def sku(self, row: SupplierItem) -> str:
        return str(row.variant.sku)

    @admin.display(description=_("product"), ordering="variant__product__title")
    def product(self, row: SupplierItem) -> str:
        return f"{row.variant.product.title} {row.variant.title}"

    @admin.display(description=_("cost"), ordering="cost")
    def cost_shown(self, row: SupplierItem) -> str:
        return format_money(row.cost, row.supplier.currency)

    @admin.display(description=_("lead time in days"))
    def days(self, row: SupplierItem) -> int:
        own = row.lead_time_days
        return int(row.supplier.lead_time_days if own is None else own)
