"""Whether the files of archived months say what was sealed, but for what the log says was taken."""

from collections.abc import Iterator
from itertools import chain, takewhile
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audit.archives import files
from audit.archives.files import Line
from audit.archives.redactions import Redaction, Redactions
from audit.chain import digests
from audit.models import AuditArchive, AuditSeal, Stream


def findings() -> list[str]:
    """What is wrong with the files, and with rows that an archived redaction should name."""
    told = Redactions()
    archives = AuditArchive.objects.order_by("month")
    of_files = chain.from_iterable(compared(one, told) for one in archives)
    # What a damaged file should say is missed more than once.
    return list(dict.fromkeys([*of_files, *_unnamed_rows(told)]))


def compared(archived: AuditArchive, told: Redactions) -> Iterator[str]:
    """Whether the file has the checksum, the manifest and the rows that it should have."""
    path = files.path_of(archived)
    if not path.is_file():
        yield _("archive %s is missing") % archived.file
        return
    try:
        mine = told.of_file(archived)
    except files.Unreadable:
        # Which one is said with that file.
        mine = []
    expected = archived.sha256
    for one in mine:
        if one.old != expected:
            words = _("archive %(file)s: redaction %(entry)s does not follow the one before")
            yield words % {"file": archived.file, "entry": one.id}
        expected = one.new
    if is_unfinished(archived, mine):
        words = _("a redaction of archive %s died halfway; archive_audit_log finishes it")
        yield words % archived.file
    else:
        if files.checksum(path) != expected:
            yield _("archive %s has another checksum") % archived.file
        if not files.has_manifest(path, manifest(archived, mine)):
            yield _("the manifest of archive %s is missing or says something else") % archived.file
    yield from rows_compared(archived, told)


def is_unfinished(archived: AuditArchive, redactions: list[Redaction]) -> bool:
    """Whether the last redaction died before the file, or its manifest, was in its place."""
    path = files.path_of(archived)
    if not redactions or not files.has_manifest(path, manifest(archived, redactions[:-1])):
        return False
    last, waiting = redactions[-1], files.waiting(path, redactions[-1].new)
    found = files.checksum(path)
    is_ready = waiting.is_file() and files.checksum(waiting) == last.new
    return found == last.new or (found == last.old and is_ready)


def manifest(archived: AuditArchive, redactions: list[Redaction]) -> dict[str, Any]:
    """What a manifest says: the file as it was first written, and each redaction since."""
    return {
        "file": archived.file,
        "sha256": archived.sha256,
        "entries": archived.count,
        "first_seal": archived.first_seal,
        "last_seal": archived.last_seal,
        "redactions": [
            {"entry": str(one.id), "old": one.old, "new": one.new, "entries": one.count}
            for one in redactions
        ],
    }


def rows_compared(archived: AuditArchive, told: Redactions) -> Iterator[str]:
    """Whether the rows of the file are those that were sealed; what is wrong with the first."""
    try:
        lines = files.read(files.path_of(archived))
        for seal in _seals(archived):
            for row_id, digest in digests.unpacked(seal).items():
                if wrong := _wrong_with(next(lines, None), row_id, digest, told):
                    yield wrong % {"file": archived.file, "row": row_id}
                    return
        for line in lines:
            words = _("archive %(file)s: %(row)s is inserted")
            yield words % {"file": archived.file, "row": line["id"]}
            return
    except files.Unreadable as damaged:
        yield _("archive %s cannot be read") % damaged
    except ValueError:
        # A line that is no line of ours.
        yield _("archive %s cannot be read") % archived.file


def _wrong_with(line: Line | None, row_id: UUID, digest: bytes, told: Redactions) -> str:
    if line is None or UUID(line["id"]) != row_id:
        return _("archive %(file)s: %(row)s is missing or out of order")
    kept = bytes.fromhex(line["kept"]) if line["kept"] else None
    if digests.row_digest(line["facts"], line["values"], kept) != digest:
        return _("archive %(file)s: %(row)s is altered")
    if kept is not None:
        redaction = told.get(UUID(str(line["redaction_id"])))
        is_named = redaction is not None and redaction.names(row_id)
        if not is_named or line["values"] != files.BLANK:
            return _("archive %(file)s: %(row)s is altered without a redaction")
    return ""


def _seals(archived: AuditArchive) -> Iterator[AuditSeal]:
    seals = digests.seals(Stream.LOG, archived.first_seal)
    return takewhile(lambda seal: seal.number <= archived.last_seal, seals)


def _unnamed_rows(told: Redactions) -> Iterator[str]:
    """Rows of the tables that were blanked and that their redaction does not name."""
    for stream, model in digests.MODELS.items():
        rows = model._default_manager.exclude(redaction_id=None).order_by("created_at", "id")
        for key, redaction_id in rows.values_list("pk", "redaction_id").iterator(5_000):
            try:
                redaction = told.get(redaction_id)
            except files.Unreadable:
                # Which one is said with that file.
                continue
            if redaction is None or not redaction.names(key):
                words = _("%(log)s %(row)s is altered without a redaction")
                yield words % {"log": stream, "row": key}
