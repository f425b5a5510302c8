"""What staff fill in to give money back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.products.choices import Choices, read_choices
from orders.admin.forms import WIDE, KeyForm
from orders.lines import named
from orders.placed import refundable
from orders.placed.refundable import RefundableLine
from payments import refund_sources
from payments.models import Refund
from payments.refunding import LineRefund
from shop.forms import MoneyField
from shop.money import format_money

_UNITS = "units_"
#: What staff give as reason; the others come from acts of their own.
_REASONS = [
    choice
    for choice in Refund.Reason.choices
    if choice[0] not in (Refund.Reason.CANCELED, Refund.Reason.EDITED, Refund.Reason.DISPUTED)
]


class RefundForm(KeyForm):
    """Units of lines, delivery and goodwill; amounts in minor units of the order's currency.

    A refund above a limit is confirmed by typing its amount.
    """

    shipping = MoneyField(label=_("Delivery"), required=False)
    extra = MoneyField(
        label=_("Goodwill"),
        required=False,
        help_text=_("Beyond what the units above are worth, such as for a flaw they keep."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=_REASONS)
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Kept in the history of the order."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
    )
    to = forms.ChoiceField(label=_("Goes to"), choices=Refund.To.choices)
    restock = forms.BooleanField(
        label=_("The units are for sale again"), required=False, initial=False
    )
    confirmation = MoneyField(label=_("Confirm the amount"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, order: Any) -> None:
        super().__init__(data)
        self.left = refundable.of_order(order)
        self.most = min(refund_sources.most(order), self.left.amount_left)
        self.currency = order.currency
        choices = read_choices()
        lines = {
            f"{_UNITS}{item.pk}": self._units(item, self.left.lines[item.pk], choices)
            for item in order.items.all()
            if self.left.lines[item.pk].units_left
        }
        self.fields = lines | self.fields
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = order.currency
        self.fields["shipping"].help_text = gettext("%(amount)s at most.") % {
            "amount": self._money(self.left.shipping_left)
        }
        if not self.left.shipping_left:
            del self.fields["shipping"]
        limit = settings.PAYMENT_CONFIRM_ABOVE
        if self.most <= limit:
            del self.fields["confirmation"]
        else:
            words = gettext("Above %(limit)s, type the amount that goes back.")
            self.fields["confirmation"].help_text = words % {"limit": self._money(limit)}

    @property
    def lines(self) -> dict[UUID, LineRefund]:
        """Units and their worth by line."""
        return {
            UUID(name.removeprefix(_UNITS)): self._worth(UUID(name.removeprefix(_UNITS)), units)
            for name, units in self.cleaned_data.items()
            if name.startswith(_UNITS) and units
        }

    @property
    def amount(self) -> int:
        """All that would go back."""
        goods = sum(row.amount for row in self.lines.values())
        return goods + (self.cleaned_data.get("shipping") or 0) + (self.cleaned_data["extra"] or 0)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if self.cleaned_data.get("shipping") and (
            self.cleaned_data["shipping"] > self.left.shipping_left
        ):
            self.add_error("shipping", gettext("That is more than was paid for delivery."))
        elif not self.amount:
            self.add_error(None, gettext("Choose what goes back."))
        elif self.amount > self.most:
            words = gettext("%(amount)s is more than is left: at most %(most)s can go back.")
            facts = {"amount": self._money(self.amount), "most": self._money(self.most)}
            self.add_error(None, words % facts)
        elif self.amount > settings.PAYMENT_CONFIRM_ABOVE and (
            self.cleaned_data.get("confirmation") != self.amount
        ):
            words = gettext("%(amount)s would go back. Type this amount to confirm it.")
            self.add_error("confirmation", words % {"amount": self._money(self.amount)})
        return cleaned

    def _units(self, item: Any, line: RefundableLine, choices: Choices) -> forms.IntegerField:
        words = gettext("At most %(units)d, worth %(worth)s.")
        amounts = [line.amount_for(units) for units in range(line.units_left + 1)]
        return forms.IntegerField(
            label=named(item, choices),
            help_text=words % {"units": line.units_left, "worth": self._money(amounts[-1])},
            min_value=0,
            max_value=line.units_left,
            initial=0,
            required=False,
            widget=forms.NumberInput(attrs={"data-amounts": " ".join(map(str, amounts))}),
        )

    def _worth(self, item_id: UUID, units: int) -> LineRefund:
        return LineRefund(units, self.left.amount_for(item_id, units))

    def _money(self, amount: int) -> str:
        return format_money(amount, self.currency)
