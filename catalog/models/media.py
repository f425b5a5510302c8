"""Pictures, films and documents, and their place on a product."""

from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.models import Manager, Model


class MediaManager(Manager):
    def get_by_natural_key(self, asset_id: str) -> Any:
        return self.get(asset_id=asset_id)


class Media(Model):
    """One file, known by ``asset_id``; its type is found from its content, never from its name."""

    class Kind(models.TextChoices):
        IMAGE = "IMAGE", _("Picture")
        VIDEO = "VIDEO", _("Film")
        DOCUMENT = "DOCUMENT", _("Document")

    class Provider(models.TextChoices):
        LOCAL = "LOCAL", _("This server")
        S3 = "S3", _("Object storage")
        REMOTE = "REMOTE", _("Remote address")

    asset_id = models.CharField(_("asset id"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.IMAGE)
    provider = models.CharField(
        _("provider"), max_length=10, choices=Provider.choices, default=Provider.LOCAL
    )
    file = models.CharField(_("file"), max_length=300, blank=True)
    remote_url = models.URLField(_("remote address"), max_length=500, blank=True)
    mime_type = models.CharField(_("type"), max_length=100)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
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
                condition=~Q(kind="IMAGE") | Q(width__gt=0, height__gt=0),
                name="media_image_has_dimensions",
            ),
        ]

    def __str__(self) -> str:
        return self.alt_text or self.asset_id

    def natural_key(self) -> tuple[str]:
        return (self.asset_id,)

    @property
    def url(self) -> str:
        if self.provider == self.Provider.REMOTE:
            return self.remote_url
        return default_storage.url(self.file)


class ProductMedia(Model):
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
