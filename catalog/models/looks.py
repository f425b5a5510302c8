"""Which products go with which."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.freshness import OfProduct
from shop.fields import ChoiceField
from shop.models import Model


class ProductLink(OfProduct, Model):
    """Staff say that ``other`` completes the look of ``product``, or is much like it."""

    class Kind(models.TextChoices):
        LOOK = "LOOK", _("Completes the look")
        SIMILAR = "SIMILAR", _("Similar")

    product = models.ForeignKey(
        "catalog.Product", models.CASCADE, related_name="links", verbose_name=_("product")
    )
    other = models.ForeignKey(
        "catalog.Product", models.CASCADE, related_name="+", verbose_name=_("other product")
    )
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.LOOK)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("related product")
        verbose_name_plural = _("related products")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["product", "other", "kind"], name="product_link_once"),
            models.CheckConstraint(
                condition=~Q(product=F("other")), name="product_link_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} → {self.other}"
