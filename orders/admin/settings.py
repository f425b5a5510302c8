"""Delivery and tax in the back office."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from audit.admin import AuditedAdmin
from orders.models import ShippingMethod, TaxRate
from shop.money import format_money


class ShippingMethodForm(forms.ModelForm):
    """A way to deliver; countries are checked against the list of ISO."""

    countries = SimpleArrayField(
        forms.CharField(max_length=2),
        label=_("Countries"),
        help_text=_("Two-letter codes with commas between them, such as DE, AT, FR."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    class Meta:
        model = ShippingMethod
        fields = (
            "name",
            "code",
            "kind",
            "carrier",
            "countries",
            "currency",
            "price",
            "free_from",
            "max_weight_grams",
            "min_days",
            "max_days",
            "is_active",
            "position",
        )

    def clean_countries(self) -> list[str]:
        codes = [code.strip().upper() for code in self.cleaned_data["countries"]]
        if unknown := [code for code in codes if not countries.name(code)]:
            text = gettext("Not a country: %s.")
            raise forms.ValidationError(text % ", ".join(unknown))
        return codes


@admin.register(ShippingMethod)
class ShippingMethodAdmin(AuditedAdmin):
    """How parcels travel and what that costs."""

    form = ShippingMethodForm
    amount_fields = ("price", "free_from")
    list_display = ("name", "kind", "price_shown", "free_from_shown", "days", "is_active")
    list_filter = ("kind", "is_active")
    prepopulated_fields = {"code": ("name",)}

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        return {"currency": ShippingMethod.objects.values_list("currency", flat=True).first()}

    @admin.display(description=_("price"), ordering="price")
    def price_shown(self, method: ShippingMethod) -> str:
        return format_money(method.price, method.currency)

    @admin.display(description=_("free from"), ordering="free_from")
    def free_from_shown(self, method: ShippingMethod) -> str:
        if method.free_from is None:
            return ""
        return format_money(method.free_from, method.currency)

    @admin.display(description=_("working days"))
    def days(self, method: ShippingMethod) -> str:
        if method.min_days == method.max_days:
            return str(method.min_days)
        return f"{method.min_days}–{method.max_days}"


@admin.register(TaxRate)
class TaxRateAdmin(AuditedAdmin):
    """What tax is due where goods arrive."""

    list_display = ("name", "country", "state", "tax_class", "percent")
    list_filter = ("tax_class",)
    search_fields = ("name", "country")

    @admin.display(description=_("rate"), ordering="rate_basis_points")
    def percent(self, rate: TaxRate) -> str:
        return f"{rate.rate_basis_points / 100:g} %"
