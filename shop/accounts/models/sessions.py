"""Where people are signed in, and how often somebody tried to."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.models import Model


class DeviceSession(Model):
    """What a person sees of one of their sessions; the session itself is Django's.

    A row whose session has ended is shown to nobody and deleted by a nightly job.
    """

    #: Signing in and out are security events.
    is_derived = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="device_sessions",
        db_index=False,
        verbose_name=_("person"),
    )
    session_key = models.CharField(_("session key"), max_length=40, unique=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta(Model.Meta):
        verbose_name = _("session of a device")
        verbose_name_plural = _("sessions of devices")
        ordering = ["-last_seen_at"]
        indexes = [
            # The list on the security page, the latest first.
            models.Index(fields=["user", "-last_seen_at"], name="device_session_of_person"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Tries(Model):
    """How often something was tried in a span of time, for limits that hold without Redis.

    ``key`` is a digest: the table names neither people nor addresses.
    """

    #: Counters that live for minutes.
    is_derived = True

    key = models.CharField(_("key"), max_length=64, unique=True)
    count = models.PositiveIntegerField(_("tries"))
    ends_at = models.DateTimeField(_("counted until"))

    class Meta(Model.Meta):
        verbose_name = _("tries")
        verbose_name_plural = _("tries")
        indexes = [
            # The job that forgets.
            models.Index(fields=["ends_at"], name="tries_by_end"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
