"""The redactions that the log tells, in its table and in archived months."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from audit.archives import files
from audit.models import AuditArchive, AuditLog

_KEY = 16
#: Redactions and months of which the last are kept in memory; rows come in the order of time.
_RECENT, _MONTHS = 200, 2


@dataclass(frozen=True)
class Redaction:
    """An entry that says which entries lost their values, and what it made of a file."""

    id: UUID
    #: 16 bytes for each entry.
    entries: bytes
    old: str = ""
    new: str = ""

    def names(self, key: UUID) -> bool:
        """Whether the entry ``key`` is one of those."""
        at = self.entries.find(key.bytes)
        while at % _KEY and at > 0:
            at = self.entries.find(key.bytes, at + 1)
        return at >= 0

    @property
    def count(self) -> int:
        return len(self.entries) // _KEY


class Redactions:
    """Looks them up; whatever their number, few are in memory at a time."""

    def __init__(self) -> None:
        self.get = lru_cache(_RECENT)(self._get)
        self._of_month = lru_cache(_MONTHS)(_in_month)

    def of_file(self, archived: AuditArchive) -> list[Redaction]:
        """Those that changed the file, oldest first."""
        entity, month = AuditArchive._meta.label_lower, str(archived.pk)
        entries = AuditLog.objects.filter(
            entity=entity, entity_id=month, action=AuditLog.Action.REDACT
        )
        later = entries.order_by("created_at", "id").values_list("pk", "before", "after")
        return [*self._archived.get(month, ()), *(_made(*entry) for entry in later)]

    def _get(self, key: UUID) -> Redaction | None:
        entry = AuditLog.objects.filter(pk=key, action=AuditLog.Action.REDACT).first()
        if entry is not None:
            return _made(entry.pk, entry.before, entry.after)
        # The key was made just before the row was written, which may be in the next month.
        written = datetime.fromtimestamp((key.int >> 80) / 1000, tz=UTC)
        for moment in (written, written + timedelta(days=1)):
            found = self._of_month(moment.date().replace(day=1)).get(key)
            if found is not None:
                return found
        return None

    @cached_property
    def _archived(self) -> dict[str, list[Redaction]]:
        """By month, those of files that lie in files themselves by now."""
        found: dict[str, list[Redaction]] = {}
        for archived in AuditArchive.objects.order_by("month"):
            for facts, redaction in _in_file(archived):
                if facts["entity"] == AuditArchive._meta.label_lower:
                    found.setdefault(facts["entity_id"], []).append(redaction)
        return found


def _in_month(month: date) -> dict[UUID, Redaction]:
    archived = AuditArchive.objects.filter(pk=month).first()
    return {one.id: one for _facts, one in _in_file(archived)} if archived else {}


def _in_file(archived: AuditArchive) -> Iterator[tuple[dict[str, Any], Redaction]]:
    path = files.path_of(archived)
    for line in files.read(path) if path.is_file() else ():
        if AuditLog.Action.REDACT in line["facts"]:
            facts = files.facts_of(line)
            if facts["action"] == AuditLog.Action.REDACT:
                values = files.values_of(line)
                yield facts, _made(UUID(facts["id"]), values["before"], values["after"])


def _made(key: UUID, before: dict[str, Any], after: dict[str, Any]) -> Redaction:
    return Redaction(
        id=key,
        entries=packed(after.get("entries", ())),
        old=before.get("sha256", ""),
        new=after.get("sha256", ""),
    )


def packed(keys: Iterable[str]) -> bytes:
    """Keys as a redaction holds them."""
    return b"".join(UUID(key).bytes for key in keys)
