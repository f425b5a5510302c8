"""The steps staff may take with a purchase order, each behind a page that says what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory import purchasing
from inventory.models import PurchaseOrder

Status = PurchaseOrder.Status


@dataclass(frozen=True)
class Step:
    """A step offered from any status in ``before``; ``act`` refuses it from any other."""

    name: str
    before: tuple[str, ...]
    label: str | Promise
    consequence: str | Promise
    act: Callable[..., PurchaseOrder]
    is_signed: bool = False
    is_destructive: bool = False

    def take(self, order_id: UUID, *, actor_id: Any) -> PurchaseOrder:
        """Take the step. Raises :class:`~inventory.errors.NotOrderable`."""
        return self.act(order_id, actor_id=actor_id) if self.is_signed else self.act(order_id)


STEPS = {
    step.name: step
    for step in (
        Step(
            "send",
            (Status.DRAFT,),
            _("Mark as sent"),
            _("Its lines are fixed from now on and its units count as incoming."),
            purchasing.send,
            is_signed=True,
        ),
        Step(
            "close",
            (Status.PARTLY_RECEIVED,),
            _("Expect no more"),
            _("What has not come is not waited for any longer."),
            purchasing.close,
        ),
        Step(
            "cancel",
            (Status.DRAFT, Status.SENT),
            _("Cancel purchase order"),
            _("The order becomes Canceled for good; tell the supplier."),
            purchasing.cancel,
            is_destructive=True,
        ),
    )
}


def offered(order: PurchaseOrder) -> list[Step]:
    """The steps that are possible from where the order is."""
    return [step for step in STEPS.values() if order.status in step.before]
