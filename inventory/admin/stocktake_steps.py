"""The steps of a stocktake, each behind a page that says what it does."""

from django.utils.translation import gettext_lazy as _

from inventory import stocktakes
from inventory.admin.steps import Step
from inventory.approvers import MAY_APPROVE
from inventory.models import Stocktake

Status = Stocktake.Status
_COUNT = "inventory.add_stocktakecount"


STEPS = {
    step.name: step
    for step in (
        Step(
            "finish",
            (Status.OPEN,),
            _("Counting is done"),
            _("Nobody can count any more; the differences wait for approval."),
            stocktakes.finish,
            permission=_COUNT,
        ),
        Step(
            "approve",
            (Status.COUNTED,),
            _("Approve differences"),
            _("Each difference goes to the ledger and changes what is on hand."),
            stocktakes.approve,
            permission=MAY_APPROVE,
            is_signed=True,
        ),
        Step(
            "again",
            (Status.COUNTED,),
            _("Count again"),
            _("What differs is counted a second time; that count stands instead."),
            stocktakes.count_again,
            permission=MAY_APPROVE,
        ),
        Step(
            "cancel",
            (Status.OPEN, Status.COUNTED),
            _("Cancel stocktake"),
            _("What was counted is kept, but nothing goes to the ledger."),
            stocktakes.cancel,
            permission=MAY_APPROVE,
            is_signed=True,
            is_destructive=True,
        ),
    )
}
