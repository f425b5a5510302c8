"""Disputes: a customer's bank takes money back, or asks why it should not."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models.payments import Payment, Provider
from payments.models.refunds import Refund
from shop.fields import ChoiceField
from shop.models import Model, append_only


class Dispute(Model):
    """One dispute of one payment, in minor units of ``currency``.

    While it is open the payment is DISPUTED and nothing of it can be given back. Lost or accepted,
    ``taken`` is the refund that says what the bank took.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Open")
        EVIDENCE_SENT = "EVIDENCE_SENT", _("Evidence sent")
        WON = "WON", _("Won")
        LOST = "LOST", _("Lost")
        ACCEPTED = "ACCEPTED", _("Accepted")

    class Reason(models.TextChoices):
        FRAUDULENT = "FRAUDULENT", _("Not paid by the holder")
        NOT_RECEIVED = "NOT_RECEIVED", _("Goods did not arrive")
        NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED", _("Goods are not as described")
        NOT_REFUNDED = "NOT_REFUNDED", _("Refund did not arrive")
        DUPLICATE = "DUPLICATE", _("Paid twice")
        CANCELED = "CANCELED", _("Was canceled")
        OTHER = "OTHER", _("Other")

    #: The bank has not decided yet.
    UNDECIDED = (Status.OPEN, Status.EVIDENCE_SENT)
    #: The money is gone.
    GONE = (Status.LOST, Status.ACCEPTED)

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="disputes", verbose_name=_("payment")
    )
    provider = ChoiceField(_("provider"), max_length=10, choices=Provider.choices)
    provider_reference = models.CharField(_("provider's reference"), max_length=200)
    status = ChoiceField(_("status"), max_length=13, choices=Status.choices, default=Status.OPEN)
    reason = ChoiceField(_("reason"), max_length=16, choices=Reason.choices, default=Reason.OTHER)
    provider_reason = models.CharField(_("provider's word for it"), max_length=100, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    respond_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    #: When the provider said what stands here; older news changes nothing.
    news_at = models.DateTimeField(_("last news"), editable=False)
    evidence_text = models.TextField(_("what we answered"), max_length=5000, blank=True)
    evidence_sent_at = models.DateTimeField(_("answered"), null=True, blank=True)
    closed_at = models.DateTimeField(_("decided"), null=True, blank=True)
    #: The status the payment goes back to when the dispute is won; "" while it holds none back.
    payment_was = models.CharField(max_length=20, blank=True, editable=False)
    taken = models.OneToOneField(
        Refund,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="dispute",
        verbose_name=_("what the bank took"),
    )
    #: The last reminder was sent so many days before ``respond_by``.
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                name="dispute_provider_reference_unique",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(provider_reference=""),
                name="dispute_has_amount_and_reference",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["OPEN", "EVIDENCE_SENT"], closed_at=None, taken=None)
                | Q(status="WON", closed_at__isnull=False, taken=None)
                | Q(status__in=["LOST", "ACCEPTED"], closed_at__isnull=False),
                name="dispute_status_has_its_time",
            ),
        ]
        indexes = [
            # Staff's queue and the job that reminds: what is to be answered, soonest first.
            models.Index(
                fields=["respond_by"],
                condition=Q(status="OPEN"),
                name="dispute_to_answer",
            ),
            # Staff's list, newest first.
            models.Index(fields=["-opened_at", "-id"], name="dispute_newest"),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("OPEN", "EVIDENCE_SENT"),
                    ("OPEN", "WON"),
                    ("OPEN", "LOST"),
                    ("OPEN", "ACCEPTED"),
                    ("EVIDENCE_SENT", "WON"),
                    ("EVIDENCE_SENT", "LOST"),
                    ("EVIDENCE_SENT", "ACCEPTED"),
                ],
            ),
            pgtrigger.Protect(
                name="starts_open",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="OPEN"),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="what_is_disputed_is_fixed",
                fields=["payment", "provider", "provider_reference", "currency"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.provider_reference}"

    @property
    def is_undecided(self) -> bool:
        return self.status in self.UNDECIDED

    @property
    def days_left(self) -> int | None:
        """Whole days left to answer, below nothing once it is too late; None without a deadline."""
        if self.respond_by is None:
            return None
        return (self.respond_by - timezone.now()) // timedelta(days=1)


class DisputeEvidence(Model):
    """A file that speaks for us, kept out of reach of the web; ``id`` names it on disk."""

    dispute = models.ForeignKey(
        Dispute, models.PROTECT, related_name="evidence", verbose_name=_("dispute")
    )
    name = models.CharField(_("file"), max_length=120)
    mime_type = models.CharField(_("type"), max_length=30)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    checksum = models.CharField(_("SHA-256"), max_length=64)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )

    class Meta(Model.Meta):
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "checksum"], name="dispute_evidence_once"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.name
