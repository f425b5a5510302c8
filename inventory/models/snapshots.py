"""What lay on each shelf at the end of each day."""

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from inventory.models.stock import Stock
from shop.models import Model

#: The days before a snapshot by which it judges how a shelf sells.
WINDOW_DAYS = 90


class StockSnapshot(Model):
    """One shelf on one day. Amounts are minor units of the shop's currency.

    Each row carries what the ``WINDOW_DAYS`` before it were like, so that a report reads the rows
    of one day and no more.
    """

    #: Follows from the ledger.
    is_derived = True

    day = models.DateField(_("day"))
    stock = models.ForeignKey(
        Stock, models.CASCADE, related_name="snapshots", verbose_name=_("stock")
    )
    on_hand = models.BigIntegerField(_("on hand"))
    reserved = models.BigIntegerField(_("reserved"))
    value = models.BigIntegerField(
        _("value at cost"), null=True, help_text=_("Empty where the cost is not known.")
    )
    units_sold = models.IntegerField(_("sold that day"), default=0)
    sold_in_window = models.IntegerField(_("sold in 90 days"), default=0)
    usual_on_hand = models.DecimalField(
        _("usually on hand"), max_digits=14, decimal_places=2, default=0
    )
    last_sold_on = models.DateField(_("last sold"), null=True)
    days_of_cover = models.GeneratedField(
        expression=ExpressionWrapper(
            F("on_hand") * Value(WINDOW_DAYS) / NullIf(F("sold_in_window"), Value(0)),
            output_field=models.BigIntegerField(),
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
        verbose_name=_("days of cover"),
    )

    class Meta(Model.Meta):
        verbose_name = _("stock on a day")
        verbose_name_plural = _("stock report")
        ordering = ["-day", "stock"]
        constraints = [
            # Serves the report of a day, and the job that removes old days.
            models.UniqueConstraint(fields=["day", "stock"], name="snapshot_once_a_day"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0, reserved__gte=0), name="snapshot_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stock}, {self.day}"

    @property
    def is_dead(self) -> bool:
        """In stock, and nothing sold in the window."""
        return self.on_hand > 0 and self.sold_in_window == 0
