"""What the catalog refuses."""


class CatalogError(Exception):
    """Base of every refusal of this app; nothing was written."""


class PictureRefused(CatalogError):
    """The file cannot become a picture of the shop."""


class PictureTooLarge(PictureRefused):
    """The file has more than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class PictureTooManyPixels(PictureRefused):
    """The picture is larger than ``limit`` pixels in all."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} pixels")
        self.limit = limit


class NotAPicture(PictureRefused):
    """The content is no JPEG, PNG, WebP or AVIF picture, whatever its name says."""
