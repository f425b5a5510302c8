"""What an entry of the address book says beside the address itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.accounts.forms import LineField
from shop.accounts.models import Address

_OFFERED = (Address.Type.SHIPPING, Address.Type.BILLING)


class EntryForm(forms.Form):
    """What an address is for, what its owner calls it, and whether it comes first."""

    type = forms.ChoiceField(
        label=_("What is it for?"),
        initial=Address.Type.SHIPPING,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the address is for")},
    )
    label = LineField(
        label=_("Your name for it"),
        help_text=_("Such as home or work; only you see it."),
        max_length=50,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    is_default = forms.BooleanField(
        label=_("Use it first when I order"), required=False, widget=forms.CheckboxInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.initial.get("type", Address.Type.SHIPPING)
        offered = dict.fromkeys((*_OFFERED, Address.Type(own)))
        field: Any = self.fields["type"]
        field.choices = [(kind.value, kind.label) for kind in offered]
