"""The files of archived months: their lines, checksums and manifests."""

import fcntl
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from audit.models import AuditArchive, AuditLog

#: The text of the values of an entry from which they were taken, as PostgreSQL writes it.
BLANK = '[null, {}, {}, null, ""]'
Line = dict[str, Any]
_NAMES = {"id", "facts", "values", "kept", "redaction_id"}


class Unreadable(Exception):
    """A file is damaged; the text is its name."""


def folder() -> Path:
    return Path(settings.AUDIT_ARCHIVE)


def name_of(month: date) -> str:
    """The name of the file of a month."""
    return f"audit-{month:%Y-%m}.ndjson.gz"


def path_of(archived: AuditArchive) -> Path:
    return folder() / archived.file


def waiting(path: Path, sha256: str) -> Path:
    """Where the file with this checksum waits until the log says that it counts."""
    return path.with_name(f".{path.name}.{sha256}")


def manifest_path(path: Path) -> Path:
    return path.with_suffix("").with_suffix(".manifest.json")


@contextmanager
def held() -> Iterator[None]:
    """Only one process at a time writes to the folder."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read(path: Path) -> Iterator[Line]:
    """The lines of a file, oldest entry first. Raises :class:`Unreadable`."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for text in file:
                line = json.loads(text)
                if not (isinstance(line, dict) and line.keys() >= _NAMES):
                    raise Unreadable(path.name)
                yield line
    except (OSError, EOFError, zlib.error, ValueError) as problem:
        raise Unreadable(path.name) from problem


def write(path: Path, lines: Iterable[Line]) -> int:
    """Write ``lines`` to the disk, whole or not at all; returns how many."""
    draft, count = path.with_name(f".{path.name}.draft"), 0
    with draft.open("wb") as file:
        # Without a name and a time inside, the same entries are the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            for line in lines:
                packed.write(json.dumps(line, default=str).encode() + b"\n")
                count += 1
        file.flush()
        os.fsync(file.fileno())
    move(draft, path)
    return count


def put_manifest(path: Path, content: dict[str, Any]) -> None:
    """Write the manifest of the file at ``path`` anew."""
    path = manifest_path(path)
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    move(draft, path)


def remove(path: Path) -> None:
    """Delete the file at ``path``, if it is there, and its manifest."""
    path.unlink(missing_ok=True)
    manifest_path(path).unlink(missing_ok=True)


def read_manifest(path: Path) -> Any:
    """What lies beside the file at ``path``."""
    return json.loads(manifest_path(path).read_text())


def has_manifest(path: Path, content: dict[str, Any]) -> bool:
    """Whether the manifest of the file at ``path`` says exactly this."""
    try:
        return bool(read_manifest(path) == content)
    except (OSError, ValueError):
        return False


def move(draft: Path, path: Path) -> None:
    """Put a file that is on the disk in its place, for good."""
    draft.replace(path)
    place = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def facts_of(line: Line) -> dict[str, Any]:
    """The facts of an entry by name."""
    told = json.loads(line["facts"])
    return dict(zip(("id", "microseconds", *AuditLog.facts), told, strict=True))


def values_of(line: Line) -> dict[str, Any]:
    """The values of an entry by name."""
    return dict(zip(("salt", *AuditLog.redacted), json.loads(line["values"]), strict=True))
