"""Files below MEDIA_ROOT: found by a stranger's path, drawn and kept when they are ours to draw."""

import mimetypes
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.utils._os import safe_join

from catalog.garments.pictures import picture_bytes

#: What a browser may show in a page. Everything else is offered as a download.
SHOWN_TYPES = frozenset(
    {"image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/avif", "image/gif"}
)


@dataclass(frozen=True)
class MediaFile:
    """A file on disk, its type by its name, its time of change in whole seconds."""

    path: Path
    mime_type: str
    changed_at: int
    size: int

    @property
    def etag(self) -> str:
        return f'"{self.changed_at:x}-{self.size:x}"'


def find(path: str) -> MediaFile | None:
    """The file at ``path`` below the media root; drawn and kept first if it is one of ours.

    None for what is not there, is hidden, or lies outside, also through a symbolic link.
    """
    target = _inside(path)
    if target is None:
        return None
    if not target.is_file():
        picture = picture_bytes(path)
        if picture is None:
            return None
        keep(target, picture[0])
    facts = target.stat()
    mime_type = mimetypes.guess_type(target.name)[0] or "application/octet-stream"
    return MediaFile(target, mime_type, int(facts.st_mtime), facts.st_size)


def keep(target: Path, content: bytes) -> None:
    """Put ``content`` at ``target`` in one step, so that no reader sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".draft")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o644)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _inside(path: str) -> Path | None:
    parts = path.split("/")
    is_plain = path.isascii() and path.isprintable() and "\\" not in path and len(path) <= 250
    if not is_plain or any(part.startswith(".") or not part for part in parts):
        return None
    root = Path(settings.MEDIA_ROOT).resolve()
    try:
        target = Path(safe_join(root, path)).resolve()
    except (SuspiciousFileOperation, ValueError, OSError):
        return None
    return target if target.is_relative_to(root) else None
