"""Taking the values out of entries, for people who have the right to be forgotten.

What happened, when and to which object stays, and so does a digest of what is gone: the chain of
seals holds. Only a function of the database does this, and it appends an entry that says why.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from audit import recording
from audit.models import AuditLog, SecurityEvent, Stream
from shop.actor import current_actor
from shop.models import new_id

#: Entries that one redaction names.
_AT_ONCE = 500


def redact(
    *,
    entries: "models.QuerySet[AuditLog] | models.QuerySet[SecurityEvent] | Iterable[UUID]",
    reason: str,
) -> int:
    """Blank before, after, details, IP address and device of ``entries``; returns how many.

    Ids are those of the audit log. What is redacted already is left alone, and so are redactions:
    they name what they took. Archived entries: :func:`audit.archives.redacting.redact`.
    """
    model = entries.model if isinstance(entries, models.QuerySet) else AuditLog
    stream = Stream.EVENTS if model is SecurityEvent else Stream.LOG
    wanted: models.QuerySet[Any] = (
        entries
        if isinstance(entries, models.QuerySet)
        else AuditLog.objects.filter(pk__in=list(entries))
    )
    if stream == Stream.LOG:
        wanted = wanted.exclude(action=AuditLog.Action.REDACT)
    open_ids = wanted.filter(redaction_id=None).order_by().values_list("pk", flat=True)
    actor, count = current_actor(), 0
    # Entries that wait for the end of an act are in their table first.
    recording.write_now()
    with transaction.atomic():
        for ids in _chunks(list(open_ids)):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT audit_redact(%s, %s, %s, %s, %s, %s, %s)",
                    [
                        stream,
                        ids,
                        reason,
                        new_id(),
                        actor.user_id,
                        str(actor.type),
                        actor.request_id,
                    ],
                )
                count += cursor.fetchone()[0]
    return count


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
