"""Units promised to shoppers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.stock import Stock
from shop.fields import ChoiceField
from shop.models import Model


class Reservation(Model):
    """Units promised to a shopper's checkout (``owner``) or to an order until ``expires_at``.

    ACTIVE holds count in ``Stock.reserved``. COMMITTED became a sale, RELEASED was given back,
    EXPIRED ran out of time.
    """

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        COMMITTED = "COMMITTED", _("Sold")
        RELEASED = "RELEASED", _("Released")
        EXPIRED = "EXPIRED", _("Expired")

    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        related_name="reservations",
        verbose_name=_("variant"),
    )
    stock = models.ForeignKey(
        Stock, models.PROTECT, related_name="reservations", verbose_name=_("stock")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    owner = models.CharField(
        _("owner"),
        max_length=100,
        help_text=_("user:<id> or cart:<id> of the person who checks out."),
    )
    order = models.ForeignKey(
        "orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("order"),
    )
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    expires_at = models.DateTimeField(_("expires"))

    class Meta(Model.Meta):
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="reservation_quantity_positive"
            ),
            models.CheckConstraint(
                condition=~Q(status="COMMITTED") | Q(order__isnull=False),
                name="reservation_committed_has_an_order",
            ),
        ]
        indexes = [
            # The job that releases expired holds, and readers that leave them out.
            models.Index(
                fields=["expires_at"], condition=Q(status="ACTIVE"), name="reservation_expiring"
            ),
            # A person's own holds when checkout starts or continues.
            models.Index(
                fields=["owner", "variant"], condition=Q(status="ACTIVE"), name="reservation_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"
