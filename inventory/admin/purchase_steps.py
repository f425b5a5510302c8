"""The steps staff may take with a purchase order, each behind a page that says what it does."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory import purchasing
from inventory.admin.steps import Step
from inventory.models import PurchaseOrder
from shop.back_office import STALE

Status = PurchaseOrder.Status
#: Who buys, sees it through and sees the cost.
MAY_ORDER = "inventory.change_purchaseorder"


class StepForm(forms.Form):
    """The version of the order that the person looked at before they took a step."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("seen_version") is None:
            self.add_error(None, STALE)
        return cleaned


STEPS = {
    step.name: step
    for step in (
        Step(
            "send",
            (Status.DRAFT,),
            _("Mark as sent"),
            _("Its lines are fixed from now on and its units count as incoming."),
            purchasing.send,
            permission=MAY_ORDER,
            is_signed=True,
        ),
        Step(
            "close",
            (Status.PARTLY_RECEIVED,),
            _("Expect no more"),
            _("What has not come is not waited for any longer."),
            purchasing.close,
            permission=MAY_ORDER,
        ),
        Step(
            "cancel",
            (Status.DRAFT, Status.SENT),
            _("Cancel purchase order"),
            _("The order becomes Canceled for good; tell the supplier."),
            purchasing.cancel,
            permission=MAY_ORDER,
            is_destructive=True,
        ),
    )
}
