"""Reading the chain again: which row, seal or tail is not what was sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from audit.chain import anchors, digests
from audit.chain.anchors import Anchor
from audit.chain.digests import Row
from audit.models import AuditArchive, AuditLog, AuditSeal, Stream

#: A row may be this much ahead of our clock, which is not the database's.
_AHEAD = timedelta(minutes=5)
#: A row is sealed by then, also while an import of many rows is written.
_LATE = timedelta(hours=2)
#: What is written this long before a shop is closed may have no seal.
_CLOSING = timedelta(minutes=5)


class Wrong(StrEnum):
    """What was done to the log."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    SEAL_ALTERED = "seal altered"
    SEAL_REMOVED = "seal removed"
    TAIL_CUT = "tail of seals cut"
    NOT_SEALED = "not sealed"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where, and in which seal. ``row`` is empty for a seal's own."""

    wrong: Wrong
    stream: str
    seal: int
    row: UUID | None = None
    at: datetime | None = None

    def __str__(self) -> str:
        where = f"{self.stream} {self.row}" if self.row else f"{self.stream} seal {self.seal}"
        moment = f" of {self.at:%Y-%m-%d %H:%M:%S.%f} UTC" if self.at else ""
        sealed = f" (seal {self.seal})" if self.row and self.seal else ""
        return f"{self.wrong}: {where}{moment}{sealed}"


@dataclass(frozen=True)
class Chain:
    """How far a log is sealed: ``waiting`` rows are not yet."""

    seals: int
    rows: int
    waiting: int
    redacted: int


def findings(known: dict[str, Anchor] | None = None) -> Iterator[Finding]:
    """All that is wrong, from the first row on; ``known`` are ends of the chains seen before."""
    for stream in Stream.values:
        yield from _of_chain(stream, 1)
        yield from _of_end(stream, (known or {}).get(stream))


def recent(seals: int = 100) -> Iterator[Finding]:
    """What is wrong with the last ``seals`` of each log, and whether sealing stopped."""
    for stream in Stream.values:
        last = AuditSeal.objects.filter(stream=stream).aggregate(last=Max("number"))["last"] or 0
        yield from _of_chain(stream, max(1, last - seals + 1))
        yield from _of_end(stream, None)
        yield from _unsealed(stream)


def state(stream: str) -> Chain:
    """The size of a chain."""
    model = digests.MODELS[stream]
    seals = AuditSeal.objects.filter(stream=stream)
    until = seals.aggregate(until=Max("until_at"))["until"]
    unsealed = model._default_manager.all()
    return Chain(
        seals=seals.count(),
        rows=sum(seals.values_list("count", flat=True)),
        waiting=(unsealed.filter(created_at__gte=until) if until else unsealed).count(),
        redacted=model._default_manager.exclude(redaction_id=None).count(),
    )


def _of_chain(stream: str, first: int) -> Iterator[Finding]:
    before = AuditSeal.objects.filter(stream=stream, number=first - 1).first()
    previous, end = (bytes(before.digest), before.until_at) if before else (b"", None)
    number = first
    for seal in digests.seals(stream, first):
        if seal.number == number:
            is_linked = digests.seal_digest(seal, previous) == bytes(seal.digest)
            if not is_linked or seal.from_at != end or len(bytes(seal.rows)) != seal.count * 48:
                yield Finding(Wrong.SEAL_ALTERED, stream, seal.number)
        else:
            for missing in range(number, seal.number):
                yield Finding(Wrong.SEAL_REMOVED, stream, missing)
        found = list(_of_seal(seal, is_archived=_is_archived(seal)))
        # If its month became a file just now, look again.
        yield from _of_seal(seal, is_archived=True) if found and _is_archived(seal) else found
        previous, end, number = bytes(seal.digest), seal.until_at, seal.number + 1


def _unsealed(stream: str) -> Iterator[Finding]:
    """The first row that nobody sealed, when the shop went on writing long after it.

    What was written just before a shop was closed waits until it opens.
    """
    until = AuditSeal.objects.filter(stream=stream).aggregate(until=Max("until_at"))["until"]
    rows = digests.MODELS[stream]._default_manager.order_by("created_at", "id")
    waiting = rows.filter(created_at__gte=until) if until else rows
    first = waiting.values_list("id", "created_at").first()
    if first is None:
        return
    row_id, created_at = first
    soon, late = created_at + _CLOSING, created_at + _LATE
    is_open = waiting.filter(created_at__gt=soon, created_at__lte=late).exists()
    if is_open and waiting.filter(created_at__gt=late).exists():
        yield Finding(Wrong.NOT_SEALED, stream, 0, row_id, created_at)


def _is_archived(seal: AuditSeal) -> bool:
    """Whether the rows lie in a file."""
    span = AuditArchive.objects.filter(first_seal__lte=seal.number, last_seal__gte=seal.number)
    return seal.stream == Stream.LOG and span.exists()


def _of_seal(seal: AuditSeal, *, is_archived: bool) -> Iterator[Finding]:
    sealed = {} if is_archived else digests.unpacked(seal)
    rows = digests.rows_between(seal.stream, seal.from_at, seal.until_at)
    unsupported = _without_redaction(seal.stream, rows)
    for row in rows:
        if row.id not in sealed:
            yield Finding(Wrong.INSERTED, seal.stream, seal.number, row.id, row.created_at)
        elif row.digest != sealed[row.id] or not row.is_sound or row.id in unsupported:
            yield Finding(Wrong.ALTERED, seal.stream, seal.number, row.id, row.created_at)
    found = {row.id for row in rows}
    for row_id in sealed:
        if row_id not in found:
            moved = digests.row_by_id(seal.stream, row_id)
            wrong, at = (Wrong.ALTERED, moved.created_at) if moved else (Wrong.REMOVED, None)
            yield Finding(wrong, seal.stream, seal.number, row_id, at)


def _without_redaction(stream: str, rows: list[Row]) -> set[UUID]:
    """Of redacted rows, those that no entry of the log names."""
    redacted = {row.id: row.redaction_id for row in rows if row.redaction_id}
    if not redacted:
        return set()
    entity = stream.replace("_", ".")
    entries = AuditLog.objects.filter(
        pk__in=set(redacted.values()), action=AuditLog.Action.REDACT, entity=entity
    )
    named = {entry.pk: set(entry.after.get("entries", ())) for entry in entries}
    return {
        row_id
        for row_id, redaction in redacted.items()
        if (
            str(row_id) not in named[redaction] if redaction in named else not _is_sealed(redaction)
        )
    }


def _is_sealed(entry: UUID) -> bool:
    """Whether an entry of the log, archived by now, is in a seal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM audit_auditseal seal JOIN audit_auditarchive archive"
            " ON seal.number BETWEEN archive.first_seal AND archive.last_seal"
            " WHERE seal.stream = %s AND position(%s::bytea IN seal.rows) > 0)",
            [Stream.LOG, entry.bytes],
        )
        return bool(cursor.fetchone()[0])


def _of_end(stream: str, anchor: Anchor | None) -> Iterator[Finding]:
    """Rows of the future, and seals that were there and are not any more."""
    model = digests.MODELS[stream]
    later = model._default_manager.filter(created_at__gt=timezone.now() + _AHEAD)
    for row_id, created_at in later.order_by("created_at", "id").values_list("id", "created_at"):
        yield Finding(Wrong.INSERTED, stream, 0, row_id, created_at)
    if anchor is not None and not anchors.holds(stream, anchor):
        yield Finding(Wrong.TAIL_CUT, stream, anchor.number)
