"""Money that is taken in parts of what was authorized."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Shipment
from payments.models.payments import Payment
from shop.fields import ChoiceField
from shop.models import Model


class Capture(Model):
    """Money asked for of an authorized payment, in minor units of its currency.

    ``id`` is the idempotency key of the operation at the provider, for ever. It comes as REQUESTED,
    before the provider is asked, and counts from then on unless it FAILED: what is captured and
    asked for is never more than what was authorized. With ``is_last`` the rest is released.
    """

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", _("On its way")
        SUCCEEDED = "SUCCEEDED", _("Captured")
        FAILED = "FAILED", _("Failed")

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="captures", verbose_name=_("payment")
    )
    #: The parcel that left; None where staff asked, or for what was left at the end.
    shipment = models.ForeignKey(
        Shipment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="captures",
        verbose_name=_("parcel"),
    )
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED
    )
    amount = models.BigIntegerField(_("amount"))
    is_last = models.BooleanField(_("releases the rest"), default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    provider_reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    failure_code = models.CharField(_("failure code"), max_length=50, blank=True)
    succeeded_at = models.DateTimeField(_("captured at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "shipment"],
                condition=Q(shipment__isnull=False),
                name="capture_once_per_parcel",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="capture_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="REQUESTED", succeeded_at=None, failed_at=None)
                | Q(status="SUCCEEDED", succeeded_at__isnull=False, failed_at=None)
                | Q(status="FAILED", succeeded_at=None, failed_at__isnull=False),
                name="capture_status_has_its_time",
            ),
        ]
        indexes = [
            # The job that asks the provider again, and staff's queue of what failed.
            models.Index(
                fields=["status", "updated_at"],
                condition=~Q(status="SUCCEEDED"),
                name="capture_unfinished",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[("REQUESTED", "SUCCEEDED"), ("REQUESTED", "FAILED")],
            ),
            pgtrigger.Trigger(
                name="within_authorized",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("free", "bigint"), ("promised", "bigint")],
                # The payment is locked: of two captures at once the second waits, then counts.
                func="""
                    SELECT source.authorized_amount - source.captured_amount
                        - source.released_amount INTO free
                    FROM payments_payment source
                    WHERE source.id = NEW.payment_id AND source.captures_at_shipment
                        AND source.status IN
                            ('AUTHORIZED', 'CAPTURED', 'SETTLED', 'PARTIALLY_REFUNDED')
                    FOR NO KEY UPDATE;
                    SELECT coalesce(sum(other.amount), 0) INTO promised
                    FROM payments_capture other
                    WHERE other.payment_id = NEW.payment_id AND other.status = 'REQUESTED';
                    IF free IS NULL OR promised + NEW.amount > free THEN
                        RAISE EXCEPTION 'more would be captured than was authorized'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'capture_within_authorized';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="starts_requested",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="REQUESTED"),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="request_is_fixed",
                fields=["payment", "shipment", "amount", "is_last", "actor"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"
