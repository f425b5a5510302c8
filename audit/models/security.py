"""What happened around signing in and around a person's rights and data."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.models.sealed import SealedRow, sealed_triggers
from shop.fields import ChoiceField

_REDACTED = {"payload": "'{}'::jsonb", "ip_address": "null", "user_agent": "''"}


class SecurityEvent(SealedRow):
    """One event; ``user`` is whom it is about, ``actor`` who did it when that is someone else."""

    class Kind(models.TextChoices):
        SIGNED_IN = "SIGNED_IN", _("Signed in")
        SIGN_IN_FAILED = "SIGN_IN_FAILED", _("Sign-in failed")
        LOCKED_OUT = "LOCKED_OUT", _("Locked out")
        SIGNED_OUT = "SIGNED_OUT", _("Signed out")
        PASSWORD_CHANGED = "PASSWORD_CHANGED", _("Password changed")
        PASSWORD_RESET = "PASSWORD_RESET", _("Password reset")
        EMAIL_CHANGED = "EMAIL_CHANGED", _("E-mail address changed")
        FACTOR_ADDED = "FACTOR_ADDED", _("Second factor added")
        FACTOR_REMOVED = "FACTOR_REMOVED", _("Second factor removed")
        CODES_MADE = "CODES_MADE", _("Recovery codes made")
        CODE_USED = "CODE_USED", _("Recovery code used")
        SESSION_ENDED = "SESSION_ENDED", _("Session ended")
        PERMISSION_CHANGED = "PERMISSION_CHANGED", _("Permissions changed")
        STEPPED_UP = "STEPPED_UP", _("Confirmed who they are")
        DATA_ASKED = "DATA_ASKED", _("Asked for their data")
        DATA_FETCHED = "DATA_FETCHED", _("Fetched their data")
        ERASURE_ASKED = "ERASURE_ASKED", _("Asked to be erased")
        ERASURE_CANCELED = "ERASURE_CANCELED", _("Erasure called off")
        ERASED = "ERASED", _("Erased")
        IMPERSONATED = "IMPERSONATED", _("Seen as by staff")

    redacted = _REDACTED
    facts = ("kind", "user_id", "actor_id", "request_id")

    kind = ChoiceField(_("event"), max_length=20, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("person"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    payload = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-created_at", "-id"]
        indexes = [
            # The person's page and their sign-in history.
            models.Index(fields=["user", "-created_at"], name="security_event_person"),
            # The list of all events, newest first; and what the next seal covers.
            models.Index(fields=["-created_at"], name="security_event_newest"),
            # The list of one kind.
            models.Index(fields=["kind", "-created_at"], name="security_event_kind"),
        ]
        triggers = sealed_triggers(_REDACTED)

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id or ''}".strip()
