"""What providers tell by themselves, as it was received."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models.payments import Payment, Provider
from shop.fields import ChoiceField
from shop.models import Model

#: How long a notice that found no payment, or another amount, is worth a look, in days.
LATELY_DAYS = 30


class ProviderNotice(Model):
    """A notice whose signature was right, once for each event of its provider.

    It is a hint to ask, never a proof: what it says of money moves none. ``key`` is our payment's
    id where the provider sends it back. A notice that has its payment is in that one's ledger.
    """

    class Status(models.TextChoices):
        RECEIVED = "RECEIVED", _("Received")
        PROCESSED = "PROCESSED", _("Done")
        IGNORED = "IGNORED", _("Of no concern")
        UNKNOWN = "UNKNOWN", _("No such payment")
        MISMATCHED = "MISMATCHED", _("Does not match")
        FAILED = "FAILED", _("Given up")

    class Kind(models.TextChoices):
        PAYMENT = "PAYMENT", _("Payment")
        REFUND = "REFUND", _("Refund")
        DISPUTE = "DISPUTE", _("Dispute")
        CARD = "CARD", _("Saved card")
        OTHER = "OTHER", _("Other")

    #: What staff should look at, and may have processed again.
    TROUBLED = (Status.UNKNOWN, Status.MISMATCHED, Status.FAILED)

    #: A log of what strangers said; what follows from it is audited with the payment.
    is_derived = True

    provider = ChoiceField(_("provider"), max_length=10, choices=Provider.choices)
    event_id = models.CharField(_("provider's id of the event"), max_length=200)
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices)
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.RECEIVED
    )
    told_at = models.DateTimeField(_("happened at"))
    key = models.CharField(_("our key"), max_length=100, blank=True)
    reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    dispute = models.JSONField(_("dispute"), null=True, blank=True)
    card = models.JSONField(_("saved card"), null=True, blank=True)
    payload = models.JSONField(
        _("what may be kept of it"), default=dict, blank=True, help_text=_("Without card data.")
    )
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("payment"),
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    processed_at = models.DateTimeField(_("done at"), null=True, blank=True)
    code = models.CharField(_("why"), max_length=50, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("notice of a provider")
        verbose_name_plural = _("notices of providers")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="provider_notice_once_per_event"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["PROCESSED", "IGNORED"]) | Q(processed_at__isnull=False),
                name="provider_notice_done_has_a_time",
            ),
        ]
        indexes = [
            # The job that takes up what was not processed yet.
            models.Index(
                fields=["next_try_at"],
                condition=Q(status="RECEIVED"),
                name="provider_notice_waiting",
            ),
            # The count of notices that staff should look at.
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=["UNKNOWN", "MISMATCHED", "FAILED"]),
                name="provider_notice_troubled",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("RECEIVED", "PROCESSED"),
                    ("RECEIVED", "IGNORED"),
                    ("RECEIVED", "UNKNOWN"),
                    ("RECEIVED", "MISMATCHED"),
                    ("RECEIVED", "FAILED"),
                    ("UNKNOWN", "RECEIVED"),
                    ("MISMATCHED", "RECEIVED"),
                    ("FAILED", "RECEIVED"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="what_was_told_is_fixed",
                fields=[
                    "provider", "event_id", "kind", "told_at", "key", "reference", "amount",
                    "currency", "dispute", "card", "payload",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.event_id}"

    @property
    def is_troubled(self) -> bool:
        return self.status in self.TROUBLED


def troubled() -> "QuerySet[ProviderNotice]":
    """Notices of the last days that nobody could make sense of."""
    since = timezone.now() - timedelta(days=LATELY_DAYS)
    rows: QuerySet[ProviderNotice] = ProviderNotice.objects.filter(
        status__in=ProviderNotice.TROUBLED, created_at__gte=since
    )
    return rows
