"""The card form. Card data lives in the request only and goes straight to the provider."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.providers.base import Card


class NeverShownAgain(forms.TextInput):
    """A field that is typed anew when the form comes back."""

    def format_value(self, value: Any) -> str | None:
        return None


class CardForm(forms.Form):
    """A card as people type it: spaces in the number, the expiry as 08/29.

    Without ``may_keep`` nobody is asked whether the card shall be kept.
    """

    number = forms.CharField(
        label=_("Card number"),
        max_length=30,
        error_messages={"required": _("Enter the card number")},
        widget=forms.TextInput(attrs={"autocomplete": "cc-number", "inputmode": "numeric"}),
    )
    expiry = forms.CharField(
        label=_("Expiry date"),
        max_length=7,
        help_text=_("MM/YY, such as 08/29"),
        error_messages={"required": _("Enter the expiry date")},
        widget=forms.TextInput(attrs={"autocomplete": "cc-exp", "inputmode": "numeric"}),
    )
    security_code = forms.CharField(
        label=_("Security code"),
        max_length=4,
        help_text=_("On the back of the card"),
        error_messages={"required": _("Enter the security code")},
        widget=NeverShownAgain(
            attrs={"autocomplete": "cc-csc", "inputmode": "numeric", "maxlength": "4"}
        ),
    )

    keeps = forms.BooleanField(label=_("Keep this card for next time"), required=False)

    def __init__(self, *args: Any, may_keep: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_keep:
            del self.fields["keeps"]

    def clean_number(self) -> str:
        digits = re.sub(r"[\s-]", "", self.cleaned_data["number"])
        if not re.fullmatch(r"[0-9]{12,19}", digits) or not _luhn(digits):
            raise ValidationError(_("Check the card number; a digit seems to be wrong."))
        return digits

    def clean_expiry(self) -> tuple[int, int]:
        match = re.fullmatch(
            r"\s*([0-9]{1,2})\s*[/ .-]?\s*(?:20)?([0-9]{2})\s*", self.cleaned_data["expiry"]
        )
        if match is None or not 1 <= int(match[1]) <= 12:
            raise ValidationError(_("Type month and year, such as 08/29."))
        return int(match[1]), 2000 + int(match[2])

    def clean_security_code(self) -> str:
        code: str = self.cleaned_data["security_code"]
        if not re.fullmatch(r"[0-9]{3,4}", code):
            raise ValidationError(_("The security code has three or four digits."))
        return code

    def card(self) -> Card:
        """The card of a valid form."""
        month, year = self.cleaned_data["expiry"]
        return Card(
            number=self.cleaned_data["number"],
            expiry_month=month,
            expiry_year=year,
            security_code=self.cleaned_data["security_code"],
        )

    def explain(self, field: str, code: str) -> None:
        """Show why the provider would not take the card."""
        words: dict[str, Any] = {
            "not_a_test_card": _("This demo shop takes its test cards only."),
            "expired": _("This card has expired."),
        }
        self.add_error(field, words.get(code, _("The card was not accepted.")))


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: the check digit of card numbers."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
