"""Findings of reconciliation: noted once while they last, then mended, or closed by staff."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Min, QuerySet
from django.utils import timezone

from audit import recording
from payments.errors import FindingClosed
from payments.models import Payment, ReconciliationFinding

Kind = ReconciliationFinding.Kind
Status = ReconciliationFinding.Status

#: So far back a charge may have begun that is found unknown, in days.
LOOK_BACK_DAYS: Final = 8
#: What was found longer ago is listed no more: it stays open until staff end it.
MOST_DAYS: Final = 60
#: Findings of others than the comparison of a payment, which ends none of them.
_OF_OTHERS: Final = (Kind.LOST_TWICE, Kind.SETTLED_DIFFERS)


def note(
    payment: Payment,
    kind: ReconciliationFinding.Kind,
    *,
    ours: str,
    theirs: str,
    now: datetime | None = None,
) -> ReconciliationFinding:
    """Note a difference, or that it is still there; the same finding while it lasts.

    One that staff closed with a reason stays closed, and as it is, as long as both ledgers say what
    they said.
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
        if last is not None and last.status == Status.CLOSED and is_same:
            return last
        if last is not None and last.status == Status.OPEN:
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
        for row in rows.exclude(kind__in=[*but, *_OF_OTHERS]).select_for_update():
            _end(row, actor_id)
            ended += 1
        return ended


def settle(payment: Payment, kind: ReconciliationFinding.Kind) -> None:
    """End the open finding of ``kind``, if there is one; the payment is locked."""
    rows = ReconciliationFinding.objects.filter(payment=payment, kind=kind, status=Status.OPEN)
    for row in rows.select_for_update():
        _end(row, None)


def listed_since(provider: str, *, now: datetime) -> datetime:
    """Since when ``provider`` must list its charges to show those of all its open findings."""
    rows = ReconciliationFinding.objects.filter(
        payment=None, provider=provider, kind=Kind.UNKNOWN_HERE, status=Status.OPEN
    )
    first = rows.aggregate(at=Min("first_seen_at"))["at"]
    if first is None:
        return now
    return max(first - timedelta(days=LOOK_BACK_DAYS), now - timedelta(days=MOST_DAYS))


def note_unknown(
    provider: str, reference: str, *, theirs: str, now: datetime, is_new: bool
) -> bool:
    """Note a charge of ``provider`` that we do not know; False for one that staff closed.

    One that is not ``is_new`` began too long ago to be found: only an open finding goes on.
    """
    facts = {"ours": "unknown", "theirs": theirs}
    return _note_alone(Kind.UNKNOWN_HERE, provider, reference, facts, now=now, is_new=is_new)


def note_payout(provider: str, reference: str, *, ours: str, theirs: str, now: datetime) -> bool:
    """Note a payout of ``provider`` that is not what it told; False for one that staff closed."""
    facts = {"ours": ours, "theirs": theirs}
    return _note_alone(Kind.SETTLED_DIFFERS, provider, reference, facts, now=now)


def _note_alone(
    kind: ReconciliationFinding.Kind,
    provider: str,
    reference: str,
    facts: dict[str, str],
    *,
    now: datetime,
    is_new: bool = True,
) -> bool:
    """Note what no payment of ours is about; False while staff's reason to close it holds."""
    with recording.batch():
        rows = ReconciliationFinding.objects.filter(
            payment=None, provider=provider, reference=reference, kind=kind
        )
        last = rows.order_by("first_seen_at", "id").select_for_update().last()
        is_same = last is not None and (last.ours, last.theirs) == tuple(facts.values())
        if last is not None and last.status == Status.CLOSED and is_same:
            return False
        if last is not None and last.status == Status.OPEN:
            last.ours, last.theirs, last.last_seen_at = facts["ours"], facts["theirs"], now
            last.save()
            return True
        if not is_new:
            return False
        # Another run may note it at this moment.
        ReconciliationFinding.objects.get_or_create(
            payment=None,
            provider=provider,
            reference=reference,
            kind=kind,
            status=Status.OPEN,
            defaults={**facts, "first_seen_at": now, "last_seen_at": now},
        )
        return True


def mended_unknown(provider: str, *, since: datetime, but: set[str]) -> int:
    """End findings of charges that are in no list ``since`` then any more; how many.

    Those whose charge may have begun before it are left alone.
    """
    with recording.batch():
        rows = ReconciliationFinding.objects.filter(
            payment=None,
            provider=provider,
            kind=Kind.UNKNOWN_HERE,
            status=Status.OPEN,
            first_seen_at__gte=since + timedelta(days=LOOK_BACK_DAYS),
        )
        gone = list(rows.exclude(reference__in=but).select_for_update().order_by("pk"))
        for row in gone:
            _end(row, None)
        return len(gone)


def _end(row: ReconciliationFinding, actor_id: UUID | None) -> None:
    row.status, row.closed_at, row.actor_id = Status.MENDED, timezone.now(), actor_id
    row.save()


def mend(finding: ReconciliationFinding, *, actor_id: UUID | None) -> None:
    """End a finding about which something was done."""
    with recording.batch():
        row = ReconciliationFinding.objects.select_for_update().get(pk=finding.pk)
        if row.status == Status.OPEN:
            _end(row, actor_id)
    finding.refresh_from_db()


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
