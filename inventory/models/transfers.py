"""Units on their way from one location to another."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.locations import Location
from shop.fields import ChoiceField
from shop.models import Model, Versioned


class NextTransferNumber(models.Func):
    """``TR-2026-000123``, drawn from a sequence when the row is inserted."""

    function = "next_transfer_number"
    output_field = models.CharField()


class Transfer(Model, Versioned):
    """Goods that one location sends to another, in one or more deliveries.

    Sending takes the units from the source's shelves; receiving puts what arrived on the other
    side's. What never arrived stays on the lines as their difference.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        SENT = "SENT", _("Under way")
        RECEIVED = "RECEIVED", _("Received")
        CANCELED = "CANCELED", _("Canceled")

    number = models.CharField(
        _("number"), max_length=20, unique=True, db_default=NextTransferNumber(), editable=False
    )
    source = models.ForeignKey(
        Location, models.PROTECT, related_name="transfers_out", verbose_name=_("from")
    )
    destination = models.ForeignKey(
        Location, models.PROTECT, related_name="transfers_in", verbose_name=_("to")
    )
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    received_at = models.DateTimeField(_("received"), null=True, blank=True, editable=False)
    canceled_at = models.DateTimeField(_("canceled"), null=True, blank=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("who"),
    )

    class Meta(Model.Meta):
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="transfer_goes_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT", sent_at=None, received_at=None, canceled_at=None)
                | Q(status="SENT", sent_at__isnull=False, received_at=None, canceled_at=None)
                | Q(status="RECEIVED", received_at__gte=F("sent_at"), canceled_at=None)
                | Q(status="CANCELED", received_at=None, canceled_at__isnull=False),
                name="transfer_times_fit_status",
            ),
        ]
        indexes = [
            # Staff's list, which begins with the newest.
            models.Index(fields=["-created_at", "-id"], name="transfer_newest"),
            # What is under way, for "incoming" and the list of open transfers.
            models.Index(
                fields=["destination"], condition=Q(status="SENT"), name="transfer_under_way"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("DRAFT", "SENT"),
                    ("SENT", "RECEIVED"),
                    ("DRAFT", "CANCELED"),
                    ("SENT", "CANCELED"),
                ],
            ),
            pgtrigger.Protect(
                name="starts_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="DRAFT"),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="number_is_for_ever", fields=["number"]),
            pgtrigger.Protect(
                name="sent_goes_where_it_was_sent",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="DRAFT")
                & (
                    pgtrigger.Q(old__source__df=pgtrigger.F("new__source"))
                    | pgtrigger.Q(old__destination__df=pgtrigger.F("new__destination"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class TransferLine(Model):
    """Units of one variant in a transfer, and how many of them arrived or came back."""

    transfer = models.ForeignKey(
        Transfer, models.CASCADE, related_name="lines", verbose_name=_("transfer"), db_index=False
    )
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        related_name="transfer_lines",
        verbose_name=_("variant"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    received = models.PositiveIntegerField(_("received"), default=0, editable=False)
    difference_note = models.CharField(
        _("what became of the rest"), max_length=300, blank=True, editable=False
    )

    class Meta(Model.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["created_at", "id"]
        constraints = [
            # Serves the page of a transfer as well.
            models.UniqueConstraint(
                fields=["transfer", "variant"], name="transfer_line_once_per_variant"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, received__lte=F("quantity")),
                name="transfer_line_received_within_quantity",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="sent_is_sent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("state", "text")],
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.variant_id = OLD.variant_id
                        AND NEW.quantity = OLD.quantity AND NEW.transfer_id = OLD.transfer_id
                    THEN
                        RETURN NEW;
                    END IF;
                    SELECT status INTO state FROM inventory_transfer
                    WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.transfer_id
                        ELSE OLD.transfer_id END FOR SHARE;
                    IF state <> 'DRAFT' THEN
                        RAISE EXCEPTION 'the lines of a transfer that was sent do not change'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'transfer_line_sent_is_sent';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant}"

    @property
    def missing(self) -> int:
        """Units that were sent and have not arrived."""
        return self.quantity - self.received
