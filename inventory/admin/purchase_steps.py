"""The steps staff may take with a purchase order, each behind a page that says what it does."""

from django.utils.translation import gettext_lazy as _

from inventory import purchasing
from inventory.admin.steps import Step
from inventory.models import PurchaseOrder

Status = PurchaseOrder.Status
#: Who buys, sees it through and sees the cost.
MAY_ORDER = "inventory.change_purchaseorder"


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
