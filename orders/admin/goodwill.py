"""A return that staff open for a customer, also when the days for it are over."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.products.choices import read_choices
from orders.admin import moves
from orders.admin.forms import KeyForm
from orders.admin.moves import Data, Move
from orders.admin.return_moves import INSPECT
from orders.lines import named
from orders.models import Return, ReturnItem, ShipmentItem
from orders.returns import requesting
from orders.returns.requesting import Wanted

_UNITS = "units_"
#: What staff can promise without a choice by the customer.
_OUTCOMES = (Return.Outcome.REFUND, Return.Outcome.STORE_CREDIT)


class ReturnForm(KeyForm):
    """Which units come back, why, and what the customer gets."""

    reason = forms.ChoiceField(label=_("Reason"), choices=ReturnItem.Reason.choices)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[(one.value, one.label) for one in _OUTCOMES]
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, data: Data = None, *, order: Any) -> None:
        super().__init__(data)
        left, choices = _left(order), read_choices()
        lines = {
            f"{_UNITS}{item.pk}": forms.IntegerField(
                label=named(item, choices),
                min_value=0,
                max_value=left[item.pk],
                initial=0,
                required=False,
            )
            for item in order.items.all()
            if left.get(item.pk, 0) > 0
        }
        self.fields = lines | self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.units:
            raise forms.ValidationError(gettext("Say how many pieces come back."))
        return cleaned

    @property
    def units(self) -> Mapping[UUID, int]:
        """Units by line."""
        return {
            UUID(name.removeprefix(_UNITS)): units
            for name, units in self.cleaned_data.items()
            if name.startswith(_UNITS) and units
        }


def _left(order: Any) -> dict[UUID, int]:
    """Units by line that arrived and have not come back. Two queries."""
    here = ShipmentItem.objects.filter(shipment__order=order, shipment__status="DELIVERED")
    back = ReturnItem.objects.filter(item__order=order).exclude(request__status__in=Return.VOID)
    returned = dict(back.order_by().values_list("item").annotate(units=Sum("quantity")))
    arrived = dict(here.order_by().values_list("item").annotate(units=Sum("quantity")))
    return {item_id: units - returned.get(item_id, 0) for item_id, units in arrived.items()}


def _refusal(order: Any) -> str:
    if any(parcel.status == "DELIVERED" for parcel in order.shipments.all()):
        return ""
    return gettext("nothing has arrived")


def _open(order: Any, form: Any, actor_id: UUID | None) -> Return:
    said = form.cleaned_data
    return requesting.request(
        order_id=order.pk,
        lines={item_id: Wanted(units, said["reason"]) for item_id, units in form.units.items()},
        outcome=Return.Outcome(said["outcome"]),
        key=said["key"],
        note=said["note"],
        is_goodwill=True,
        approves=True,
        actor_id=actor_id,
    )


moves.add(
    Move(
        "return",
        _("Open a return"),
        _refusal,
        lambda order: gettext(
            "The customer gets the label, also when the days for returns are over."
        ),
        _open,
        form=lambda order, data: ReturnForm(data, order=order),
        permission=INSPECT,
    )
)
