"""What staff fill in to take a step with an order."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.products.choices import read_choices
from orders.lines import named
from orders.models import Order, OrderItem, OrderMail, OrderNote, Shipment
from orders.placed.fulfillment import Way
from shop.models import new_id

WIDE = {"class": "vTextField"}
_UNITS = "units_"


class KeyForm(forms.Form):
    """A form that may be sent twice: what it makes is known by its key."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial.setdefault("key", new_id())


class CancelForm(forms.Form):
    """Why an order is canceled."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history of the order."),
        max_length=300,
        widget=forms.TextInput(attrs=WIDE),
    )


class WayForm(forms.Form):
    """How a parcel travels."""

    carrier = forms.ChoiceField(label=_("Carrier"), choices=Shipment.Carrier.choices)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=60, required=False)
    label_url = forms.URLField(
        label=_("Label"),
        help_text=_("Address of the carrier's label, to print it again."),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs=WIDE),
    )
    estimated_delivery = forms.DateField(
        label=_("Expected"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    notifies = forms.BooleanField(label=_("Write to the customer"), required=False, initial=True)

    def clean_estimated_delivery(self) -> date | None:
        day: date | None = self.cleaned_data["estimated_delivery"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return day

    @property
    def way(self) -> Way:
        """What was filled in."""
        names = ("carrier", "tracking_number", "label_url", "estimated_delivery", "notifies")
        return Way(**{name: self.cleaned_data[name] for name in names})

    @staticmethod
    def initial_from(parcel: Shipment) -> dict[str, Any]:
        """What is known of a parcel that was packed."""
        return {
            "carrier": parcel.carrier,
            "tracking_number": parcel.tracking_number,
            "label_url": parcel.label_url,
            "estimated_delivery": parcel.estimated_delivery,
            "notifies": parcel.notifies,
        }


class ParcelForm(KeyForm, WayForm):
    """Which units of which lines go into a parcel, and how it travels."""

    has_left = forms.BooleanField(
        label=_("It has left"),
        help_text=_("Without it the parcel is packed and waits for the carrier."),
        required=False,
        initial=True,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        items: list[OrderItem],
        left: Mapping[UUID, int],
        carrier: Shipment.Carrier,
    ) -> None:
        super().__init__(data, initial={"carrier": carrier})
        choices = read_choices()
        lines = {
            f"{_UNITS}{item.pk}": forms.IntegerField(
                label=named(item, choices),
                min_value=0,
                max_value=left[item.pk],
                initial=left[item.pk],
                required=False,
            )
            for item in items
            if left.get(item.pk)
        }
        self.fields = lines | self.fields

    @property
    def quantities(self) -> dict[UUID, int]:
        """Units by line."""
        return {
            UUID(name.removeprefix(_UNITS)): units or 0
            for name, units in self.cleaned_data.items()
            if name.startswith(_UNITS)
        }


class NoteForm(KeyForm):
    """A note for colleagues, or a message to the customer."""

    kind = forms.ChoiceField(
        label=_("Who reads it"),
        choices=[
            (kind.value, kind.label) for kind in (OrderNote.Kind.INTERNAL, OrderNote.Kind.CUSTOMER)
        ],
    )
    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class TagsForm(forms.Form):
    """Words to find the order by."""

    tags = forms.CharField(
        label=_("Tags"),
        help_text=_("With commas between them; empty takes all off."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
    )


class MailForm(KeyForm):
    """Which letter goes out once more."""

    kind = forms.ChoiceField(label=_("E-mail"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, order: Order) -> None:
        super().__init__(data)
        self.fields["kind"] = forms.ChoiceField(
            label=_("E-mail"), choices=[(kind.value, kind.label) for kind in letters_of(order)]
        )


def letters_of(order: Order) -> list[OrderMail.Kind]:
    """The letters that are true of the order now and belong to no single parcel."""
    kind = OrderMail.Kind
    if order.status == Order.Status.CANCELED:
        return [kind.CANCELED]
    if order.paid_at:
        return [kind.PLACED, kind.PAID]
    return [kind.PLACED, kind.TO_PAY] if order.is_payable else [kind.PLACED]
