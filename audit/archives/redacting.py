"""Taking the values out of archived entries, for people who have the right to be forgotten.

The new file lies beside the old one on the disk, under the name of its checksum, before the log
says that it counts; then it takes the place of the old one. Whatever dies between two lines, the
next who comes finishes it.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from django.db import transaction

from audit import partitions
from audit.archives import checking, files
from audit.archives.files import Line
from audit.archives.redactions import Redactions
from audit.models import AuditArchive, AuditLog
from shop.actor import current_actor
from shop.models import new_id

logger = structlog.get_logger(__name__)

#: Facts and values of an entry by name: whether they have to go.
Matches = Callable[[dict[str, Any], dict[str, Any]], bool]


class NotAsArchived(Exception):
    """A file is not what the log says it is; nobody writes over what is to be looked into."""


def redact(matches: Matches, *, reason: str) -> int:
    """Blank the archived entries that match, but for redactions; returns how many.

    A file that is not there is passed over with a warning. Raises :class:`NotAsArchived` and
    :class:`~audit.archives.files.Unreadable`.
    """
    months = list(AuditArchive.objects.order_by("month").values_list("month", flat=True))
    if not months and not _left_behind():
        return 0
    told = Redactions()
    with files.held():
        _remove_left_behind()
        return sum(_redact(month, matches, reason, told) for month in months)


def finish(*, new_manifests: bool = False) -> None:
    """Put redacted files in their place where a crash came between; others stay as they are.

    So do those that nobody can read, and manifests that say something else, for the verifier to
    name: with ``new_manifests`` somebody has looked into those, and they are written anew.
    """
    if not AuditArchive.objects.exists() and not _left_behind():
        return
    told = Redactions()
    with files.held():
        _remove_left_behind()
        for archived in AuditArchive.objects.order_by("month"):
            if files.path_of(archived).is_file():
                try:
                    _settle(archived, told)
                    if new_manifests:
                        content = checking.manifest(archived, told.of_file(archived))
                        files.put_manifest(files.path_of(archived), content)
                except NotAsArchived:
                    logger.error("an archive of the audit log is altered", file=archived.file)
                except files.Unreadable as damaged:
                    logger.error("an archive of the audit log is damaged", file=str(damaged))


def _redact(month: date, matches: Matches, reason: str, told: Redactions) -> int:
    archived = AuditArchive.objects.get(pk=month)
    path = files.path_of(archived)
    if not path.is_file():
        logger.warning("an archive of the audit log is not here", file=archived.file)
        return 0
    old = _settle(archived, told)
    keys = {line["id"] for line in files.read(path) if _is_meant(line, matches)}
    if not keys:
        return 0
    redaction_id = new_id()
    draft = path.with_name(f".{path.name}.new")
    files.write(draft, _without(path, keys, str(redaction_id)))
    new = files.checksum(draft)
    files.move(draft, files.waiting(path, new))
    actor = current_actor()
    # Within a larger transaction the file would change, and the entry might never be there.
    with transaction.atomic(durable=True):
        AuditLog.objects.create(
            id=redaction_id,
            actor_id=actor.user_id,
            actor_type=str(actor.type),
            action=AuditLog.Action.REDACT,
            entity=AuditArchive._meta.label_lower,
            entity_id=str(archived.pk),
            before={"sha256": old},
            after={"sha256": new, "reason": reason, "entries": sorted(keys)},
            request_id=actor.request_id,
        )
    _settle(archived, told)
    return len(keys)


def _settle(archived: AuditArchive, told: Redactions) -> str:
    """See that the file is the one that counts, and its manifest; returns its checksum.

    A manifest that no crash leaves like that is not written over.
    """
    path, redactions = files.path_of(archived), told.of_file(archived)
    counts = redactions[-1].new if redactions else archived.sha256
    is_unfinished = checking.is_unfinished(archived, redactions)
    if files.checksum(path) != counts:
        waiting = files.waiting(path, counts)
        if not waiting.is_file() or files.checksum(waiting) != counts:
            raise NotAsArchived(archived.file)
        files.move(waiting, path)
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink()
    content = checking.manifest(archived, redactions)
    if is_unfinished:
        files.put_manifest(path, content)
    elif not files.has_manifest(path, content):
        logger.error("the manifest of an archive is missing or altered", file=archived.file)
    return counts


def _left_behind() -> list[Path]:
    """Files of months that are in the table still: archiving them died halfway."""
    archived = set(AuditArchive.objects.values_list("month", flat=True))
    paths = [
        files.folder() / files.name_of(month)
        for month in partitions.months()
        if month not in archived
    ]
    return [path for path in paths if path.exists()]


def _remove_left_behind() -> None:
    """Nobody at work has the lock, so nobody writes them now; and nobody would look into them."""
    for path in _left_behind():
        files.remove(path)


def _is_meant(line: Line, matches: Matches) -> bool:
    facts = files.facts_of(line)
    is_open = line["redaction_id"] is None and facts["action"] != AuditLog.Action.REDACT
    return is_open and matches(facts, files.values_of(line))


def _without(path: Path, keys: set[str], redaction_id: str) -> Iterator[Line]:
    for line in files.read(path):
        if line["id"] in keys:
            kept = hashlib.sha256(line["values"].encode()).hexdigest()
            told = {"values": files.BLANK, "kept": kept, "redaction_id": redaction_id}
            yield {**line, **told}
        else:
            yield line
