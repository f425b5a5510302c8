"""Delivery in the back office: zones, ways to deliver, where to collect, and a trial parcel."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from audit.admin import AuditedAdmin
from orders import summary
from orders.models import PickUpPoint, ShippingMethod, ShippingZone
from orders.shipping import delivery
from shop.back_office import StaffFields
from shop.forms import MoneyField
from shop.money import InvalidAmount, format_money, parse_amount, to_major

WIDE = {"class": "vTextField"}


class ShippingZoneForm(forms.ModelForm):
    """A zone; countries are checked against the list of ISO."""

    countries = SimpleArrayField(
        forms.CharField(max_length=2),
        label=_("Countries"),
        help_text=_("Two-letter codes with commas between them, such as DE, AT, FR."),
        widget=forms.TextInput(attrs=WIDE),
    )
    regions = SimpleArrayField(
        forms.CharField(max_length=100),
        label=_("Only these regions"),
        required=False,
        help_text=_("As addresses write them, such as CA, NY. Empty: all."),
        widget=forms.TextInput(attrs=WIDE),
    )
    postal_codes = SimpleArrayField(
        forms.CharField(max_length=30),
        label=_("Only these postal codes"),
        required=False,
        help_text=_("Ranges such as 10000-12999, or how codes begin, such as BT. Empty: all."),
        widget=forms.TextInput(attrs=WIDE),
    )

    class Meta:
        model = ShippingZone
        fields = ("name", "code", "countries", "regions", "postal_codes", "position")
        help_texts = {
            "position": _("The first zone that has an address is the address's zone."),
        }

    def clean_countries(self) -> list[str]:
        codes = [code.strip().upper() for code in self.cleaned_data["countries"]]
        if unknown := [code for code in codes if not countries.name(code)]:
            text = gettext("Not a country: %s.")
            raise forms.ValidationError(text % ", ".join(unknown))
        return codes

    def clean_postal_codes(self) -> list[str]:
        spans = [span.strip().upper() for span in self.cleaned_data["postal_codes"]]
        for span in spans:
            start, dash, end = span.partition("-")
            if not start or (dash and (len(start) != len(end) or start > end)):
                text = gettext("Not a range of postal codes: %s.")
                raise forms.ValidationError(text % span)
        return spans


@admin.register(ShippingZone)
class ShippingZoneAdmin(AuditedAdmin):
    """Addresses that parcels reach alike."""

    form = ShippingZoneForm
    list_display = ("name", "shown_countries", "shown_codes", "position")
    prepopulated_fields = {"code": ("name",)}

    @admin.display(description=_("countries"))
    def shown_countries(self, zone: ShippingZone) -> str:
        return ", ".join(zone.countries)

    @admin.display(description=_("only"))
    def shown_codes(self, zone: ShippingZone) -> str:
        return ", ".join([*zone.regions, *zone.postal_codes])


class BandsField(forms.CharField):
    """Bands of a price, one a line: where it starts, a colon, what it costs from there."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs["rows"] = 4


