"""Pictures from people: read as what they are, drawn anew, stored under a name of ours.

Nothing of the file as it came is kept: it is decoded and encoded again, which drops camera and
place data and anything hidden behind the picture. Vector files are
refused, because they can carry scripts.
"""

import io
import warnings
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.errors import NotAPicture, PictureTooLarge, PictureTooManyPixels
from catalog.models import Media
from shop.models import new_id

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000
#: Longest side of what is stored, in pixels; twice what the largest page shows.
MAX_SIDE = 2400
_READ_AS = ("JPEG", "PNG", "WEBP", "AVIF")
_QUALITY = 88


@dataclass(frozen=True)
class Picture:
    """A checked picture, encoded by us."""

    content: bytes
    mime_type: str
    suffix: str
    width: int
    height: int


def read_picture(file: BinaryIO) -> Picture:
    """Decode ``file`` by its content and encode it anew, upright and without metadata.

    Raises :class:`PictureTooLarge`, :class:`PictureTooManyPixels` or :class:`NotAPicture`.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise PictureTooLarge(MAX_BYTES)
    try:
        with warnings.catch_warnings():
            # The size is checked below, before a pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_READ_AS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise PictureTooManyPixels(MAX_PIXELS)
                return _encoded(image)
    except Image.DecompressionBombError as error:
        raise PictureTooManyPixels(MAX_PIXELS) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise NotAPicture from error


def store(picture: Picture, *, alt_text: str) -> Media:
    """Write ``picture`` below MEDIA_ROOT/uploads and return its row."""
    key = new_id().hex
    # The first part of a time-ordered key would put everything in one folder.
    name = f"uploads/{key[-2:]}/{key}{picture.suffix}"
    saved = default_storage.save(name, ContentFile(picture.content))
    return Media.objects.create(
        asset_id=f"upload-{key}",
        kind=Media.Kind.IMAGE,
        provider=Media.Provider.LOCAL,
        file=saved,
        mime_type=picture.mime_type,
        size_bytes=len(picture.content),
        width=picture.width,
        height=picture.height,
        alt_text=alt_text,
    )


def _encoded(image: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    if "A" in upright.getbands() or "transparency" in upright.info:
        clean = _bare(upright, "RGBA")
        clean.save(out, "WEBP", quality=_QUALITY, method=4)
        mime_type, suffix = "image/webp", ".webp"
    else:
        clean = _bare(upright, "RGB")
        clean.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
        mime_type, suffix = "image/jpeg", ".jpg"
    return Picture(out.getvalue(), mime_type, suffix, clean.width, clean.height)


def _bare(image: Image.Image, mode: str) -> Image.Image:
    """The pixels and nothing else: encoders copy what an image carries along."""
    bare = Image.new(mode, image.size)
    bare.paste(image.convert(mode))
    return bare
