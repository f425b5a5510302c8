"""The form of who wants word about a piece."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Subscription
from catalog.products.choices import Choice

Kind = Subscription.Kind


class SubscriptionForm(forms.Form):
    """An address, and the size where there is one to choose.

    ``website`` is a trap: people do not see it, programs fill it in.
    """

    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.HiddenInput)
    color = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)
    size = forms.ChoiceField(
        label=_("Size"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a size")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("One mail, and only about this. A link in it takes you off the list."),
        error_messages={"required": _("Enter your e-mail address")},
    )
    website = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: Any, sizes: list[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}
        size = cast("forms.ChoiceField", self.fields["size"])
        size.choices = [(one.slug, one.name) for one in sizes]
        if len(sizes) <= 1:
            size.widget = forms.HiddenInput()
            size.required = bool(sizes)

    @property
    def is_a_trap_filled(self) -> bool:
        return bool(self.cleaned_data.get("website"))
