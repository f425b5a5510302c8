"""Smaller copies of a picture, made in the background: AVIF and WebP to choose from, one fallback.

They lie beside their original and are named after it, so the row only holds their widths. Making
them again gives the same files. An original that cannot be read is marked and left alone.
"""

import io
from collections.abc import Iterator
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from procrastinate.contrib.django import app

from catalog.errors import PictureRefused
from catalog.models import Media
from catalog.models.media import FALLBACK_WIDTH
from catalog.pictures.pixels import MAX_PIXELS, decode

logger = structlog.get_logger(__name__)

#: Widths in pixels. A picture is never enlarged: the last copy is as wide as its original.
WIDTHS = (160, 320, 480, 640, 960, 1280, 1920)
#: The small one is for the cart, mail and the back office, which offer no choice.
FALLBACK_WIDTHS = (320, FALLBACK_WIDTH)
#: Chosen on a knitted and a woven ground, where AVIF and WebP look alike and AVIF is never the
#: heavier one: about 16 kB at 960 pixels. Speed 8 costs a third of the default's time for two
#: percent of weight; one thread leaves the other core to shoppers.
AVIF: dict[str, Any] = {"quality": 55, "speed": 8, "max_threads": 1}
WEBP: dict[str, Any] = {"quality": 78, "method": 4}
JPEG: dict[str, Any] = {"quality": 80, "optimize": True, "progressive": True}
PNG: dict[str, Any] = {"optimize": True}

TASK = "catalog.make_renditions"


def request(media: Media) -> None:
    """Queue the making of ``media``'s renditions in the transaction that stores it."""
    # By name, because the task's module imports whatever has jobs, and some of that uploads.
    # The lock lets two rows of one file take turns.
    app.configure_task(TASK, lock=f"{TASK}:{media.file}").defer(media_id=str(media.pk))


def make(media: Media) -> bool:
    """Make all renditions of ``media`` and note them; False for a file that cannot be read.

    Errors of the storage pass through, so that the job is tried again.
    """
    try:
        image = _original(media)
    except (PictureRefused, FileNotFoundError) as error:
        logger.warning("picture cannot be read", media=str(media.pk), error=repr(error))
        _note(media, {}, Media.Renditions.BROKEN)
        return False
    made: dict[str, list[int]] = {}
    for suffix, width, content in _encoded(image):
        _replace(media.rendition(width, suffix), content)
        made.setdefault(suffix, []).append(width)
    _note(media, made, Media.Renditions.MADE)
    return True


def widths_up_to(own: int, widths: tuple[int, ...] = WIDTHS) -> list[int]:
    """The ``widths`` below ``own``, and ``own`` itself if it is not above them all."""
    return [*(width for width in widths if width < own), *([own] if own <= widths[-1] else [])]


def _original(media: Media) -> Image.Image:
    with default_storage.open(media.file) as file:
        data = file.read()
    return decode(data, max_pixels=MAX_PIXELS, max_side=max(WIDTHS) * 4)


def _encoded(image: Image.Image) -> Iterator[tuple[str, int, bytes]]:
    for width in widths_up_to(image.width):
        copy = _scaled(image, width)
        yield "avif", width, _bytes_of(copy, "AVIF", AVIF)
        yield "webp", width, _bytes_of(copy, "WEBP", WEBP)
    for width in widths_up_to(image.width, FALLBACK_WIDTHS):
        copy = _scaled(image, width)
        if image.mode == "RGBA":
            yield "png", width, _bytes_of(copy, "PNG", PNG)
        else:
            yield "jpg", width, _bytes_of(copy, "JPEG", JPEG)


def _scaled(image: Image.Image, width: int) -> Image.Image:
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _bytes_of(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _replace(name: str, content: bytes) -> None:
    # What lies there without being noted may be half a file of a job that was cut off.
    if default_storage.exists(name):
        default_storage.delete(name)
    default_storage.save(name, ContentFile(content))


def _note(media: Media, made: dict[str, list[int]], state: Media.Renditions) -> None:
    media.renditions, media.renditions_state = made, state
    media.save(update_fields=["renditions", "renditions_state"])
