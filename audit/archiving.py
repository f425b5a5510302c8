"""Old months of the log as files, which say the same and are covered by the same seals.

A file is NDJSON, compressed: a line for each entry with the texts its digest is made of and its
columns. Beside it lies a manifest. Only when a file was read back and agrees with the seals is its
partition dropped, by the owner of the table.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import recording
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
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'audit_auditlog'::regclass"
        )
        names = [row[0].strip('"') for row in cursor.fetchall()]
    found = [
        datetime.strptime(name[-7:], "%Y_%m").date()
        for name in names
        if not name.endswith("_default")
    ]
    return sorted(month for month in found if month < last_kept)


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
    path = Path(settings.AUDIT_ARCHIVE) / f"audit-{month:%Y-%m}.ndjson.gz"
    count = _write(path, month)
    made = AuditArchive(
        month=month,
        file=path.name,
        sha256=_checksum(path),
        count=count,
        first_seal=seals[0][0],
        last_seal=seals[-1][0],
    )
    wrong = list(_compared(made, path))
    if wrong:
        path.unlink()
        raise NotArchivable(wrong[0])
    manifest = {
        "file": made.file,
        "sha256": made.sha256,
        "entries": count,
        "first_seal": made.first_seal,
        "last_seal": made.last_seal,
        "last_seal_digest": seals[-1][1].hex(),
    }
    _put(path.with_suffix("").with_suffix(".manifest.json"), json.dumps(manifest, indent=1))
    _drop(partition, made)
    return made


def findings() -> list[str]:
    """What is wrong with the files of archived months, in words."""
    folder = Path(settings.AUDIT_ARCHIVE)
    return list(
        chain.from_iterable(
            _compared(one, folder / one.file) for one in AuditArchive.objects.order_by("month")
        )
    )


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a file, oldest first."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _compared(archived: AuditArchive, path: Path) -> Iterator[str]:
    """Whether the file says what was sealed, row by row."""
    if not path.is_file():
        yield _("archive %s is missing") % archived.file
        return
    if _checksum(path) != archived.sha256:
        yield _("archive %s has another checksum") % archived.file
    seals = AuditSeal.objects.filter(
        stream=Stream.LOG, number__range=(archived.first_seal, archived.last_seal)
    )
    try:
        entries = read(path)
        for seal in seals.order_by("number").iterator(10):
            for row_id, digest in digests.unpacked(seal).items():
                entry = next(entries, None)
                if entry is None or UUID(entry["id"]) != row_id:
                    yield _("archive %(file)s: %(row)s is missing or out of order") % {
                        "file": archived.file,
                        "row": row_id,
                    }
                    return
                kept = bytes.fromhex(entry["kept"]) if entry["kept"] else None
                if digests.row_digest(entry["facts"], entry["values"], kept) != digest:
                    yield _("archive %(file)s: %(row)s is altered") % {
                        "file": archived.file,
                        "row": row_id,
                    }
        for entry in entries:
            yield _("archive %(file)s: %(row)s is inserted") % {
                "file": archived.file,
                "row": entry["id"],
            }
    except (OSError, EOFError, ValueError, KeyError):
        yield _("archive %s cannot be read") % archived.file


def _write(path: Path, month: date) -> int:
    text = f"""
        SELECT id, {facts_text(AuditLog.facts)}, {values_text(AuditLog.redacted)},
            encode(values_digest, 'hex'), redaction_id,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        FROM audit_auditlog WHERE created_at >= %s AND created_at < %s ORDER BY created_at, id
    """  # noqa: S608 - of our own names
    names = ("id", "facts", "values", "kept", "redaction_id", "created_at")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, count = path.with_name(f".{path.name}"), 0
    with (
        transaction.atomic(),
        connection.chunked_cursor() as cursor,
        draft.open("wb") as file,
    ):
        # Without a name and a time inside, the same entries are the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            cursor.execute(text, [_start(month), _end(month)])
            for row in cursor:
                entry = dict(zip(names, row, strict=True))
                packed.write(json.dumps(entry, default=str).encode() + b"\n")
                count += 1
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return count


def _put(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _drop(partition: str, made: AuditArchive | None) -> None:
    with transaction.atomic():
        if made is not None:
            made.save(force_insert=True)
            told = {"file": made.file, "sha256": made.sha256, "entries": made.count}
            recording.record(AuditLog.Action.EXPORT, AuditArchive, made.pk, {}, told)
        with connection.cursor() as cursor:
            # Who writes to the log is never kept waiting for long.
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(partition)}")


def _refuse_strangers(partition: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass",
            [partition],
        )
        if not cursor.fetchone()[0]:
            raise NotArchivable(_("Only the owner of the tables archives them."))


def _seals(month: date) -> list[tuple[int, bytes]]:
    """Number and digest of the seals over rows of ``month``, which never reach into another."""
    later = AuditSeal.objects.filter(stream=Stream.LOG, until_at__gt=_start(month))
    found = []
    for seal in later.order_by("number").iterator(10):
        first = digests.row_by_id(Stream.LOG, next(iter(digests.unpacked(seal))))
        if first is None or first.created_at < _start(month):
            continue
        if first.created_at >= _end(month):
            break
        found.append((seal.number, bytes(seal.digest)))
    return found


def _start(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _end(month: date) -> datetime:
    return (_start(month) + timedelta(days=32)).replace(day=1)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
