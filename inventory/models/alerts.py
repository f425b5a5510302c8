"""Shelves that ran low, empty or over, from when until when."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.stock import Stock
from shop.fields import ChoiceField
from shop.models import Model


class Alert(Model):
    """A level of one shelf that somebody should know of; open until ``closed_at``.

    Opened and closed by the database in the statement that changes the shelf, see
    ``level_turned`` in :mod:`inventory.models.stock`. What closed before it was told is forgotten:
    the hold of a checkout that lapsed is no news.
    """

    #: Follows from the stock rows, whose changes are in the log.
    is_derived = True

    class Kind(models.TextChoices):
        LOW_STOCK = "LOW_STOCK", _("Low stock")
        OUT_OF_STOCK = "OUT_OF_STOCK", _("Out of stock")
        BACK_IN_STOCK = "BACK_IN_STOCK", _("Back in stock")
        OVERSTOCK = "OVERSTOCK", _("Overstock")

    stock = models.ForeignKey(
        Stock, models.CASCADE, related_name="alerts", verbose_name=_("stock"), db_index=False
    )
    kind = ChoiceField(_("kind"), max_length=13, choices=Kind.choices)
    available = models.BigIntegerField(_("available when opened"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stock", "kind"], condition=Q(closed_at=None), name="alert_open_once"
            ),
            models.UniqueConstraint(
                fields=["stock"],
                condition=Q(closed_at=None) & ~Q(kind="BACK_IN_STOCK"),
                name="alert_one_level_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="alert_closed_after_opened",
            ),
        ]
        indexes = [
            # The alerts of one shelf; and what goes with it when it is deleted.
            models.Index(fields=["stock", "-opened_at"], name="alert_of_stock"),
            # Staff's list, which begins with the newest.
            models.Index(fields=["-opened_at", "-id"], name="alert_newest"),
            # The job that tells of new ones.
            models.Index(
                fields=["opened_at"], condition=Q(told_at=None, closed_at=None), name="alert_untold"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.stock}"
