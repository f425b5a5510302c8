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


class AnimatedPicture(PictureRefused):
    """The picture moves; a film is uploaded as a film."""


class NotAFile(PictureRefused):
    """The content is no picture, MP4, WebM, WebVTT or PDF, whatever its name says."""


class AddressRefused(CatalogError):
    """The shop may not show pictures from this address; only ``hosts`` are known."""

    def __init__(self, hosts: list[str]) -> None:
        super().__init__(f"not https or none of {hosts}")
        self.hosts = hosts


class AlreadyReviewed(CatalogError):
    """The person has reviewed the product, or the purchase has been used, a moment ago."""


class OwnReview(CatalogError):
    """Nobody votes on what they wrote."""


class MessageNotSent(CatalogError):
    """The mail server did not take the message."""


class RedirectsRefused(CatalogError):
    """No line of the list was imported; ``problems`` are line numbers with what is wrong there."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__(f"{len(problems)} lines are wrong")
        self.problems = problems


class PriceRefused(CatalogError):
    """The price is not below the recommended price of the variants ``skus``."""

    def __init__(self, skus: list[str]) -> None:
        super().__init__(f"not below the recommended price of {', '.join(skus)}")
        self.skus = skus


class ScheduleOverlaps(CatalogError):
    """Another price is planned or in force for the same variants in this time."""


class ScheduleOver(CatalogError):
    """The planned price has ended, or was canceled."""


class WishlistFull(CatalogError):
    """The wishlist holds as many pieces as one may, ``limit``."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} pieces")
        self.limit = limit


class UnknownLanguages(CatalogError):
    """PostgreSQL knows no word forms of these languages, ``codes``."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(f"no word forms for {', '.join(codes)}")
        self.codes = codes
