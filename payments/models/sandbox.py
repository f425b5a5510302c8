"""What the sandbox provider keeps on its side of the wire."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.models import new_id


class SandboxCharge(models.Model):
    """The sandbox's own ledger: what a real provider would remember on its side of the wire."""

    #: A stranger's book: what we do with our payments is audited there.
    is_derived = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    idempotency_key = models.CharField(_("idempotency key"), max_length=100, unique=True)
    method_token = models.CharField(_("method token"), max_length=200)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=20)
    code = models.CharField(_("code"), max_length=50, blank=True)
    captured_amount = models.BigIntegerField(_("captured"), default=0)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0, db_default=0)
    #: Until then the sandbox does not answer questions about it.
    silent_until = models.DateTimeField(_("silent until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("sandbox charge")
        verbose_name_plural = _("sandbox charges")
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("captured_amount")),
                name="sandbox_refunded_within_captured",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.amount}"


class _Moved(models.Model):
    """Money that the sandbox moved for a charge, once for each key."""

    #: A stranger's book, as its charges.
    is_derived = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    idempotency_key = models.CharField(_("idempotency key"), max_length=100, unique=True)
    amount = models.BigIntegerField(_("amount"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.amount)


class SandboxRefund(_Moved):
    """What the sandbox gave back of a charge."""

    charge = models.ForeignKey(
        SandboxCharge, models.CASCADE, related_name="refunds", verbose_name=_("charge")
    )

    class Meta:
        verbose_name = _("sandbox refund")
        verbose_name_plural = _("sandbox refunds")


class SandboxCapture(_Moved):
    """What the sandbox took of a charge."""

    charge = models.ForeignKey(
        SandboxCharge, models.CASCADE, related_name="captures", verbose_name=_("charge")
    )

    class Meta:
        verbose_name = _("sandbox capture")
        verbose_name_plural = _("sandbox captures")


class SandboxNotice(models.Model):
    """One sending of what the sandbox tells: an event told twice has two."""

    #: A stranger's book, as its charges.
    is_derived = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    charge = models.ForeignKey(
        SandboxCharge, models.CASCADE, related_name="notices", verbose_name=_("charge")
    )
    event_id = models.CharField(_("event"), max_length=100)
    content = models.JSONField(_("content"))
    due_at = models.DateTimeField(_("to be sent"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("sandbox notice")
        verbose_name_plural = _("sandbox notices")
        indexes = [
            # The job that sends them.
            models.Index(
                fields=["due_at"], condition=Q(sent_at__isnull=True), name="sandbox_notice_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content.get('type', '')} {self.event_id}"
