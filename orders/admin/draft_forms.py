"""What staff fill in to take down an order."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.admin.forms import WIDE
from orders.forms import BusinessForm
from orders.models import Draft
from shop.forms import MoneyField

Data = Mapping[str, Any] | None


class CustomerForm(BusinessForm):
    """Whom the order is for, beside the address."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    field_order = ("email", "language", "vat_number")

    def clean_email(self) -> str:
        """In lower case, so that one person's orders are found together."""
        email: str = self.cleaned_data["email"]
        return email.lower()


class UnitsForm(forms.Form):
    """How many units of a line; none takes it out."""

    quantity = forms.IntegerField(
        label=_("Units"), min_value=0, max_value=settings.CART_LINE_QUANTITY_MAX
    )


class AddForm(forms.Form):
    """How many units of what was found."""

    quantity = forms.IntegerField(
        label=_("Units"), min_value=1, max_value=settings.CART_LINE_QUANTITY_MAX, initial=1
    )


class PriceForm(forms.Form):
    """What a unit costs for this customer; empty for the catalog's price."""

    price = MoneyField(label=_("Agreed unit price"), required=False)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The customer reads it beside the price."),
        max_length=100,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("price") is not None and not values.get("reason"):
            self.add_error("reason", _("Say why."))
        return values


class DiscountForm(forms.Form):
    """What is taken off the whole."""

    kind = forms.ChoiceField(label=_("Discount"), choices=Draft.Discount.choices, required=False)
    percent = forms.DecimalField(
        label=_("Percent"), min_value=0, max_value=100, decimal_places=2, required=False
    )
    amount = MoneyField(label=_("Amount"), required=False)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The customer reads it beside the sum."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
    )

    @staticmethod
    def initial_from(draft: Draft) -> dict[str, Any]:
        """What was agreed."""
        kinds = Draft.Discount
        return {
            "kind": draft.discount_kind,
            "percent": draft.discount_value / 100
            if draft.discount_kind == kinds.PERCENTAGE
            else None,
            "amount": draft.discount_value if draft.discount_kind == kinds.FIXED_AMOUNT else None,
            "reason": draft.discount_reason,
        }

    @property
    def value(self) -> int:
        """Hundredths of a percent, or minor units."""
        kind = self.cleaned_data["kind"]
        if kind == Draft.Discount.PERCENTAGE:
            return int(self.cleaned_data["percent"] * 100)
        return self.cleaned_data["amount"] if kind else 0

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kinds = Draft.Discount
        names = {kinds.PERCENTAGE.value: "percent", kinds.FIXED_AMOUNT.value: "amount"}
        name = names.get(str(values.get("kind") or ""))
        if name and not values.get(name) and name not in self.errors:
            self.add_error(name, _("Say how much."))
        if name and not values.get("reason"):
            self.add_error("reason", _("Say why."))
        return values


class CodeForm(forms.Form):
    """A code that the customer has."""

    code = forms.CharField(label=_("Code"), max_length=60)


class DeliveryForm(forms.Form):
    """How it travels, and what goes with it."""

    method = forms.ChoiceField(label=_("Delivery"), widget=forms.RadioSelect)
    point = forms.ChoiceField(label=_("Collected at"), required=False)
    note = forms.CharField(
        label=_("Note with the parcel"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data: Data = None,
        *,
        methods: list[tuple[str, str]],
        points: list[tuple[str, str]],
        initial: Data = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["method"] = forms.ChoiceField(
            label=_("Delivery"), choices=methods, widget=forms.RadioSelect
        )
        if points:
            self.fields["point"] = forms.ChoiceField(
                label=_("Collected at"), choices=[("", "–"), *points], required=False
            )
        else:
            del self.fields["point"]


class NoteForm(forms.Form):
    """What colleagues should know."""

    note = forms.CharField(
        label=_("Note for colleagues"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
