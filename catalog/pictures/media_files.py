"""Files below MEDIA_ROOT: found by a stranger's path, drawn and kept when they are ours to draw."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils._os import safe_join
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from catalog.garments.pictures import picture_bytes
from shop.whole_files import put

#: What a browser may show in a page, by suffix; told here, because machines know different lists.
SHOWN_TYPES = {
    ".avif": "image/avif",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".vtt": "text/vtt",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
#: Offered as a download, as is everything else without a word about its type.
OFFERED_TYPES = {".pdf": "application/pdf"}
DAY_SECONDS = 24 * 3600
YEAR_SECONDS = 365 * DAY_SECONDS
#: Files below it have random names and are written once; drawings may be drawn better one day.
_LASTING = "uploads/"
_CHUNK_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(?P<first>\d{0,18})-(?P<last>\d{0,18})")
#: A file runs nothing, loads nothing, and stands in no frame; not all of it follows from "default".
POLICY = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True)
class MediaFile:
    """A file on disk, its type by its name, its time of change in whole seconds.

    ``is_lasting`` promises that its address never shows anything else.
    """

    path: Path
    mime_type: str
    changed_at: int
    size: int
    is_lasting: bool

    @property
    def is_shown(self) -> bool:
        return self.mime_type in SHOWN_TYPES.values()

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
        put(target, [picture[0]])
    facts = target.stat()
    suffix = target.suffix.lower()
    mime_type = (SHOWN_TYPES | OFFERED_TYPES).get(suffix, "application/octet-stream")
    return MediaFile(
        target, mime_type, int(facts.st_mtime), facts.st_size, path.startswith(_LASTING)
    )


def answer(request: HttpRequest, found: MediaFile) -> HttpResponseBase:
    """The file, the part of it that a player asks for, or word that it has not changed."""
    response: HttpResponseBase
    unchanged = get_conditional_response(request, found.etag, found.changed_at)
    part = _wanted_part(request, found)
    if unchanged is not None:
        response = unchanged
    elif part is None:
        response = FileResponse(
            found.path.open("rb"), content_type=found.mime_type, as_attachment=not found.is_shown
        )
    elif part:
        response = StreamingHttpResponse(
            _read(found.path, part), status=206, content_type=found.mime_type
        )
        response["Content-Range"] = f"bytes {part[0]}-{part[-1]}/{found.size}"
        response["Content-Length"] = str(len(part))
    else:
        response = HttpResponse(status=416, content_type=found.mime_type)
        response["Content-Range"] = f"bytes */{found.size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = found.etag
    response["Last-Modified"] = http_date(found.changed_at)
    lifetime = f"{YEAR_SECONDS}, immutable" if found.is_lasting else str(DAY_SECONDS)
    response["Cache-Control"] = f"public, max-age={lifetime}"
    # Whatever the file holds, opened on its own it can load and run nothing.
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _wanted_part(request: HttpRequest, found: MediaFile) -> range | None:
    """Positions of the bytes asked for; empty when there are none such, None for the whole file.

    A list of ranges, one we cannot read, or one of an older file is answered with the whole.
    """
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or asked is None or not (asked["first"] or asked["last"]):
        return None
    if request.headers.get("If-Range", found.etag) not in (
        found.etag,
        http_date(found.changed_at),
    ):
        return None
    if not asked["first"]:
        return range(max(0, found.size - int(asked["last"])), found.size)
    first = int(asked["first"])
    last = int(asked["last"]) if asked["last"] else found.size - 1
    if last < first < found.size:
        return None
    return range(first, min(last + 1, found.size)) if first < found.size else range(0)


def _read(path: Path, part: range) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = len(part)
        while left and (chunk := file.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk


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
