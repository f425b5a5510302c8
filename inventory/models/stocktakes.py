"""Counting what really lies on the shelves."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.locations import Location
from inventory.models.stock import Stock
from shop.fields import ChoiceField
from shop.models import Manager, Model, Versioned


class NextStocktakeNumber(models.Func):
    """``ST-2026-000123``, drawn from a sequence when the row is inserted."""

    function = "next_stocktake_number"
    output_field = models.CharField()


class Stocktake(Model, Versioned):
    """A count of the shelves of one location, or of a part of them."""

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Being counted")
        COUNTED = "COUNTED", _("Waiting for approval")
        APPROVED = "APPROVED", _("Approved")
        CANCELED = "CANCELED", _("Canceled")

    number = models.CharField(
        _("number"), max_length=20, unique=True, db_default=NextStocktakeNumber(), editable=False
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="stocktakes", verbose_name=_("location")
    )
    category = models.ForeignKey(
        "catalog.Category",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("Only this category and those below it; all without."),
    )
    shelf_from = models.CharField(
        _("from shelf"), max_length=30, blank=True, help_text=_("Only these shelves; all without.")
    )
    shelf_until = models.CharField(_("until shelf"), max_length=30, blank=True)
    is_blind = models.BooleanField(
        _("blind count"),
        default=False,
        help_text=_("Who counts does not see how many there should be."),
    )
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    #: The count that goes on or went last; each further one looks at what differed.
    round = models.PositiveSmallIntegerField(_("count"), default=1, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("opened by"),
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("ended by"),
    )
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True, editable=False)
    #: When it was approved or canceled.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    #: What the history calls what no column holds.
    logged: ClassVar[dict[str, Any]] = {
        "approved_own_count": _("approved by who counted, as nobody else may")
    }

    class Meta(Model.Meta):
        verbose_name = _("stocktake")
        verbose_name_plural = _("stocktakes")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shelf_until="") | Q(shelf_from__lte=models.F("shelf_until")),
                name="stocktake_shelves_in_order",
                violation_error_message=_("The last shelf stands before the first."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["OPEN", "COUNTED"], ended_at=None)
                | Q(status__in=["APPROVED", "CANCELED"], ended_at__isnull=False),
                name="stocktake_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["COUNTED", "APPROVED"]) | Q(counted_at__isnull=False),
                name="stocktake_counted_has_a_time",
            ),
        ]
        indexes = [
            # The queue of what waits for approval, and of what is being counted.
            models.Index(
                fields=["status", "created_at"],
                condition=Q(status__in=["OPEN", "COUNTED"]),
                name="stocktake_waiting",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="stocktake_status_machine",
                field="status",
                transitions=[
                    ("OPEN", "COUNTED"),
                    ("COUNTED", "OPEN"),
                    ("COUNTED", "APPROVED"),
                    ("OPEN", "CANCELED"),
                    ("COUNTED", "CANCELED"),
                ],
            ),
            pgtrigger.Protect(
                name="stocktake_starts_open",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="OPEN"),
            ),
            pgtrigger.Protect(name="stocktake_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="stocktake_scope_is_for_ever",
                fields=["number", "location", "category", "shelf_from", "shelf_until"],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class StocktakeCount(Model):
    """What one person counted of one variant; people who share a shelf add up.

    ``expected`` is what was on hand at that moment, so that units sold later are no difference.
    """

    stocktake = models.ForeignKey(
        Stocktake, models.CASCADE, related_name="counts", verbose_name=_("stocktake")
    )
    stock = models.ForeignKey(Stock, models.PROTECT, related_name="+", verbose_name=_("stock"))
    round = models.PositiveSmallIntegerField(_("count"), default=1)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    quantity = models.PositiveIntegerField(_("counted"))
    expected = models.PositiveBigIntegerField(_("expected"))
    counted_at = models.DateTimeField(_("counted at"))

    objects: ClassVar[Any] = Manager()

    class Meta(Model.Meta):
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        ordering = ["counted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "stock", "round", "actor"], name="stocktake_count_once"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            # Whoever ends the count at this moment waits for this one, or it is refused.
            pgtrigger.Trigger(
                name="counted_only_while_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    PERFORM FROM inventory_stocktake s
                    WHERE s.status = 'OPEN' AND s.id = CASE
                        WHEN TG_OP = 'DELETE' THEN OLD.stocktake_id ELSE NEW.stocktake_id END
                    FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'the stocktake is not being counted'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'counted_only_while_open';
                    END IF;
                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.stock}"