class ShippingMethodForm(forms.ModelForm):
    """A way to deliver; bands are typed one a line."""

    bands = BandsField(
        label=_("Bands"),
        help_text=_(
            "One a line: from how many grams, or from what worth of goods, then a colon and the "
            "price from there on. 5000: 14.90"
        ),
    )

    class Meta:
        model = ShippingMethod
        fields = (
            "name",
            "code",
            "kind",
            "carrier",
            "zone",
            "currency",
            "price",
            "priced_by",
            "bands",
            "free_from",
            "max_weight_grams",
            "min_days",
            "max_days",
            "is_active",
            "position",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["bands"] = _typed(self.instance)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        try:
            bands = _read_bands(
                cleaned.get("bands", ""), cleaned.get("priced_by"), cleaned.get("currency", "")
            )
        except ValueError as error:
            self.add_error("bands", gettext("Not a band: %s.") % error)
            return cleaned
        if not bands and cleaned.get("priced_by") != ShippingMethod.PricedBy.ORDER:
            self.add_error("bands", gettext("Give at least one band, or one price per order."))
        self.instance.band_starts = [start for start, _price in bands]
        self.instance.band_prices = [price for _start, price in bands]
        return cleaned


@admin.register(ShippingMethod)
class ShippingMethodAdmin(AuditedAdmin):
    """How parcels travel and what that costs."""

    form = ShippingMethodForm
    amount_fields = ("price", "free_from")
    list_display = ("name", "zone", "kind", "price_shown", "free_from_shown", "days", "is_active")
    list_filter = ("zone", "kind", "is_active")
    list_select_related = ("zone",)
    prepopulated_fields = {"code": ("name",)}
    change_list_template = "admin/orders/shippingmethod/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        trial = path(
            "try/",
            self.admin_site.admin_view(self.trial_view),
            name="orders_shippingmethod_try",
        )
        return [trial, *super().get_urls()]

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        return {"currency": ShippingMethod.objects.values_list("currency", flat=True).first()}

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        """What a parcel of so many grams would be offered to an address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TrialForm(request.GET or None)
        rows = None
        if form.is_valid():
            found = delivery.options(
                address=form.cleaned_data,
                goods_total=form.cleaned_data["goods"],
                weight_grams=form.cleaned_data["grams"],
            )
            rows = [
                {
                    "zone": option.method.zone.name,
                    "name": option.method.name,
                    "price": format_money(option.price, option.method.currency),
                    "days": summary.arrival(option.arrives_from, option.arrives_until),
                }
                for option in found
            ]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Try a parcel"),
            "subtitle": None,
            "opts": self.opts,
            "form": form,
            "rows": rows,
        }
        return TemplateResponse(request, "admin/orders/shippingmethod/try.html", context)

    @admin.display(description=_("price"), ordering="price")
    def price_shown(self, method: ShippingMethod) -> str:
        prices = [method.price, *(method.band_prices if method.priced_by != "ORDER" else [])]
        lowest, highest = (
            format_money(amount, method.currency) for amount in (min(prices), max(prices))
        )
        return lowest if lowest == highest else f"{lowest} – {highest}"

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


class TrialForm(StaffFields, forms.Form):
    """A parcel and where it goes."""

    grams = forms.IntegerField(label=_("Grams"), min_value=0, max_value=10_000_000, initial=800)
    country = forms.ChoiceField(label=_("Country"), choices=list(countries), initial="DE")
    state = forms.CharField(label=_("Region"), max_length=100, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    goods = MoneyField(label=_("Goods for"))


@admin.register(PickUpPoint)
class PickUpPointAdmin(AuditedAdmin):
    """Where orders are collected."""

    fields = (
        "location",
        "line1",
        "postal_code",
        "city",
        "country",
        "opening_hours",
        "instructions",
        "is_offered",
    )
    list_display = ("__str__", "line1", "opening_hours", "is_offered")
    list_select_related = ("location",)


def _typed(method: ShippingMethod) -> str:
    """The bands as staff type them."""
    by_weight = method.priced_by == ShippingMethod.PricedBy.WEIGHT
    return "\n".join(
        f"{start if by_weight else to_major(start, method.currency)}: "
        f"{to_major(price, method.currency)}"
        for start, price in method.bands
    )


def _read_bands(text: str, priced_by: str | None, currency: str) -> list[tuple[int, int]]:
    """(start, price) of each line. Raises ValueError with the line that is none."""
    bands: dict[int, int] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        start, colon, price = line.partition(":")
        try:
            if priced_by == ShippingMethod.PricedBy.AMOUNT:
                begins = parse_amount(start, currency)
            else:
                begins = int(start)
            costs = parse_amount(price, currency)
        except (InvalidAmount, ValueError) as error:
            raise ValueError(line) from error
        if not colon or begins <= 0 or costs < 0 or begins in bands:
            raise ValueError(line)
        bands[begins] = costs
    return sorted(bands.items())
