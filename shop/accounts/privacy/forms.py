"""Forms about one's data."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import ConsentRecord
from shop.accounts.sign_in.addresses import clean_address


class ConfirmForm(forms.Form):
    """What cannot be taken back is typed out."""

    word = forms.CharField(max_length=254, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["word"].label = gettext("Type %(word)s to confirm") % {"word": expected}
        self.fields["word"].error_messages["required"] = self._sentence

    @property
    def _sentence(self) -> str:
        return gettext("Type %(word)s, so that nothing is deleted by mistake") % {
            "word": self.expected
        }

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"].strip()
        if word.casefold() != self.expected.casefold():
            raise forms.ValidationError(self._sentence)
        return word


class AddressForm(forms.Form):
    """Whose mailbox the link goes to."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": _("Enter the e-mail address you ordered with"),
            "invalid": _("Enter an e-mail address such as name@example.com"),
        },
    )

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])


class PurposeForm(forms.Form):
    """Which consent is taken back; that to keep cards ends with the cards."""

    purpose = forms.ChoiceField(choices=[(ConsentRecord.Purpose.NEWSLETTER, "")])
