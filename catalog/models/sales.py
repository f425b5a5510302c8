"""What was sold of a product on each day, summed from the movements of stock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SoldOnDay(models.Model):
    """Units of a product that were sold on a day, in UTC; counted by a job each hour."""

    is_derived = True

    pk = models.CompositePrimaryKey("product_id", "day")
    product = models.ForeignKey(
        "catalog.Product",
        models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("product"),
    )
    day = models.DateField(_("day"))
    units = models.PositiveBigIntegerField(_("units"))

    class Meta:
        verbose_name = _("sales of a day")
        verbose_name_plural = _("sales of days")
        indexes = [
            # The job asks for the last day counted, and removes those that are over.
            models.Index(fields=["day"], name="sold_on_day"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}, {self.day}: {self.units}"
