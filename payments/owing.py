"""What is to be paid of a placed order now, and for what."""

from dataclasses import dataclass
from uuid import UUID

from orders.edits import differences
from orders.models import Order
from payments.due import amount_due


@dataclass(frozen=True)
class Owed:
    """``amount`` in minor units; ``edit_id`` names the edit that made a paid order dearer."""

    amount: int
    edit_id: UUID | None = None


def is_owed(order: Order) -> bool:
    """Whether anything is to be paid now. No query where ``edits`` are prefetched, else one."""
    return order.is_payable or differences.awaited(order) is not None


def owed(order: Order) -> Owed | None:
    """What the order's customer may pay now; None when there is nothing. Two queries or three."""
    if order.is_payable:
        return Owed(amount_due(order))
    edit = differences.awaited(order)
    return Owed(amount_due(order), edit.pk) if edit is not None else None
