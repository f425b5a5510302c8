"""Files from people: read as what they are, stored under a random name.

Nothing of a picture as it came is kept: it is decoded and encoded again, which drops camera and
place data and anything hidden behind the picture. Vector files are refused, because they can
carry scripts. Films and documents are known by their first bytes, kept as they came, and only
staff may bring them.
"""

import codecs
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from catalog.errors import AddressRefused, NotAFile, NotAPicture, PictureTooLarge
from catalog.models import Media
from catalog.models.media import CAPTIONS
from catalog.pictures import renditions
from catalog.pictures.pixels import MAX_PIXELS, decode
from shop.models import new_id

#: Limits of a picture and of what is kept as it came, in bytes.
MAX_BYTES = 12 * 1024 * 1024
MAX_BYTES_KEPT = {
    Media.Kind.VIDEO: 80 * 1024 * 1024,
    Media.Kind.DOCUMENT: 20 * 1024 * 1024,
}
#: Longest side of what is stored, in pixels; twice what the largest page shows.
MAX_SIDE = 2400
#: Bytes from which the kind of a film or document is told.
_HEAD = 64
_QUALITY = 88


class Readable(Protocol):
    """An uploaded file, an open file or ``io.BytesIO``."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class Upload:
    """A checked file. Width and height are in pixels, None for films and documents."""

    kind: Media.Kind
    content: bytes
    mime_type: str
    suffix: str
    width: int | None = None
    height: int | None = None

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of what is stored."""
        return hashlib.sha256(self.content).hexdigest()


def read_picture(file: Readable) -> Upload:
    """Decode ``file`` by its content and encode it anew: upright, in sRGB, without metadata.

    Raises :class:`PictureTooLarge`, :class:`PictureTooManyPixels`, :class:`AnimatedPicture` or
    :class:`NotAPicture`.
    """
    data = _limited(file.read(MAX_BYTES + 1), MAX_BYTES)
    return _encoded(decode(data, max_pixels=MAX_PIXELS, max_side=MAX_SIDE))


def read_file(file: Readable) -> Upload:
    """A picture as :func:`read_picture` makes it, or an MP4, WebM, WebVTT or PDF as it is.

    Raises what :func:`read_picture` raises, but :class:`NotAFile` for :class:`NotAPicture`.
    """
    head = file.read(_HEAD)
    for kind, mime_type, suffix, is_one in _KEPT:
        if is_one(head):
            limit = MAX_BYTES_KEPT[kind]
            data = _limited(head + file.read(limit + 1 - len(head)), limit)
            return Upload(kind, data, mime_type, suffix)
    try:
        return read_picture(io.BytesIO(head + file.read(MAX_BYTES + 1 - len(head))))
    except NotAPicture as error:
        raise NotAFile from error


def store(upload: Upload, *, alt_text: str, caption: str = "") -> Media:
    """Write ``upload`` below MEDIA_ROOT/uploads, return its row and queue its renditions.

    A file that is here already is not written again: with the same ``alt_text`` its row is
    returned, with other words a new row shares the file.
    """
    twins = list(Media.objects.filter(checksum=upload.checksum).order_by("created_at"))
    for twin in twins:
        if twin.alt_text == alt_text:
            return twin
    key = new_id().hex
    media = Media(
        asset_id=f"upload-{key}",
        kind=upload.kind,
        provider=Media.Provider.LOCAL,
        mime_type=upload.mime_type,
        size_bytes=len(upload.content),
        width=upload.width,
        height=upload.height,
        checksum=upload.checksum,
        alt_text=alt_text,
        caption=caption,
    )
    if twins:
        media.file = twins[0].file
        media.renditions = twins[0].renditions
        media.renditions_state = twins[0].renditions_state
    else:
        # The first part of a time-ordered key would put everything in one folder.
        name = f"uploads/{key[-2:]}/{key}{upload.suffix}"
        media.file = default_storage.save(name, ContentFile(upload.content))
    with transaction.atomic():
        media.save(force_insert=True)
        if media.kind == Media.Kind.IMAGE and not media.renditions_state:
            renditions.request(media)
    return media


def store_picture(file: Readable, *, alt_text: str) -> Media:
    """Check, store and return the picture in ``file``, as for the photo of a review or an import.

    ``file`` is anything with ``read``; bytes from the net come as ``io.BytesIO(data)``. Its name
    and the type it claims are not looked at. Raises what :func:`read_picture` raises; nothing is
    written then.
    """
    return store(read_picture(file), alt_text=alt_text)


def link_picture(url: str, *, alt_text: str, width: int, height: int) -> Media:
    """The row of a picture that stays on another server, ``width`` by ``height`` pixels.

    Raises :class:`AddressRefused` unless ``url`` is https at one of MEDIA_REMOTE_HOSTS. An
    address that is here already with these words gives its row.
    """
    if not is_known_address(url):
        raise AddressRefused(settings.MEDIA_REMOTE_HOSTS)
    known = Media.objects.filter(remote_url=url, alt_text=alt_text).first()
    found: Media = known or Media.objects.create(
        asset_id=f"remote-{new_id().hex}",
        kind=Media.Kind.IMAGE,
        provider=Media.Provider.REMOTE,
        remote_url=url,
        mime_type="",
        width=width,
        height=height,
        alt_text=alt_text,
    )
    return found


def is_known_address(url: str) -> bool:
    """Whether pages may show pictures from ``url``: https, a host we name, no port, no login."""
    try:
        parts = urlsplit(url)
        is_plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
        return (
            is_plain
            and len(url) <= 500
            and parts.scheme == "https"
            and parts.netloc in settings.MEDIA_REMOTE_HOSTS
        )
    except ValueError:
        return False


def _limited(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise PictureTooLarge(limit)
    return data


def _encoded(image: Image.Image) -> Upload:
    out = io.BytesIO()
    if image.mode == "RGBA":
        image.save(out, "WEBP", quality=_QUALITY, method=4)
        mime_type, suffix = "image/webp", ".webp"
    else:
        image.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
        mime_type, suffix = "image/jpeg", ".jpg"
    return Upload(Media.Kind.IMAGE, out.getvalue(), mime_type, suffix, image.width, image.height)


def _is_mp4(head: bytes) -> bool:
    brands = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ")
    return head[4:8] == b"ftyp" and head[8:12] in brands


def _is_webm(head: bytes) -> bool:
    return head.startswith(b"\x1aE\xdf\xa3") and b"\x42\x82\x84webm" in head


def _is_pdf(head: bytes) -> bool:
    return head.startswith(b"%PDF-")


def _is_captions(head: bytes) -> bool:
    first = head.removeprefix(codecs.BOM_UTF8)
    return first.startswith(b"WEBVTT") and first[6:7] in (b"", b" ", b"\t", b"\r", b"\n")


#: Kind, type and suffix of what is kept as it came, and how its first bytes tell.
_KEPT: tuple[tuple[Media.Kind, str, str, Callable[[bytes], bool]], ...] = (
    (Media.Kind.VIDEO, "video/mp4", ".mp4", _is_mp4),
    (Media.Kind.VIDEO, "video/webm", ".webm", _is_webm),
    (Media.Kind.DOCUMENT, "application/pdf", ".pdf", _is_pdf),
    (Media.Kind.DOCUMENT, CAPTIONS, ".vtt", _is_captions),
)
