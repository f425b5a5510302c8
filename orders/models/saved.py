"""What a shopper put aside to buy later."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductVariant
from shop.models import Model


class SavedItem(Model):
    """A line taken out of the cart for later, of a member or of the browser with the token."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    token_digest = models.CharField(_("digest of the token"), max_length=64, blank=True)
    variant = models.ForeignKey(
        ProductVariant, models.CASCADE, related_name="+", verbose_name=_("variant")
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)

    class Meta(Model.Meta):
        verbose_name = _("saved item")
        verbose_name_plural = _("saved items")
        ordering = ["-created_at"]
        constraints = [
            # Also the way to a person's list, and to a browser's.
            models.UniqueConstraint(
                fields=["user", "variant"],
                condition=Q(user__isnull=False),
                name="saved_item_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["token_digest", "variant"],
                condition=~Q(token_digest=""),
                name="saved_item_once_per_browser",
            ),
            models.CheckConstraint(
                condition=Q(user=None) & ~Q(token_digest="")
                | Q(user__isnull=False, token_digest=""),
                name="saved_item_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="saved_item_quantity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"
