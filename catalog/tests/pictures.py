"""Pictures made for tests, as bytes."""

import io
import random

from PIL import Image


def noise(width=60, height=40, mode="RGB"):
    """A picture that no encoder makes small, the same at each call."""
    channels = len(mode)
    pixels = random.Random(width * height).randbytes(width * height * channels)
    return Image.frombytes(mode, (width, height), pixels)


def photograph(width, height, mode="RGB"):
    """A picture with as much to see as a photograph has: far quicker to encode than noise."""
    return noise(width // 20, height // 20, mode).resize((width, height))


def content_of(image=None, kind="JPEG", **options):
    """The bytes of ``image``, a navy one unless told otherwise."""
    out = io.BytesIO()
    (image or Image.new("RGB", (60, 40), "navy")).save(out, kind, **options)
    return out.getvalue()


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
