"""The steps staff may take with a purchase order, each behind a page that says what it does."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from inventory import delays, purchasing
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


class DayForm(StepForm):
    """On which day the goods come, as their supplier says now."""

    expected_on = forms.DateField(
        label=_("Expected on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expected_on"].widget.attrs["min"] = timezone.localdate().isoformat()


#: What a step asks beside the version; it is told the answers.
FORMS: dict[str, type[StepForm]] = {"expect": DayForm}

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
            "expect",
            PurchaseOrder.OPEN,
            _("Change expected day"),
            _("Shoppers are promised its goods for that day from now on."),
            purchasing.expect,
            permission=MAY_ORDER,
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


def who_waits(order: PurchaseOrder) -> str:
    """What to know of an order whose goods may come later; "" where nobody waits for them."""
    if order.status not in PurchaseOrder.OPEN:
        return ""
    count = delays.orders_waiting(set(order.lines.values_list("variant_id", flat=True)))
    if not count:
        return ""
    words = ngettext(
        "%(count)d order waits for goods that are on it.",
        "%(count)d orders wait for goods that are on it.",
        count,
    )
    told = gettext("Customers who get theirs later than we promised are told by e-mail.")
    return f"{words % {'count': count}} {told}"
