"""Making a file of a month: written, read back, compared with the seals; then its partition goes.

Only the owner of the tables can do so.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import partitions, recording
from audit.archives import checking, files
from audit.archives.files import Line
from audit.archives.redactions import Redactions
from audit.chain import digests
from audit.models import AuditArchive, AuditLog, AuditSeal, Stream
from audit.models.sealed import facts_text, values_text


class NotArchivable(Exception):
    """A month stays where it is; the text says why."""


def due_months(keep: int | None = None) -> list[date]:
    """The first days of the months that are older than ``keep`` months and have a partition."""
    months = settings.AUDIT_KEEP_MONTHS if keep is None else keep
    first = timezone.now().astimezone(UTC).date().replace(day=1)
    total = first.year * 12 + first.month - 1 - months
    last_kept = date(total // 12, total % 12 + 1, 1)
    return [month for month in partitions.months() if month < last_kept]


def archive(month: date) -> AuditArchive | None:
    """Write, read back and drop ``month``; None when it had no entries and is just dropped.

    Raises :class:`NotArchivable` when the month is not sealed to its end, does not agree with its
    seals, or we do not own the table.
    """
    partition = f"audit_auditlog_{month:%Y_%m}"
    _refuse_strangers(partition)
    entries = AuditLog.objects.filter(created_at__gte=_start(month), created_at__lt=_end(month))
    seals = _seals(month)
    if not seals:
        if entries.exists():
            raise NotArchivable(_("%s is not sealed yet.") % partition)
        _drop(partition, None)
        return None
    made = AuditArchive(
        month=month,
        file=files.name_of(month),
        first_seal=seals[0],
        last_seal=seals[-1],
    )
    with files.held():
        path = files.path_of(made)
        try:
            made.count = files.write(path, _lines(month))
            made.sha256 = files.checksum(path)
            wrong = next(checking.rows_compared(made, Redactions()), None)
            if wrong:
                raise NotArchivable(wrong)
            files.put_manifest(path, checking.manifest(made, []))
            _drop(partition, made)
        except NotArchivable:
            # A file that no row tells of is one that no erasure looks into.
            files.remove(path)
            raise
    return made


def _lines(month: date) -> Iterator[Line]:
    text = f"""
        SELECT id, {facts_text(AuditLog.facts)}, {values_text(AuditLog.redacted)},
            encode(values_digest, 'hex'), redaction_id,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        FROM audit_auditlog WHERE created_at >= %s AND created_at < %s ORDER BY created_at, id
    """  # noqa: S608 - of our own names
    names = ("id", "facts", "values", "kept", "redaction_id", "created_at")
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(text, [_start(month), _end(month)])
        for row in cursor:
            yield dict(zip(names, row, strict=True))


def _drop(partition: str, made: AuditArchive | None) -> None:
    """Remove the partition, unless something came between it and the file."""
    name = connection.ops.quote_name(partition)
    archived = _counts(made) if made else (0, 0)
    with transaction.atomic(), connection.cursor() as cursor:
        # Who writes to the log is never kept waiting for long.
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        # From here on no redaction comes in.
        try:
            cursor.execute(f"LOCK TABLE {name} IN SHARE MODE")
        except OperationalError as busy:
            raise NotArchivable(_("%s is being written to.") % partition) from busy
        cursor.execute(f"SELECT count(*), count(redaction_id) FROM {name}")  # noqa: S608
        if cursor.fetchone() != archived:
            raise NotArchivable(_("%s changed while it was read.") % partition)
        if made is not None:
            made.save(force_insert=True)
            told = {"file": made.file, "sha256": made.sha256, "entries": made.count}
            recording.record(AuditLog.Action.EXPORT, AuditArchive, made.pk, {}, told)
        cursor.execute(f"DROP TABLE {name}")


def _counts(made: AuditArchive) -> tuple[int, int]:
    """Entries of the file, and those of them that are redacted."""
    lines = files.read(files.path_of(made))
    return made.count, sum(line["redaction_id"] is not None for line in lines)


def _refuse_strangers(partition: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass",
            [partition],
        )
        if not cursor.fetchone()[0]:
            raise NotArchivable(_("Only the owner of the tables archives them."))


def _seals(month: date) -> list[int]:
    """The numbers of the seals over rows of ``month``, which never reach into another."""
    later = AuditSeal.objects.filter(stream=Stream.LOG, until_at__gt=_start(month))
    oldest = later.aggregate(oldest=Min("number"))["oldest"]
    found = []
    for seal in digests.seals(Stream.LOG, oldest) if oldest else ():
        key = next(iter(digests.unpacked(seal)), None)
        first = digests.row_by_id(Stream.LOG, key) if key else None
        if first is None or first.created_at < _start(month):
            continue
        if first.created_at >= _end(month):
            break
        found.append(seal.number)
    return found


def _start(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _end(month: date) -> datetime:
    return (_start(month) + timedelta(days=32)).replace(day=1)
