"""The form of the profile."""

import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from shop.accounts.forms import LineField
from shop.accounts.models import User
from shop.accounts.names import validate_public_name
from shop.accounts.profile.profile import MADE_UP, public_name

TAKEN = _("This public name is taken. Choose another one.")


class ProfileForm(forms.Form):
    """Names, phone and, where there are several, the language of mails."""

    first_name = LineField(
        label=_("First name"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    last_name = LineField(
        label=_("Last name"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    public_name = LineField(
        label=_("Public name"),
        help_text=_("Others read it beside your reviews."),
        max_length=50,
        required=False,
        widget=forms.TextInput({"autocomplete": "nickname"}),
    )
    phone = PhoneNumberField(
        label=_("Phone"),
        help_text=_("Only for questions about an order."),
        required=False,
        region=settings.SHOP_COUNTRY,
        max_length=40,
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"invalid": _("Enter a phone number such as +49 30 901820")},
    )
    language = forms.ChoiceField(
        label=_("Language of our mails"), choices=settings.LANGUAGES, required=False
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(
            data,
            initial={
                "first_name": user.first_name,
                "last_name": user.last_name,
                "public_name": public_name(user),
                "phone": user.phone,
                "language": user.language or settings.LANGUAGE_CODE,
            },
        )
        self._user = user
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]

    def clean_public_name(self) -> str:
        name = unicodedata.normalize("NFKC", self.cleaned_data["public_name"])
        if name and name != self._user.username:
            validate_public_name(name)
            if name.casefold().startswith(MADE_UP):
                raise ValidationError(_("Choose a name that begins differently"), code="made_up")
        return name

    def clean_phone(self) -> str:
        number = self.cleaned_data["phone"]
        return number.as_e164 if isinstance(number, PhoneNumber) else ""

    @property
    def said(self) -> dict[str, str]:
        """What a valid form says, as :func:`shop.accounts.profile.profile.keep` takes it."""
        return {"language": self._user.language, **self.cleaned_data}
