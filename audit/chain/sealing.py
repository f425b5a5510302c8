"""Making seals of what has been committed, without a lock that a writer could wait for.

The time of a row is the database's clock when it is inserted, and whoever inserts holds the table's
lock for writers from before that moment until the commit. So: read the clock, look who holds such a
lock, and wait until each of those has ended. Then no row from before can appear any more, whatever
order transactions commit in, and all of them are there to be read.
"""

import time
from datetime import datetime, timedelta

from django.db import connection, transaction

from audit.chain import anchors, digests
from audit.chain.digests import Row
from audit.models import AuditSeal, Stream

#: Rows of one seal at most, so that sealing and verifying need little memory.
MOST_ROWS = 5_000
#: The end of a span lies this far back, so that small steps of the clock do no harm.
MARGIN = timedelta(seconds=10)
#: Writers are waited for this long, in seconds; the rest is for the next turn.
PATIENCE = 5.0
_PAUSE = 0.05
#: Only one seals at a time: the key of the advisory lock.
LOCK = 0x5E1A_0D17


def seal(*, margin: timedelta = MARGIN, patience: float = PATIENCE) -> int:
    """Seal what can no longer grow of each log; returns how many rows.

    Seals nothing while another process does. A transaction that writes longer than ``patience``
    seconds holds up only what was written since it began. Each seal is a transaction.
    """
    count = 0
    for stream in Stream.values:
        until = _settled_until(stream, patience)
        while until is not None and (sealed := _seal_next(stream, until - margin)):
            count += sealed
    anchors.keep()
    return count


def _settled_until(stream: str, patience: float) -> datetime | None:
    """A moment before which the log is complete.

    When a writer takes too long it is the beginning of its transaction, as none of its rows is
    older; None where that cannot be seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    waiting, ends_at = _writers(stream), time.monotonic() + patience
    while waiting:
        if time.monotonic() > ends_at:
            begun = list(waiting.values())
            return None if None in begun else min(moment, *filter(None, begun))
        time.sleep(_PAUSE)
        now = _writers(stream)
        waiting = {key: begun for key, begun in waiting.items() if key in now}
    return moment


def _writers(stream: str) -> dict[str, datetime | None]:
    """The open transactions of others that have written, or are about to write, to the log.

    With the time they began, which other roles than the writer's may not see.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT virtualtransaction, min(xact_start) FROM pg_locks
            LEFT JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND pid IS DISTINCT FROM pg_backend_pid()
                AND relation IN (
                    SELECT %s::regclass
                    UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass)
            GROUP BY virtualtransaction
            """,
            [stream, stream],
        )
        return dict(cursor.fetchall())


def _seal_next(stream: str, until: datetime) -> int:
    """Seal the next rows written before ``until``; returns how many, 0 when there are none."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = AuditSeal.objects.filter(stream=stream).order_by("-number").first()
        from_at = last.until_at if last else None
        if from_at is not None and from_at >= until:
            return 0
        found = digests.rows_between(stream, from_at, until, MOST_ROWS + 1)
        if not found:
            return 0
        rows, until = _fitting(stream, found, from_at, until)
        made = AuditSeal(
            stream=stream,
            number=last.number + 1 if last else 1,
            from_at=from_at,
            until_at=until,
            count=len(rows),
            rows=digests.packed(rows),
        )
        made.digest = digests.seal_digest(made, bytes(last.digest) if last else b"")
        made.save(force_insert=True)
    return len(rows)


def _fitting(
    stream: str, found: list[Row], from_at: datetime | None, until: datetime
) -> tuple[list[Row], datetime]:
    """The rows of one month, at most ``MOST_ROWS``, and the end of the span they fill."""
    until = min(until, _next_month(found[0].created_at))
    if len(found) > MOST_ROWS:
        until = min(until, found[-1].created_at)
        if until == found[0].created_at:
            # All of one moment: they stay together, however many there are.
            until += timedelta(microseconds=1)
            return digests.rows_between(stream, from_at, until), until
    return [row for row in found if row.created_at < until], until


def _next_month(moment: datetime) -> datetime:
    """The first moment of the month after, as partitions are cut (UTC)."""
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
