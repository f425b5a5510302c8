"""Units that were sold before they were there."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.models import Model


class Backorder(Model):
    """What a paid order still waits for; the oldest gets what arrives first."""

    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        related_name="backorders",
        verbose_name=_("variant"),
        db_index=False,
    )
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, related_name="backorders", verbose_name=_("order")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    served = models.PositiveIntegerField(_("of it arrived"), default=0)
    since = models.DateTimeField(_("waiting since"))
    promised_on = models.DateField(_("promised"), null=True, blank=True)
    ended_at = models.DateTimeField(_("given up"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("back-order")
        verbose_name_plural = _("waiting for goods")
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "variant"], name="backorder_once_per_order_and_variant"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, served__lte=F("quantity")),
                name="backorder_served_within_quantity",
            ),
        ]
        indexes = [
            # Whose turn it is when units of the variant arrive.
            models.Index(
                fields=["variant", "since", "id"],
                condition=Q(served__lt=F("quantity"), ended_at=None),
                name="backorder_waiting",
            ),
            # The orders of a variant that is taken from the range.
            models.Index(fields=["variant"], name="backorder_of_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity - self.served} × {self.variant_id}"

    @property
    def waiting(self) -> int:
        """Units that have not arrived."""
        return 0 if self.ended_at else self.quantity - self.served
