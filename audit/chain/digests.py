"""What is hashed, and how; whoever changes this makes older seals unreadable."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from audit.models import AuditLog, AuditSeal, SecurityEvent, Stream
from audit.models.sealed import SealedRow, facts_text, values_text

MODELS: dict[str, type[SealedRow]] = {Stream.LOG: AuditLog, Stream.EVENTS: SecurityEvent}
#: Bytes of an id, and of an id with its digest, in ``AuditSeal.rows``.
_ID, _ENTRY = 16, 48
#: Seals that are in memory at a time.
_SEALS = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A row of the log as the chain sees it; ``is_sound`` says that a redaction left nothing."""

    id: UUID
    created_at: datetime
    digest: bytes
    redaction_id: UUID | None
    is_sound: bool


def row_digest(facts: str, values: str, kept: bytes | None) -> bytes:
    """The digest of a row: of its facts, and of its values or what a redaction kept of them."""
    of_values = kept if kept is not None else hashlib.sha256(values.encode()).digest()
    return hashlib.sha256(hashlib.sha256(facts.encode()).digest() + of_values).digest()


def seal_digest(seal: AuditSeal, previous: bytes) -> bytes:
    """The digest of a seal over ``previous``, the digest of the one before it (b"" for none)."""
    head = (seal.stream, seal.number, _microseconds(seal.from_at), _microseconds(seal.until_at))
    text = "|".join(str(part) for part in head)
    return hashlib.sha256(b"|".join([text.encode(), previous, bytes(seal.rows)])).digest()


def seals(stream: str, first: int) -> Iterator[AuditSeal]:
    """The seals from number ``first`` on, a few at a time: each holds much.

    By their number, as a connection through a pooler has no cursor that could wait.
    """
    while True:
        later = AuditSeal.objects.filter(stream=stream, number__gte=first).order_by("number")
        found = list(later[:_SEALS])
        yield from found
        if len(found) < _SEALS:
            return
        first = found[-1].number + 1


def packed(rows: list[Row]) -> bytes:
    """Ids and digests as a seal holds them."""
    return b"".join(row.id.bytes + row.digest for row in rows)


def unpacked(seal: AuditSeal) -> dict[UUID, bytes]:
    """The digest of each row of a seal, in order."""
    content = bytes(seal.rows)
    return {
        UUID(bytes=content[at : at + _ID]): content[at + _ID : at + _ENTRY]
        for at in range(0, len(content) - _ENTRY + 1, _ENTRY)
    }


def rows_between(
    stream: str, from_at: datetime | None, until_at: datetime, limit: int | None = None
) -> list[Row]:
    """The stored rows from ``from_at`` until before ``until_at``, by time and id."""
    return list(_rows(stream, "created_at >= %s AND created_at < %s", [from_at, until_at], limit))


def row_by_id(stream: str, row_id: UUID) -> Row | None:
    """A stored row, whatever its time."""
    return next(_rows(stream, "id = %s", [row_id], 1), None)


def _rows(stream: str, where: str, values: list[Any], limit: int | None) -> Iterator[Row]:
    model = MODELS[stream]
    blank = " AND ".join(
        f"{name} IS NOT DISTINCT FROM {value}" for name, value in model.redacted.items()
    )
    # Of our own names only. Hashing is done here: functions in the database could be exchanged.
    text = f"""
        SELECT id, created_at, {facts_text(model.facts)}, {values_text(model.redacted)},
            values_digest, redaction_id,
            CASE WHEN values_digest IS NULL THEN redaction_id IS NULL
                ELSE redaction_id IS NOT NULL AND salt IS NULL AND {blank} END
        FROM {model._meta.db_table} WHERE {where} ORDER BY created_at, id LIMIT %s
    """  # noqa: S608
    if values and values[0] is None:
        values = ["-infinity", *values[1:]]
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, limit])
        for row_id, created_at, facts, told, kept, redaction_id, is_sound in cursor:
            digest = row_digest(facts, told, bytes(kept) if kept is not None else None)
            yield Row(row_id, created_at, digest, redaction_id, is_sound)


def _microseconds(moment: datetime | None) -> int | str:
    return (moment - _EPOCH) // timedelta(microseconds=1) if moment else ""
