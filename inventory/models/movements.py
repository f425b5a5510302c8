"""The ledger: every unit that came or went."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.stock import Stock
from inventory.models.transfers import Transfer
from shop.fields import ChoiceField
from shop.models import Model, append_only


class Movement(Model):
    """A line of the stock ledger: appended, never changed."""

    class Kind(models.TextChoices):
        PURCHASE = "PURCHASE", _("Purchase")
        SALE = "SALE", _("Sale")
        ADJUSTMENT = "ADJUSTMENT", _("Adjustment")
        COUNT_VARIANCE = "COUNT_VARIANCE", _("Count variance")
        RETURN = "RETURN", _("Return")
        TRANSFER = "TRANSFER", _("Transfer")

    class Reason(models.TextChoices):
        CORRECTION = "CORRECTION", _("Correction")
        DAMAGED = "DAMAGED", _("Damaged")
        LOST = "LOST", _("Lost")
        FOUND = "FOUND", _("Found")
        STOLEN = "STOLEN", _("Stolen")
        SAMPLE = "SAMPLE", _("Sample or gift")
        OWN_USE = "OWN_USE", _("Own use")
        MADE = "MADE", _("Made or sewn")
        OPENING = "OPENING", _("Opening balance")

    stock = models.ForeignKey(
        Stock, models.PROTECT, related_name="movements", verbose_name=_("stock"), db_index=False
    )
    kind = ChoiceField(_("kind"), max_length=20, choices=Kind.choices)
    reason = ChoiceField(
        _("reason"),
        max_length=10,
        choices=Reason.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("Why units were adjusted; other kinds say it by themselves."),
    )
    quantity_change = models.BigIntegerField(_("change"))
    balance_after = models.BigIntegerField(_("balance"), default=0, editable=False)
    order = models.ForeignKey(
        "orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("order"),
    )
    transfer = models.ForeignKey(
        Transfer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("transfer"),
    )
    receipt = models.ForeignKey(
        "inventory.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("receipt of goods"),
    )
    stocktake = models.ForeignKey(
        "inventory.Stocktake",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("stocktake"),
    )
    #: What a unit cost in minor units; units that come without one are worth the average.
    unit_cost = models.BigIntegerField(_("unit cost"), null=True, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )

    class Meta(Model.Meta):
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity_change=0), name="movement_changes_something"
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0), name="movement_balance_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(kind="SALE") | Q(quantity_change__lt=0), name="movement_sale_goes_out"
            ),
            models.CheckConstraint(
                condition=~Q(kind="ADJUSTMENT") | ~Q(reason=""),
                name="movement_adjustment_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind="TRANSFER", transfer__isnull=False)
                | (~Q(kind="TRANSFER") & Q(transfer=None)),
                name="movement_transfer_has_its_document",
            ),
        ]
        indexes = [
            # Staff's list of movements, which begins with the newest.
            models.Index(fields=["-created_at", "-id"], name="movement_newest"),
            # The ledger of one shelf, newest first.
            models.Index(fields=["stock", "-created_at", "-id"], name="movement_of_stock"),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="post_to_stock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE inventory_stock stock SET
                        on_hand = on_hand + NEW.quantity_change,
                        average_cost = CASE
                            WHEN NEW.unit_cost IS NULL OR NEW.quantity_change < 0
                            THEN average_cost
                            ELSE round(
                                (
                                    on_hand * COALESCE(average_cost, (
                                        SELECT v.cost FROM catalog_productvariant v
                                        WHERE v.id = stock.variant_id
                                    ), NEW.unit_cost) + NEW.quantity_change * NEW.unit_cost
                                )::numeric / (on_hand + NEW.quantity_change)
                            ) END
                    WHERE id = NEW.stock_id
                    RETURNING on_hand, COALESCE(NEW.unit_cost, average_cost, (
                        SELECT v.cost FROM catalog_productvariant v WHERE v.id = stock.variant_id
                    )) INTO NEW.balance_after, NEW.unit_cost;
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def purchase_order(self) -> Any:
        """What the units were ordered by, if a supplier brought them."""
        return self.receipt.purchase_order if self.receipt else None

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity_change:+d}"
