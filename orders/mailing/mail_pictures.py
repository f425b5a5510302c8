"""Pictures of order lines that travel inside a letter, as every mail program shows them."""

import io
from email.mime.image import MIMEImage

import structlog
from django.core.files.storage import default_storage
from PIL import Image

from catalog.errors import CatalogError
from catalog.garments.palette import TILE_LIGHT
from catalog.garments.pictures import draw, parse_path, render_png
from catalog.pictures.pixels import MAX_PIXELS, decode

logger = structlog.get_logger(__name__)

#: A picture is shown at half of this, so that it is sharp on dense screens; in pixels.
WIDTH, HEIGHT = 128, 160


def attachment(path: str, name: str) -> MIMEImage | None:
    """The picture at ``path`` below the media root, to be shown as ``cid:<name>``.

    Our drawings become PNG on their tile, photographs small JPEGs. None where there is none.
    """
    try:
        data, subtype = _drawn(path) or _photographed(path)
    except (OSError, CatalogError):
        # A letter without a picture says the same.
        logger.warning("no picture for a letter", path=path)
        return None
    image = MIMEImage(data, subtype)
    image.add_header("Content-ID", f"<{name}>")
    image.add_header("Content-Disposition", "inline", filename=f"{name}.{subtype}")
    return image


def _drawn(path: str) -> tuple[bytes, str] | None:
    found = parse_path(path)
    if found is None:
        return None
    svg = draw(found.garment, found.view, found.color, found.pattern)
    return render_png(svg, WIDTH, HEIGHT, TILE_LIGHT), "png"


def _photographed(path: str) -> tuple[bytes, str]:
    with default_storage.open(path) as file:
        picture = decode(file.read(), max_pixels=MAX_PIXELS, max_side=HEIGHT)
    tile = Image.new("RGB", picture.size, TILE_LIGHT)
    tile.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    made = io.BytesIO()
    tile.save(made, "JPEG", quality=80, optimize=True)
    return made.getvalue(), "jpeg"
