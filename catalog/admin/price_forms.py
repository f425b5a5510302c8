"""Forms of planned prices: a reduction, its time, and what it is for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, ProductVariant
from shop.forms import MoneyField


class TimesForm(forms.Form):
    """From when on, and perhaps until when."""

    starts_at = forms.DateTimeField(label=_("Starts"))
    ends_at = forms.DateTimeField(
        label=_("Ends"),
        required=False,
        help_text=_("The old prices come back then. Without an end the new price stays."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )

    def clean_ends_at(self) -> datetime | None:
        ends_at = cast("datetime | None", self.cleaned_data["ends_at"])
        starts_at = self.cleaned_data.get("starts_at")
        if ends_at is not None and ends_at <= timezone.now():
            raise forms.ValidationError(_("This is over already."))
        if ends_at is not None and starts_at is not None and ends_at <= starts_at:
            raise forms.ValidationError(_("It has to end after it starts."))
        return ends_at


class ReductionForm(TimesForm):
    """A price or a percentage, and its time."""

    percent_off = forms.IntegerField(
        label=_("Percent off"), required=False, min_value=1, max_value=90
    )
    price = MoneyField(label=_("or price"), required=False)
    field_order: Sequence[str] = ("percent_off", "price")

    def __init__(self, currency: str, data: Any = None) -> None:
        super().__init__(data)
        cast("MoneyField", self.fields["price"]).currency = currency

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        given = [cleaned.get(name) is not None for name in ("price", "percent_off")]
        if not self.errors and sum(given) != 1:
            self.add_error("percent_off", _("Give a percentage or a price."))
        return cleaned


class PlanForm(ReductionForm):
    """A reduction for all variants of a product or one."""

    variant = forms.ChoiceField(label=_("Variant"), required=False)
    field_order = ("variant", *ReductionForm.field_order)

    def __init__(self, product: Product, variants: list[ProductVariant], data: Any = None) -> None:
        super().__init__(product.currency, data)
        choice = cast("forms.ChoiceField", self.fields["variant"])
        choice.choices = [("", gettext("All variants")), *((str(v.pk), str(v)) for v in variants)]
