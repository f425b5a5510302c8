"""Pictures as pixels: decoded within limits, upright, in sRGB, and nothing carried along.

Pillow is used directly. django-imagekit (which the plan names) makes files at the first request
and keeps their state in the cache; ours are made once, by a job, and known to the database row.
"""

import io
import struct
import warnings

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from catalog.errors import AnimatedPicture, NotAPicture, PictureTooManyPixels

#: What a camera takes and a worker's memory holds, twice over.
MAX_PIXELS = 40_000_000
READ_AS = ("JPEG", "PNG", "WEBP", "AVIF")
#: What Pillow's readers raise for content that breaks their format.
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    OverflowError,
    LookupError,
    RuntimeError,
    struct.error,
)
_SRGB = ImageCms.createProfile("sRGB")


def decode(data: bytes, *, max_pixels: int, max_side: int) -> Image.Image:
    """The picture in ``data``, whose sides are at most ``max_side`` pixels, in mode RGB or RGBA.

    Its kind is found from the content. The size is read from the header, before a pixel is
    decoded. Raises :class:`PictureTooManyPixels`, :class:`AnimatedPicture` or
    :class:`NotAPicture`.
    """
    try:
        with warnings.catch_warnings():
            # Our own limit below is lower than the one Pillow warns of.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=READ_AS) as image:
                if image.width * image.height > max_pixels:
                    raise PictureTooManyPixels(max_pixels)
                # A phone's JPEG may hold a second picture, of depth or light: the first is meant.
                if getattr(image, "is_animated", False) and image.format != "MPO":
                    raise AnimatedPicture
                return _bare(_sized(image, max_side))
    except Image.DecompressionBombError as error:
        raise PictureTooManyPixels(max_pixels) from error
    except _BROKEN as error:
        raise NotAPicture from error


def _sized(image: Image.Image, max_side: int) -> Image.Image:
    """Smooth and upright: palettes and deep grays are made into what can be scaled first."""
    sizable: Image.Image = image
    if image.mode.startswith("I"):
        # 16 bits of gray; a plain conversion would cut off all above 255.
        sizable = image.point(lambda value: value / 256).convert("L")
    elif image.mode in {"1", "P", "PA"}:
        sizable = image.convert("RGBA" if image.has_transparency_data else "RGB")
    sizable.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return ImageOps.exif_transpose(sizable)


def _bare(image: Image.Image) -> Image.Image:
    """The pixels in sRGB and nothing else: encoders copy what an image carries along."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    pixels = _in_srgb(image, mode)
    bare = Image.new(mode, pixels.size)
    bare.paste(pixels)
    return bare


def _in_srgb(image: Image.Image, mode: str) -> Image.Image:
    """Colors as browsers read them without a profile; a profile that is broken is ignored."""
    profile = image.info.get("icc_profile")
    if profile:
        source = image if image.mode in {"L", "CMYK"} else image.convert(mode)
        try:
            seen = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(source, seen, _SRGB, outputMode=mode)
        except (ImageCms.PyCMSError, OSError):
            return image.convert(mode)
        if converted is not None:
            return converted
    return image.convert(mode)
