"""Seals of the log, each over a span of time and over the seal before it; and what was archived."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.models.sealed import ClockTimestamp
from shop.fields import ChoiceField
from shop.models import append_only, new_id


class Stream(models.TextChoices):
    """What is sealed, each with a chain of its own; by the names of the tables."""

    LOG = "audit_auditlog", _("audit log")
    EVENTS = "audit_securityevent", _("security events")


class AuditSeal(models.Model):
    """All rows of ``stream`` that were written from ``from_at`` until before ``until_at``.

    ``rows`` holds for each row, in the order of time and id, 16 bytes of its id and 32 of its
    digest; ``digest`` is over those, the span, and the digest of the seal before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stream = ChoiceField(_("log"), max_length=30, choices=Stream.choices)
    number = models.BigIntegerField(_("number"))
    created_at = models.DateTimeField(_("when"), db_default=ClockTimestamp(), editable=False)
    from_at = models.DateTimeField(_("from"), null=True, help_text=_("Empty: from the beginning."))
    until_at = models.DateTimeField(_("until"))
    count = models.PositiveIntegerField(_("entries"))
    rows = models.BinaryField(_("digests of the entries"))
    digest = models.BinaryField(_("digest"))

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["stream", "number"]
        constraints = [
            # The chain, in order; and its end, which the next seal continues.
            models.UniqueConstraint(fields=["stream", "number"], name="audit_seal_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="audit_seal_number_from_one"),
            models.CheckConstraint(
                condition=Q(from_at=None) | Q(from_at__lt=F("until_at")),
                name="audit_seal_spans_time",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_stream_display()} {self.number}"


class AuditArchive(models.Model):
    """A month of the log that lies in a file instead of the table."""

    month = models.DateField(_("month"), primary_key=True, help_text=_("Its first day."))
    created_at = models.DateTimeField(_("when"), db_default=ClockTimestamp(), editable=False)
    file = models.CharField(_("file"), max_length=100)
    sha256 = models.CharField(_("checksum"), max_length=64)
    count = models.PositiveBigIntegerField(_("entries"))
    first_seal = models.BigIntegerField(_("first seal"))
    last_seal = models.BigIntegerField(_("last seal"))

    class Meta:
        verbose_name = _("archived month")
        verbose_name_plural = _("archived months")
        ordering = ["-month"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
