"""Forms of checkout; addresses come from :mod:`shop.accounts.forms`."""

from django import forms
from django.utils.translation import gettext_lazy as _

CHOOSE = _("Choose how we deliver")


class ContactForm(forms.Form):
    """Who orders, before the address."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We only use it for this order."),
        error_messages={
            "required": _("Enter your e-mail address"),
            "invalid": _("Enter an e-mail address such as name@example.com"),
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "enterkeyhint": "next", "spellcheck": "false"}
        ),
    )

    def clean_email(self) -> str:
        """In lower case, so that one person's orders are found together."""
        email: str = self.cleaned_data["email"]
        return email.lower()


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
