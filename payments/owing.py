"""What is to be paid of a placed order now, and for what."""

from dataclasses import dataclass
from uuid import UUID

from orders.edits import differences
from orders.models import Order
from payments.due import amount_due


@dataclass(frozen=True)
class Owed:
    """``amount`` in minor units; ``edit_id`` names the edit that made a paid order dearer.

    ``instead_of_id`` names the payment whose money could not be captured any more.
    """

    amount: int
    edit_id: UUID | None = None
    instead_of_id: UUID | None = None

    @property
    def is_all(self) -> bool:
        """Whether it is the order itself that was never paid."""
        return self.edit_id is None and self.instead_of_id is None

    def is_for(self, other: "Owed") -> bool:
        """Whether both are owed for the same reason."""
        return (self.edit_id, self.instead_of_id) == (other.edit_id, other.instead_of_id)


def is_owed(order: Order) -> bool:
    """Whether anything is to be paid now. No query where ``edits`` and ``payments`` are prefetched.

    Else up to three.
    """
    return (
        order.is_payable
        or differences.lapsed(order) is not None
        or differences.awaited(order) is not None
    )


def owed(order: Order) -> Owed | None:
    """What the order's customer may pay now; None when there is nothing. Up to four queries."""
    if order.is_payable:
        return Owed(amount_due(order))
    lapsed = differences.lapsed(order)
    if lapsed is not None:
        amount = min(amount_due(order), lapsed.lapsed_amount)
        return Owed(amount, lapsed.edit_id, lapsed.pk) if amount else None
    edit = differences.awaited(order)
    return Owed(amount_due(order), edit.pk) if edit is not None else None
