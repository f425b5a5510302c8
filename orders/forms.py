"""Forms of checkout and of the page of an order; addresses come from :mod:`shop.accounts.forms`."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.errors import InvalidVatNumber, UnknownVatNumber
from orders.prices import vat
from shop.models import new_id

CHOOSE = _("Choose how we deliver")
CHOOSE_POINT = _("Choose where you collect it")


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


class BusinessForm(forms.Form):
    """What a business says of itself, after the address."""

    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=40,
        required=False,
        help_text=_("With its country in front, such as ATU13585627."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_vat_number(self) -> str:
        try:
            return vat.checked(self.cleaned_data["vat_number"])
        except InvalidVatNumber as error:
            text = _("Check the VAT number: one looks like ATU13585627")
            raise ValidationError(text, code="invalid") from error
        except UnknownVatNumber as error:
            raise ValidationError(_("This VAT number is not registered"), code="unknown") from error


class ContactOptionsForm(forms.Form):
    """The two tick-boxes after the address."""

    billing_same = forms.BooleanField(
        label=_("Billing address is the same"), required=False, initial=True
    )
    wants_news = forms.BooleanField(
        label=_("Send me news a few times a year"), required=False, initial=False
    )


class DeliveryForm(forms.Form):
    """Which of the offered methods, and where to collect where there is a choice."""

    note = forms.CharField(
        label=_("Note for the parcel"),
        max_length=500,
        required=False,
        help_text=_("A gift message, or where to leave it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: object,
        methods: list[tuple[str, str]],
        points: list[tuple[str, str]],
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["method"] = forms.ChoiceField(
            label=_("Delivery"),
            choices=methods,
            error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        )
        if points:
            self.fields["point"] = forms.ChoiceField(
                label=_("Where will you collect it?"),
                choices=points,
                required=False,
                error_messages={"invalid_choice": CHOOSE_POINT},
            )


class TrackingForm(forms.Form):
    """What only the buyer has: the number of an order and the address it was placed with."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=20,
        help_text=_("It stands in the mail we sent: ORD, a year and six digits."),
        error_messages={"required": _("Enter the number of your order")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Enter the e-mail address you ordered with"),
            "invalid": _("Enter an e-mail address such as name@example.com"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class MessageForm(forms.Form):
    """A message about an order; its key makes a form that is sent twice one message."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what you want to know.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
