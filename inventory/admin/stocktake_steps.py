"""The steps of a stocktake, each behind a page that says what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory import stocktakes
from inventory.models import Stocktake

Status = Stocktake.Status
_COUNT = "inventory.add_stocktakecount"
_APPROVE = "inventory.approve_stocktake"


@dataclass(frozen=True)
class Step:
    """A step offered from any status in ``before`` to who has ``permission``."""

    name: str
    before: tuple[str, ...]
    label: str | Promise
    consequence: str | Promise
    act: Callable[..., Any]
    permission: str = _APPROVE
    is_signed: bool = False
    is_destructive: bool = False

    def take(self, stocktake_id: UUID, *, actor_id: Any) -> Any:
        """Take the step: the stocktake, or the movements that were posted.

        Raises :class:`~inventory.errors.NotCounting` or
        :class:`~inventory.errors.CountBelowReserved`.
        """
        if self.is_signed:
            return self.act(stocktake_id, actor_id=actor_id)
        return self.act(stocktake_id)


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
            is_signed=True,
        ),
        Step(
            "again",
            (Status.COUNTED,),
            _("Count again"),
            _("What differs is counted a second time; that count stands instead."),
            stocktakes.count_again,
        ),
        Step(
            "cancel",
            (Status.OPEN, Status.COUNTED),
            _("Cancel stocktake"),
            _("What was counted is kept, but nothing goes to the ledger."),
            stocktakes.cancel,
            is_signed=True,
            is_destructive=True,
        ),
    )
}


def offered(stocktake: Stocktake) -> list[Step]:
    """The steps that are possible from where the stocktake is."""
    return [step for step in STEPS.values() if stocktake.status in step.before]
