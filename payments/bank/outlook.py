"""What booking a statement would do, line by line, before anything is done."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch, Sum

from orders.edits import differences
from orders.models import Order
from payments.models import BankLine, Payment

_SURE = (BankLine.Match.REFERENCE, BankLine.Match.HAND)


class Verdict(StrEnum):
    """What a line is for its order."""

    FULL = "FULL"
    SHORT = "SHORT"
    OVER = "OVER"
    NOT_DUE = "NOT_DUE"
    UNMATCHED = "UNMATCHED"
    DUPLICATE = "DUPLICATE"
    DONE = "DONE"


@dataclass(frozen=True)
class Outlook:
    """A line and what would become of it; ``difference`` is missing or too much, minor units."""

    line: BankLine
    verdict: Verdict
    difference: int = 0

    @property
    def is_bookable(self) -> bool:
        return self.verdict in (Verdict.FULL, Verdict.SHORT, Verdict.OVER)

    @property
    def is_sure(self) -> bool:
        """Whether it is booked unless a person says otherwise.

        A number that somebody typed is believed with the amount that is due.
        """
        is_numbered = self.line.match == BankLine.Match.NUMBER and self.verdict == Verdict.FULL
        return is_numbered or (self.is_bookable and self.line.match in _SURE)


def outlook(lines: Sequence[BankLine]) -> list[Outlook]:
    """One for each line, in their order; four statements, however many lines there are."""
    left = left_to_pay({line.order_id for line in lines if line.order_id})
    found = []
    for line in lines:
        order_id = line.order_id
        if line.status == BankLine.Status.DUPLICATE:
            found.append(Outlook(line, Verdict.DUPLICATE))
        elif line.status != BankLine.Status.OPEN or line.returned_at:
            found.append(Outlook(line, Verdict.DONE))
        elif order_id is None:
            found.append(Outlook(line, Verdict.UNMATCHED))
        elif not left.get(order_id):
            found.append(Outlook(line, Verdict.NOT_DUE))
        else:
            difference = line.amount - left[order_id]
            left[order_id] = max(0, -difference)
            found.append(Outlook(line, _verdict(difference), abs(difference)))
    return found


def left_to_pay(order_ids: Iterable[UUID]) -> dict[UUID, int]:
    """What is still to come for each order, in minor units, less what waits for the rest."""
    ids = list(order_ids)
    edits = Prefetch("payments", queryset=Payment.objects.only("order_id", "edit_id", "status"))
    orders = Order.objects.filter(pk__in=ids).prefetch_related("edits", edits)
    held = Counter(
        dict(
            BankLine.objects.filter(order__in=ids)
            .waiting()
            .order_by()
            .values_list("order")
            .annotate(sum=Sum("amount"))
        )
    )
    return {order.pk: max(0, _due(order) - held[order.pk]) for order in orders}


def _due(order: Order) -> int:
    if order.is_payable:
        return max(0, order.total - order.credit_applied)
    edit = differences.awaited(order)
    return edit.due if edit else 0


def _verdict(difference: int) -> Verdict:
    if difference < 0:
        return Verdict.SHORT
    return Verdict.OVER if difference else Verdict.FULL
