"""What reconciliation finds: our ledger and a provider's that do not agree."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.payments import Payment, Provider
from shop.fields import ChoiceField
from shop.models import Model


class ReconciliationFinding(Model):
    """One difference of one payment; ``ours`` and ``theirs`` are the words of both ledgers.

    A charge that we do not know, and a payout that failed, have no payment, but the provider's
    ``reference``. A finding that is closed with a reason stays closed while both ledgers say the
    same.
    """

    class Kind(models.TextChoices):
        UNFINISHED = "UNFINISHED", _("Approved there, unfinished here")
        PAID_WITHOUT_ORDER = "PAID_WITHOUT_ORDER", _("Paid, but the order is not")
        ORPHAN = "ORPHAN", _("Held there, given up here")
        CAPTURED_TWICE = "CAPTURED_TWICE", _("More taken there than here")
        NOT_CAPTURED = "NOT_CAPTURED", _("Less taken there than here")
        AMOUNT_DIFFERS = "AMOUNT_DIFFERS", _("Authorized amounts differ")
        UNKNOWN_THERE = "UNKNOWN_THERE", _("Unknown to the provider")
        REFUND_MISSING = "REFUND_MISSING", _("Refund did not arrive")
        REFUND_UNKNOWN = "REFUND_UNKNOWN", _("More given back there than here")
        EXPIRING = "EXPIRING", _("Authorization about to expire")
        VOIDED_THERE = "VOIDED_THERE", _("Authorization ended there")
        LOST_TWICE = "LOST_TWICE", _("Dispute took more than was left")
        UNKNOWN_HERE = "UNKNOWN_HERE", _("Charge that we do not know")
        SETTLED_DIFFERS = "SETTLED_DIFFERS", _("Settled and captured amounts differ")

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Open")
        MENDED = "MENDED", _("Mended")
        CLOSED = "CLOSED", _("Closed")

    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("payment"),
    )
    provider = ChoiceField(
        _("provider"),
        max_length=10,
        choices=Provider.choices,
        blank=True,
        default="",
        db_default="",
    )
    reference = models.CharField(
        _("provider's reference"), max_length=200, blank=True, default="", db_default=""
    )
    kind = ChoiceField(_("what"), max_length=18, choices=Kind.choices)
    status = ChoiceField(_("status"), max_length=6, choices=Status.choices, default=Status.OPEN)
    ours = models.CharField(_("our ledger"), max_length=200)
    theirs = models.CharField(_("the provider's"), max_length=200)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    note = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("finding of reconciliation")
        verbose_name_plural = _("findings of reconciliation")
        ordering = ["-last_seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "kind"],
                condition=Q(status="OPEN"),
                name="finding_open_once",
            ),
            models.UniqueConstraint(
                fields=["provider", "reference", "kind"],
                condition=Q(status="OPEN", payment=None),
                name="finding_unknown_open_once",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, provider="", reference="")
                | (Q(payment=None) & ~Q(provider="") & ~Q(reference="")),
                name="finding_names_what_it_is_about",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", closed_at=None)
                | Q(status__in=["MENDED", "CLOSED"], closed_at__isnull=False),
                name="finding_closed_has_a_time",
            ),
        ]
        indexes = [
            # The report, newest first.
            models.Index(fields=["-last_seen_at", "-id"], name="finding_newest"),
            # Staff's queue, and the job that looks again at what is open.
            models.Index(fields=["status"], condition=Q(status="OPEN"), name="finding_open"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
