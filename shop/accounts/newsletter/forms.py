"""The form of the newsletter: an address and a tick that nobody set beforehand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.accounts.newsletter.subscriptions import CONSENT, Place

#: Where the form stands; what members tick in their account is another form.
_PLACES = (Place.HOME, Place.FOOTER, Place.PAGE)


class ConsentForm(forms.Form):
    """What a member wants."""

    consent = forms.BooleanField(label=CONSENT, required=False)


class NewsletterForm(forms.Form):
    """Who wants the newsletter.

    ``website`` is a trap: people do not see it, programs fill it in.
    """

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "enterkeyhint": "send"}),
        error_messages={
            "required": _("Enter your e-mail address"),
            "invalid": _("Enter an e-mail address such as name@example.com"),
        },
    )
    consent = forms.BooleanField(
        label=CONSENT,
        error_messages={"required": _("Tick the box, so that we may write to you")},
    )
    place = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    website = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "newsletter-%s")
        super().__init__(*args, **kwargs)

    def clean_place(self) -> Place:
        said = self.cleaned_data["place"]
        return Place(said) if said in _PLACES else Place.PAGE

    def focus_on_error(self) -> None:
        """Let the first field that is wrong take the focus once it is on the page."""
        wrong = next(name for name in self.fields if name in self.errors)
        self.fields[wrong].widget.attrs["data-focus"] = ""

    @property
    def is_a_trap_filled(self) -> bool:
        return bool(self.cleaned_data.get("website"))
