"""The list of who was erased, also outside the database: a restored backup knows nothing of it.

A line holds keyed hashes and a time, nobody's name. The file belongs beside the backups.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from shop.accounts.models import ErasureRecord
from shop.accounts.privacy import people


@dataclass(frozen=True)
class Erased:
    """Somebody who was erased; ``person_hash`` is empty for guests."""

    id: UUID
    person_hash: str
    email_hashes: frozenset[str]
    erased_at: datetime


def write_missing() -> int:
    """Append to the file what only the database has; returns how many lines."""
    path = Path(settings.ERASURES_FILE)
    known = {one.id for one in of_file(path)}
    missing = [one for one in of_database() if one.id not in known]
    if not missing:
        return 0
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
        file.writelines(f"{_line(one)}\n" for one in missing)
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


def unknown_of(erased: Iterable[Erased]) -> list[Erased]:
    """What this database does not know of."""
    known = set(ErasureRecord.objects.values_list("pk", flat=True))
    return [one for one in erased if one.id not in known]


def of_database() -> Iterator[Erased]:
    """What this database knows of."""
    for row in ErasureRecord.objects.order_by("erased_at", "pk").iterator():
        yield Erased(row.pk, row.person_hash, frozenset(row.email_hashes), row.erased_at)


def of_file(path: Path) -> Iterator[Erased]:
    """What a list says; lines that a crash cut off are left out."""
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        try:
            told = json.loads(line)
        except json.JSONDecodeError:
            continue
        yield Erased(
            UUID(told["id"]),
            told["person"],
            frozenset(told["emails"]),
            datetime.fromisoformat(told["erased_at"]),
        )


def was_erased(email: str) -> bool:
    """Whether somebody with this address was erased: no import may write to it again."""
    return ErasureRecord.objects.filter(email_hashes__contains=[people.email_hash(email)]).exists()


def _line(one: Erased) -> str:
    return json.dumps(
        {
            "id": str(one.id),
            "person": one.person_hash,
            "emails": sorted(one.email_hashes),
            "erased_at": one.erased_at.isoformat(),
        }
    )
