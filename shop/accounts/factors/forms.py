"""Forms of second factors."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.accounts.factors.passkeys import NAME_LENGTH

#: What a browser answers for a passkey, in characters; a certificate may come along.
CREDENTIAL_LENGTH = 20_000
_NAME_MISSING = _("Give it a name")


class CredentialField(forms.CharField):
    """What the browser's script fills in: the answer of a passkey, as JSON."""

    default_error_messages = {
        "required": _("No passkey answered. Try again, or use another way."),
        "invalid": _("No passkey answered. Try again, or use another way."),
    }

    def __init__(self) -> None:
        super().__init__(max_length=CREDENTIAL_LENGTH, widget=forms.HiddenInput)
        self.error_messages["max_length"] = self.error_messages["invalid"]

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return answer


class PasskeyForm(forms.Form):
    """The answer of a passkey."""

    credential = CredentialField()


class NewPasskeyForm(PasskeyForm):
    """A passkey and what its owner calls it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("So that you know it again, such as “Phone” or “Laptop”."),
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _NAME_MISSING},
    )
    field_order = ("name", "credential")


class PasskeyNameForm(forms.Form):
    """What the owner calls a passkey."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _NAME_MISSING},
    )


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "enterkeyhint": "go",
            }
        ),
        error_messages={"required": _("Enter a code")},
    )


class AppCodeForm(CodeForm):
    """A code of the app that is being set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code from the app")
        field.widget.attrs["inputmode"] = "numeric"


class PasswordForm(forms.Form):
    """The password of who is signed in."""

    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "enterkeyhint": "go"}),
        error_messages={"required": _("Enter your password")},
    )
