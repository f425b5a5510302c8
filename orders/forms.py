"""Forms of checkout; addresses come from :mod:`shop.accounts.forms`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.accounts.forms import PARTS, AddressForm

CHOOSE = _("Choose how we deliver.")
#: What an empty field says; any other is named by its label.
MISSING = {
    "country": _("Choose a country."),
    "full_name": _("Type the name that stands on the door."),
    "line1": _("Type the street and number."),
    "postal_code": _("Type the postcode."),
    "city": _("Type the town."),
    "state": _("Choose the region."),
}


class ContactForm(forms.Form):
    """Who orders, before the address."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We only use it for this order."),
        error_messages={
            "required": _("Type your e-mail address."),
            "invalid": _("Type an e-mail address such as name@example.com."),
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "enterkeyhint": "next", "spellcheck": "false"}
        ),
    )

    def clean_email(self) -> str:
        """In lower case, so that one person's orders are found together."""
        email: str = self.cleaned_data["email"]
        return email.lower()


class CheckoutAddressForm(AddressForm):
    """An address that says what is missing instead of that something is."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        countries: Iterable[str] | None = None,
        section: str = "shipping",
        initial: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, countries=countries, section=section, initial=initial, prefix=prefix)
        for name in self.fields.keys() & MISSING.keys():
            self.fields[name].error_messages["required"] = MISSING[name]

    @staticmethod
    def typed(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        """What was typed so far, as initial values of a form that is not judged yet."""
        names = {part: f"{prefix}-{part}" if prefix else part for part in PARTS}
        return {part: data[name] for part, name in names.items() if data.get(name)}


class ContactOptionsForm(forms.Form):
    """The two tick-boxes after the address."""

    billing_same = forms.BooleanField(
        label=_("Billing address is the same"), required=False, initial=True
    )
    wants_news = forms.BooleanField(
        label=_("Send me news a few times a year"), required=False, initial=False
    )


class DeliveryForm(forms.Form):
    """Which of the offered methods."""

    note = forms.CharField(
        label=_("Note for the parcel"),
        max_length=500,
        required=False,
        help_text=_("A gift message, or where to leave it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: object, methods: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["method"] = forms.ChoiceField(
            label=_("Delivery"),
            choices=methods,
            error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        )
