"""Forms of gift cards: buying one, and asking what is left on it."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.credit import selling
from payments.credit.cards import Recipient
from shop.forms import MoneyField
from shop.money import format_money

OTHER = "other"
#: A card may be sent so many days from now at the latest.
MOST_DAYS = 365


class GiftCardForm(forms.Form):
    """A gift card as it is wished for. Amounts are minor units of ``currency``."""

    amount = forms.ChoiceField(
        label=_("Amount"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an amount")},
    )
    other = MoneyField(label=_("Another amount"), required=False)
    recipient_name = forms.CharField(
        label=_("Name of the recipient"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    recipient_email = forms.EmailField(
        label=_("E-mail of the recipient"),
        max_length=254,
        required=False,
        help_text=_("Leave it empty to get the card yourself, to print or to forward."),
        error_messages={"invalid": _("Enter an e-mail address such as name@example.com")},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sender_name = forms.CharField(label=_("Your name"), max_length=100, required=False)
    message = forms.CharField(
        label=_("Your message"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    send_on = forms.DateField(
        label=_("To be sent on"),
        required=False,
        help_text=_("Leave it empty to send it at once."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer, self.currency = selling.offer(), currency
        amounts = [(str(amount), format_money(amount, currency)) for amount in self.offer.amounts]
        choice = cast("forms.ChoiceField", self.fields["amount"])
        choice.choices = [*amounts, (OTHER, _("Another amount"))]
        cast("MoneyField", self.fields["other"]).currency = currency
        today = timezone.localdate()
        self.fields["send_on"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + timedelta(days=MOST_DAYS)).isoformat(),
        }

    def clean_send_on(self) -> Any:
        day = self.cleaned_data["send_on"]
        today = timezone.localdate()
        if day and not today <= day <= today + timedelta(days=MOST_DAYS):
            raise ValidationError(_("Choose a day from today on, within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("amount") == OTHER and "other" not in self.errors:
            amount, offer = data.get("other"), self.offer
            is_offered = (
                amount is not None
                and offer.minimum <= amount <= offer.maximum
                and amount % offer.step == 0
            )
            if not is_offered:
                words = _("Type a whole amount from %(least)s to %(most)s.")
                facts = {
                    "least": format_money(offer.minimum, self.currency),
                    "most": format_money(offer.maximum, self.currency),
                }
                self.add_error("other", ValidationError(words, params=facts))
        told = data.get("recipient_name") or data.get("message") or data.get("send_on")
        if told and not data.get("recipient_email") and "recipient_email" not in self.errors:
            self.add_error("recipient_email", _("Enter the e-mail address of the recipient"))
        return data

    @property
    def worth(self) -> int:
        """The amount of a valid form, in minor units."""
        data = self.cleaned_data
        return int(data["other"] if data["amount"] == OTHER else data["amount"])

    @property
    def recipient(self) -> Recipient:
        """For whom a valid form is."""
        data = self.cleaned_data
        return Recipient(
            email=data["recipient_email"],
            name=data["recipient_name"],
            sender=data["sender_name"],
            message=data["message"],
            send_on=data["send_on"],
        )


class BalanceForm(forms.Form):
    """The code of a card, to see what is left on it."""

    code = forms.CharField(
        label=_("Gift card code"),
        max_length=60,
        error_messages={"required": _("Enter the code")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
