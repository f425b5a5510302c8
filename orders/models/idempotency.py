"""What was answered to a request that may come again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.models import Model


def key_expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.IDEMPOTENCY_HOURS)


class IdempotencyKey(Model):
    """A key that ``owner`` gave to a request of ``scope``, and the answer once there is one.

    ``fingerprint`` is the SHA-256 of what was asked: the same key must not mean something else.
    """

    #: A memory of answers, which is forgotten after a while; what they did is audited.
    is_derived = True

    scope = models.CharField(_("scope"), max_length=50)
    owner = models.CharField(_("owner"), max_length=100)
    key = models.CharField(_("key"), max_length=100)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    status_code = models.PositiveSmallIntegerField(_("status code"), null=True, blank=True)
    location = models.CharField(_("location"), max_length=500, blank=True)
    body = models.TextField(_("body"), blank=True)
    expires_at = models.DateTimeField(_("expires"), default=key_expiry)

    class Meta(Model.Meta):
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "owner", "key"], name="idempotency_key_once_per_owner"
            ),
            models.CheckConstraint(
                condition=models.Q(fingerprint__regex=r"^[0-9a-f]{64}$"),
                name="idempotency_fingerprint_is_sha256",
            ),
        ]
        indexes = [
            # The job that forgets old keys.
            models.Index(fields=["expires_at"], name="idempotency_expiring"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
