"""Forms of gift cards and store credit in the back office."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from payments.credit.cards import Recipient
from shop.accounts.models import User
from shop.forms import MoneyField
from shop.models import new_id


class OnceForm(forms.Form):
    """A form that does its act once, however often it is sent; the reason is kept."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Kept with the entry; customers see it.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class IssueForm(OnceForm):
    """A gift card made by hand."""

    amount = MoneyField(label=_("Amount"), minimum=1)
    recipient_email = forms.EmailField(
        label=_("Recipient's e-mail"),
        required=False,
        help_text=_("The card is sent there. Empty: you see the code once, on the next page."),
    )
    recipient_name = forms.CharField(label=_("Recipient"), max_length=100, required=False)
    message = forms.CharField(
        label=_("Message"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("amount", "reason", "recipient_email", "recipient_name", "message")

    @property
    def recipient(self) -> Recipient:
        """For whom a valid form is."""
        data = self.cleaned_data
        return Recipient(
            email=data["recipient_email"],
            name=data["recipient_name"],
            sender=settings.SHOP_NAME,
            message=data["message"],
        )


class AdjustForm(OnceForm):
    """Store credit given or taken."""

    GIVE, TAKE = "GIVE", "TAKE"

    direction = forms.ChoiceField(
        label=_("What to do"), choices=[(GIVE, _("Give")), (TAKE, _("Take"))], initial=GIVE
    )
    amount = MoneyField(label=_("Amount"), minimum=1)
    field_order = ("direction", "amount", "reason")

    @property
    def signed_amount(self) -> int:
        """What a valid form gives, in minor units; negative for what it takes."""
        amount: int = self.cleaned_data["amount"]
        return amount if self.cleaned_data["direction"] == self.GIVE else -amount


class GrantForm(OnceForm):
    """Store credit for whoever has an e-mail address; a person's, if there is one."""

    email = forms.EmailField(label=_("Customer's e-mail"))
    amount = MoneyField(label=_("Amount"), minimum=1)
    field_order = ("email", "amount", "reason")

    @property
    def owner(self) -> dict[str, Any]:
        """Whose account a valid form means."""
        email = self.cleaned_data["email"]
        person = User.objects.filter(email__iexact=email).first()
        return {"user_id": person.pk if person else None, "email": email}
