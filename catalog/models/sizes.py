"""Size charts and delivered pieces: what size help is made of."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.freshness import Announced
from shop.fields import ChoiceField
from shop.models import Manager, Model


class SizeChartManager(Manager):
    def get_by_natural_key(self, slug: str) -> Any:
        return self.get(slug=slug)


class SizeChart(Announced, Model):
    """Body and garment measurements by size, in millimeters.

    ``measurements`` is a list of ``{"key": "chest", "name": "Chest", "how": "Around the fullest
    part…", "body": {"s": [860, 920], …}, "garment": {"s": 1040, …}}`` with sizes by slug;
    ``heights`` gives ``{"s": [1600, 1720], …}`` for the size finder, ``systems`` what other shops
    call the sizes: ``{"EU": {"s": ["36"], "m": ["38", "40"]}, …}``.
    """

    title = models.CharField(_("title"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=50, unique=True)
    introduction = models.TextField(_("introduction"), blank=True)
    sizes = models.JSONField(_("sizes in order"), default=list)
    measurements = models.JSONField(_("measurements"), default=list)
    heights = models.JSONField(_("heights"), default=dict, blank=True)
    systems = models.JSONField(_("sizes of other systems"), default=dict, blank=True)

    objects: ClassVar[Any] = SizeChartManager()

    class Meta(Model.Meta):
        verbose_name = _("size chart")
        verbose_name_plural = _("size charts")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("catalog:size_guide", args=[self.slug])


class Purchase(Model):
    """A piece that reached its buyer, as told by the orders room when it was delivered.

    Verified reviews and size help ask here, because the catalog knows no orders. ``email`` is
    kept in lower case for guests who open an account later. ``order_number`` and the variant name
    it once; a return sets ``returned_at`` and why.
    """

    class ReturnReason(models.TextChoices):
        TOO_SMALL = "TOO_SMALL", _("Too small")
        TOO_LARGE = "TOO_LARGE", _("Too large")
        OTHER = "OTHER", _("Another reason")

    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        related_name="purchases",
        verbose_name=_("variant"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="purchases",
        verbose_name=_("person"),
    )
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    order_number = models.CharField(_("order"), max_length=20)
    quantity = models.PositiveIntegerField(_("quantity"))
    delivered_at = models.DateTimeField(_("delivered"))
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    return_reason = ChoiceField(
        _("reason of the return"), max_length=10, choices=ReturnReason.choices, blank=True
    )

    class Meta(Model.Meta):
        verbose_name = _("delivered piece")
        verbose_name_plural = _("delivered pieces")
        ordering = ["-delivered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order_number", "variant"], name="purchase_once_per_order"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_of_something"),
        ]
        indexes = [
            # Purchases of a guest's address: verified reviews.
            models.Index(fields=["email"], condition=~Q(email=""), name="purchase_of_email"),
        ]

    def __str__(self) -> str:
        return f"{self.order_number}: {self.variant}"
