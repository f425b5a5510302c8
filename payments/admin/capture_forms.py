"""What staff fill in to capture what is authorized, and to give it up."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin.forms import KeyForm
from payments import capturing
from payments.models import Payment
from payments.providers import provider
from shop.forms import MoneyField
from shop.money import format_money


def held_of(order: Any) -> list[Payment]:
    """Payments of the order that hold money, oldest first. No query where they are prefetched."""
    rows = sorted(order.payments.all(), key=lambda row: row.created_at)
    return [row for row in rows if row.held_amount]


class CaptureForm(KeyForm):
    """An amount of the oldest payment that holds any; a large one is confirmed by typing it."""

    amount = MoneyField(label=_("Amount"), minimum=1)
    confirmation = MoneyField(label=_("Confirm the amount"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, order: Any) -> None:
        super().__init__(data)
        self.payment = next(iter(held_of(order)), None)
        self.currency = order.currency
        self.most = capturing.most(self.payment) if self.payment else 0
        self.initial["amount"] = self.most
        amount, confirmation = self.fields["amount"], self.fields["confirmation"]
        for field in (amount, confirmation):
            if isinstance(field, MoneyField):
                field.currency = order.currency
        amount.help_text = gettext("%(most)s at most.") % {"most": self._money(self.most)}
        if not self.takes_parts:
            amount.help_text = gettext("%(most)s: the provider captures all at once.") % {
                "most": self._money(self.most)
            }
        limit = settings.PAYMENT_CONFIRM_ABOVE
        if self.most <= limit:
            del self.fields["confirmation"]
        else:
            words = gettext("Above %(limit)s, type the amount once more.")
            confirmation.help_text = words % {"limit": self._money(limit)}

    @property
    def takes_parts(self) -> bool:
        """Whether the provider captures in parts."""
        return self.payment is not None and provider(self.payment.provider).can.captures_in_parts

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        amount = self.cleaned_data["amount"]
        if amount > self.most:
            words = gettext("%(amount)s is more than can be captured: at most %(most)s.")
            facts = {"amount": self._money(amount), "most": self._money(self.most)}
            self.add_error("amount", words % facts)
        elif amount != self.most and not self.takes_parts:
            words = gettext("The provider captures all at once: %(most)s.")
            self.add_error("amount", words % {"most": self._money(self.most)})
        elif amount > settings.PAYMENT_CONFIRM_ABOVE and (
            self.cleaned_data.get("confirmation") != amount
        ):
            words = gettext("%(amount)s would be captured. Type this amount to confirm it.")
            self.add_error("confirmation", words % {"amount": self._money(amount)})
        return cleaned

    def _money(self, amount: int) -> str:
        return format_money(amount, self.currency)


class ReleaseForm(forms.Form):
    """Giving up a large amount is confirmed by typing it."""

    confirmation = MoneyField(label=_("Confirm the amount"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, order: Any) -> None:
        super().__init__(data)
        self.payment = next(iter(held_of(order)), None)
        self.currency = order.currency
        self.held = self.payment.held_amount if self.payment else 0
        if self.held <= settings.PAYMENT_CONFIRM_ABOVE:
            del self.fields["confirmation"]
            return
        field = self.fields["confirmation"]
        if isinstance(field, MoneyField):
            field.currency = order.currency
        words = gettext("Type %(held)s.")
        field.help_text = words % {"held": format_money(self.held, order.currency)}

    def clean_confirmation(self) -> int:
        amount: int = self.cleaned_data["confirmation"]
        if amount != self.held:
            words = gettext("%(held)s would be given up. Type this amount to confirm it.")
            raise forms.ValidationError(words % {"held": format_money(self.held, self.currency)})
        return amount
