"""The picture by which other sites show a page; they draw no SVG."""

from django.conf import settings
from django.core.files.storage import default_storage

from catalog.garments.pictures import TYPES, parse_path, parse_scene_path, path_of

#: What stands for the shop where a page has no picture of its own.
GARMENT, COLOR = "chore", "indigo"


def social_picture(url: str = "") -> str:
    """The address of a picture in pixels for the one at ``url``, a garment where there is none."""
    path = url.removeprefix(settings.MEDIA_URL)
    name = parse_path(path)
    if name is not None:
        twin = path_of(name.garment, name.view, name.color, name.pattern, "social.png")
        return default_storage.url(twin)
    garment = (parse_scene_path(path) or "").removeprefix("category-")
    if url and not path.endswith(".svg"):
        return url
    shown = garment if garment in TYPES else GARMENT
    return default_storage.url(path_of(shown, "front", COLOR, None, "social.png"))
