"""Pictures, films and documents, and their place on a product."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from catalog.freshness import OfProduct, versions_of_pictures
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import Model, QuerySet, Shown

#: Types of pictures that are offered in several sizes; drawings scale by themselves.
PIXEL_TYPES = ("image/jpeg", "image/png", "image/webp", "image/avif")
#: The type of a film's captions, WebVTT.
CAPTIONS = "text/vtt"
#: Formats that a browser may choose from, the smallest first: suffix and type.
OFFERED = (("avif", "image/avif"), ("webp", "image/webp"))
#: Formats that every browser and mail program shows.
FALLBACKS = ("jpg", "png")
#: Width of the fallback on a page, in pixels.
FALLBACK_WIDTH = 960


#: What is read of a picture to show it.
_SHOWN = ("provider", "file", "remote_url", "width", "height", "alt_text", "renditions")


def picture_json(**more: str) -> JSONObject:
    """Expression on rows with a ``media``: the picture, for :func:`picture_of`, and ``more``."""
    return JSONObject(**{name: f"media__{name}" for name in _SHOWN}, **more)


def picture_of(row: Mapping[str, Any]) -> "Media":
    """The picture that :func:`picture_json` gave."""
    return Media(**{name: row[name] for name in _SHOWN})


class MediaQuerySet(QuerySet["Media"]):
    def without_renditions(self) -> Self:
        """Pictures whose renditions are still to be made; broken ones are not tried again."""
        pictures = self.filter(mime_type__in=PIXEL_TYPES, renditions_state="")
        return pictures.exclude(provider=Media.Provider.REMOTE)


class MediaManager(models.Manager.from_queryset(MediaQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, asset_id: str) -> Any:
        return self.get(asset_id=asset_id)


class Media(Shown, Model):
    """One file, known by ``asset_id``; its type is found from its content, never from its name.

    ``renditions`` names the smaller copies that were made of a picture: widths in pixels by
    suffix, ``{"avif": [160, 320], "webp": [160, 320], "jpg": [320]}``. They are kept here and not
    in a table of their own, because a page reads pictures as part of its one query, and because
    their files are named after the original: nothing else is to be known of them.
    """

    class Kind(models.TextChoices):
        IMAGE = "IMAGE", _("Picture")
        VIDEO = "VIDEO", _("Film")
        DOCUMENT = "DOCUMENT", _("Document")

    class Provider(models.TextChoices):
        LOCAL = "LOCAL", _("This server")
        S3 = "S3", _("Object storage")
        REMOTE = "REMOTE", _("Remote address")

    class Renditions(models.TextChoices):
        MADE = "MADE", _("Made")
        BROKEN = "BROKEN", _("The file cannot be read")

    asset_id = models.CharField(_("asset id"), max_length=200, unique=True)
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.IMAGE)
    provider = ChoiceField(
        _("provider"), max_length=10, choices=Provider.choices, default=Provider.LOCAL
    )
    file = models.CharField(_("file"), max_length=300, blank=True)
    remote_url = models.URLField(_("remote address"), max_length=500, blank=True)
    mime_type = models.CharField(_("type"), max_length=100)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, editable=False)
    renditions = models.JSONField(_("renditions"), default=dict, blank=True, editable=False)
    renditions_state = ChoiceField(
        _("state of the renditions"),
        max_length=10,
        choices=Renditions.choices,
        blank=True,
        editable=False,
    )
    alt_text = models.CharField(_("alternative text"), max_length=300, blank=True)
    caption = models.CharField(_("caption"), max_length=300, blank=True)

    objects: ClassVar[Any] = MediaManager()

    class Meta(Model.Meta):
        verbose_name = _("picture or file")
        verbose_name_plural = _("pictures and files")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(file="") | ~Q(remote_url=""), name="media_has_a_source"
            ),
            models.CheckConstraint(
                # A comparison with NULL refuses nothing.
                condition=~Q(kind="IMAGE")
                | Q(width__isnull=False, width__gt=0, height__isnull=False, height__gt=0),
                name="media_image_has_dimensions",
            ),
            models.CheckConstraint(
                condition=~Q(provider="REMOTE") | Q(remote_url__startswith="https://"),
                name="media_remote_by_https",
            ),
        ]
        indexes = [
            # An upload that is here already: its SHA-256.
            models.Index(fields=["checksum"], condition=~Q(checksum=""), name="media_checksum"),
            # The command make_renditions.
            models.Index(
                fields=["created_at"],
                condition=Q(renditions_state="", mime_type__in=PIXEL_TYPES),
                name="media_without_renditions",
            ),
        ]

    def __str__(self) -> str:
        return self.alt_text or self.asset_id

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return versions_of_pictures({row["id"] for row in rows})

    def natural_key(self) -> tuple[str]:
        return (self.asset_id,)

    @property
    def url(self) -> str:
        if self.provider == self.Provider.REMOTE:
            return self.remote_url
        return default_storage.url(self.file)

    def rendition(self, width: int, suffix: str) -> str:
        """Where the copy of this width is kept below the media root."""
        return f"{self.file.rpartition('.')[0]}-{width}.{suffix}"

    def fallback(self, width: int = FALLBACK_WIDTH) -> str:
        """The file for what cannot choose: at least ``width`` wide, the original if none is."""
        for suffix in FALLBACKS:
            for made in sorted(self.renditions.get(suffix, ())):
                if made >= width or made == self.width:
                    return self.rendition(made, suffix)
        return self.file

    def fallback_url(self, width: int = FALLBACK_WIDTH) -> str:
        """Address of :meth:`fallback`."""
        if self.provider == self.Provider.REMOTE:
            return self.remote_url
        return default_storage.url(self.fallback(width))

    def sources(self, widest: int) -> list[tuple[str, str]]:
        """Type and ``srcset`` of each format to choose from, up to ``widest`` pixels.

        Empty for drawings, remote pictures, and as long as no renditions are made.
        """
        return [
            (mime_type, ", ".join(self._candidates(suffix, widest)))
            for suffix, mime_type in OFFERED
            if self.renditions.get(suffix)
        ]

    def _candidates(self, suffix: str, widest: int) -> Iterator[str]:
        # One address for all: a storage that signs addresses one by one cannot serve a srcset.
        base = default_storage.url(self.file).rpartition(".")[0]
        widths = self.renditions[suffix]
        for width in widths:
            if width <= widest or width == min(widths):
                yield f"{base}-{width}.{suffix} {width}w"

    def uses(self) -> Iterator[models.Model]:
        """Rows that show this file, of every table that refers to it."""
        for relation in self._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ForeignObjectRel) and relation.field is not None:
                model: Any = relation.related_model
                yield from model._base_manager.filter(**{relation.field.name: self.pk})


class ProductMedia(OfProduct, Model):
    """A file's place on a product.

    ``option_values`` names what it shows: empty for the whole product, ``{"color": "navy"}`` for
    one color, all options of a variant for that variant alone.
    """

    product = models.ForeignKey(
        "catalog.Product", models.CASCADE, related_name="media_links", verbose_name=_("product")
    )
    media = models.ForeignKey(
        Media, models.PROTECT, related_name="product_links", verbose_name=_("file")
    )
    option_values = models.JSONField(_("shows"), default=dict, blank=True)
    view_name = models.CharField(_("view"), max_length=50, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_primary = models.BooleanField(_("primary"), default=False)

    class Meta(Model.Meta):
        verbose_name = _("product picture")
        verbose_name_plural = _("product pictures")
        ordering = ["position", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "option_values"],
                condition=Q(is_primary=True),
                name="product_media_one_primary_per_choice",
            ),
            models.UniqueConstraint(
                fields=["product", "media", "option_values"], name="product_media_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.media)
