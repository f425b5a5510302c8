"""What staff do with a return until it is settled: approve, reject, receive, look at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from audit import recording
from catalog.pictures.uploads import Upload
from inventory import reservations
from orders.errors import InspectionIncomplete, ReturnNotAllowed
from orders.models import Return, ReturnItem
from orders.returns import history, requesting
from shop.conflicts import retried

Status = Return.Status
Disposition = ReturnItem.Disposition


@dataclass(frozen=True)
class Verdict:
    """How many units of a line are accepted, where they go, and how they look."""

    accepted: int
    disposition: str = Disposition.RESTOCK
    condition: str = ""


@retried
def approve(*, return_id: UUID, actor_id: UUID | None = None) -> Return:
    """Let the customer send it, with a letter that brings the label; twice is once.

    Raises :class:`ReturnNotAllowed`.
    """
    with recording.batch():
        _order, asked = history.locked(return_id)
        if asked.status == Status.APPROVED:
            return asked
        _must_be(asked, Status.APPROVED, Status.REQUESTED)
        history.move(asked, Status.APPROVED, actor_id=actor_id)
        history.write_to_customer(asked, "approved")
        return asked


@retried
def reject(*, return_id: UUID, answer: str, actor_id: UUID | None = None) -> Return:
    """Refuse a return that has not arrived, and say why; what was held for it is free again.

    A withdrawal cannot be refused. Raises :class:`ReturnNotAllowed`. Locks the order, the return,
    then stock.
    """
    with recording.batch():
        _order, asked = history.locked(return_id)
        if asked.status == Status.REJECTED:
            return asked
        _must_be(asked, Status.REJECTED, *Return.WAITING)
        if asked.is_withdrawal or not answer.strip():
            raise ReturnNotAllowed(asked, Status.REJECTED)
        return _reject(asked, answer, actor_id)


@retried
def receive(*, return_id: UUID, actor_id: UUID | None = None) -> Return:
    """The parcel is here; one that nobody had approved is approved by that. Twice is once.

    Raises :class:`ReturnNotAllowed`.
    """
    with recording.batch():
        _order, asked = history.locked(return_id)
        if asked.status == Status.RECEIVED:
            return asked
        _must_be(asked, Status.RECEIVED, *Return.WAITING)
        if asked.status == Status.REQUESTED:
            history.move(asked, Status.APPROVED, actor_id=actor_id)
        history.move(asked, Status.RECEIVED, actor_id=actor_id)
        history.write_to_customer(asked, "received")
        return asked


@retried
def inspect(
    *,
    return_id: UUID,
    verdicts: Mapping[UUID, Verdict],
    answer: str = "",
    photos: Sequence[Upload] = (),
    actor_id: UUID | None = None,
) -> Return:
    """Write down how each line (by key of the returned line) was found.

    What is not accepted is rejected, which needs an ``answer``; a return of which nothing is
    accepted is rejected as a whole. Raises :class:`ReturnNotAllowed` and
    :class:`InspectionIncomplete`.
    """
    with recording.batch():
        _order, asked = history.locked(return_id)
        _must_be(asked, Status.INSPECTED, Status.RECEIVED)
        rows = list(asked.items.all())
        if {row.pk for row in rows} != set(verdicts):
            raise InspectionIncomplete
        for row in rows:
            _judge(row, verdicts[row.pk])
        is_rejected_in_part = any(row.rejected for row in rows)
        if is_rejected_in_part and not answer.strip():
            raise InspectionIncomplete
        ReturnItem.objects.bulk_update(rows, ["accepted", "rejected", "disposition", "condition"])
        requesting.add_staff_photos(asked, photos)
        asked.answer = answer.strip()
        history.move(asked, Status.INSPECTED, actor_id=actor_id, reason=asked.answer)
        if not any(row.accepted for row in rows):
            return _reject(asked, asked.answer, actor_id)
        return asked


def _judge(row: ReturnItem, verdict: Verdict) -> None:
    if not 0 <= verdict.accepted <= row.quantity:
        raise InspectionIncomplete
    if verdict.accepted and verdict.disposition not in Disposition.values:
        raise InspectionIncomplete
    row.accepted = verdict.accepted
    row.rejected = row.quantity - verdict.accepted
    row.disposition = verdict.disposition if verdict.accepted else ""
    row.condition = verdict.condition


def _reject(asked: Return, answer: str, actor_id: UUID | None) -> Return:
    asked.answer = answer.strip()
    history.move(asked, Status.REJECTED, actor_id=actor_id, reason=asked.answer)
    reservations.release_checkout(asked.owner)
    history.write_to_customer(asked, "rejected")
    return asked


def _must_be(asked: Return, wanted: Return.Status, *before: str) -> None:
    if asked.status not in before:
        raise ReturnNotAllowed(asked, wanted)
