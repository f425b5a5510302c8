"""Findings of reconciliation: noted once while they last, then mended, or closed by staff."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from audit import recording
from payments.errors import FindingClosed
from payments.models import Payment, ReconciliationFinding

Kind = ReconciliationFinding.Kind
Status = ReconciliationFinding.Status


def note(
    payment: Payment,
    kind: ReconciliationFinding.Kind,
    *,
    ours: str,
    theirs: str,
    now: datetime | None = None,
) -> ReconciliationFinding:
    """Note a difference, or that it is still there; the same finding while it lasts.

    One that staff closed with a reason stays closed as long as both ledgers say what they said.
    Locks the payment, so that two runs at once note it once.
    """
    now = now or timezone.now()
    with recording.batch():
        Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
        rows = ReconciliationFinding.objects.filter(payment=payment, kind=kind)
        last: ReconciliationFinding | None = (
            rows.order_by("first_seen_at", "id").select_for_update().last()
        )
        is_same = last is not None and (last.ours, last.theirs) == (ours, theirs)
        if last is not None and (
            last.status == Status.OPEN or (last.status == Status.CLOSED and is_same)
        ):
            last.ours, last.theirs, last.last_seen_at = ours, theirs, now
            last.save()
            return last
        made: ReconciliationFinding = ReconciliationFinding.objects.create(
            payment=payment,
            kind=kind,
            ours=ours,
            theirs=theirs,
            first_seen_at=now,
            last_seen_at=now,
        )
        return made


def mended(payment: Payment, *, but: set[str], actor_id: UUID | None = None) -> int:
    """End the open findings of ``payment`` except the kinds in ``but``; returns how many."""
    with recording.batch():
        rows = ReconciliationFinding.objects.filter(payment=payment, status=Status.OPEN)
        ended = 0
        for row in rows.exclude(kind__in=[*but, Kind.LOST_TWICE]).select_for_update():
            row.status, row.closed_at, row.actor_id = Status.MENDED, timezone.now(), actor_id
            row.save()
            ended += 1
        return ended


def close(*, finding_id: UUID, note: str, actor_id: UUID) -> ReconciliationFinding:
    """Close a finding for the reason in ``note``; raises :class:`FindingClosed`."""
    with recording.batch():
        row: ReconciliationFinding = ReconciliationFinding.objects.select_for_update().get(
            pk=finding_id
        )
        if row.status != Status.OPEN:
            raise FindingClosed
        row.status, row.closed_at = Status.CLOSED, timezone.now()
        row.note, row.actor_id = note, actor_id
        row.save()
        return row


def open_ones() -> "QuerySet[ReconciliationFinding]":
    """What waits for staff."""
    rows: QuerySet[ReconciliationFinding] = ReconciliationFinding.objects.filter(status=Status.OPEN)
    return rows
