"""The picture files of the demo catalog."""

from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from catalog.garments.pictures import UnknownPicture, picture_bytes
from catalog.models import Media


def draw(media: Iterable[Media]) -> int:
    """Draw the files of unsaved ``media`` that are missing and note their sizes in bytes.

    Returns how many were drawn. Raises UnknownPicture for a file that is no garment picture.
    """
    sizes: dict[str, int] = {}
    drawn = 0
    for row in media:
        if row.file not in sizes:
            picture = picture_bytes(row.file)
            if picture is None:
                raise UnknownPicture(row.file)
            content, _mime_type = picture
            sizes[row.file] = len(content)
            if not default_storage.exists(row.file):
                default_storage.save(row.file, ContentFile(content))
                drawn += 1
        row.size_bytes = sizes[row.file]
    return drawn
