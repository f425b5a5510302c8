"""Who did what to which row. The table is partitioned by month and only ever grows."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models.sealed import SealedRow, sealed_triggers
from shop.fields import ChoiceField

_REDACTED = {
    "before": "'{}'::jsonb",
    "after": "'{}'::jsonb",
    "ip_address": "null",
    "user_agent": "''",
}


class AuditLog(SealedRow):
    """One change of one row, or one look at personal data by staff."""

    class Action(models.TextChoices):
        CREATE = "CREATE", _("Created")
        UPDATE = "UPDATE", _("Changed")
        DELETE = "DELETE", _("Deleted")
        VIEW = "VIEW", _("Viewed")
        EXPORT = "EXPORT", _("Exported")
        REDACT = "REDACT", _("Redacted")

    class ActorType(models.TextChoices):
        STAFF = "STAFF", _("Staff")
        CUSTOMER = "CUSTOMER", _("Customer")
        VISITOR = "VISITOR", _("Visitor")
        SYSTEM = "SYSTEM", _("System")

    redacted = _REDACTED
    facts = ("actor_id", "actor_type", "action", "entity", "entity_id", "request_id")

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_type = ChoiceField(_("kind of actor"), max_length=10, choices=ActorType.choices)
    action = ChoiceField(_("action"), max_length=10, choices=Action.choices)
    entity = models.CharField(_("entity"), max_length=100, help_text=_("As app.model."))
    entity_id = models.CharField(_("entity id"), max_length=64)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-created_at", "-id"]
        indexes = [
            # History of one object.
            models.Index(fields=["entity", "entity_id", "-created_at"], name="audit_object"),
            # The global log, newest first; and what the next seal covers.
            models.Index(fields=["-created_at"], name="audit_newest"),
            # What one person did.
            models.Index(fields=["actor", "-created_at"], name="audit_actor"),
            # What one request, import or bulk edit did: its entries, and undoing them.
            models.Index(fields=["request_id"], condition=~Q(request_id=""), name="audit_request"),
        ]
        triggers = sealed_triggers(_REDACTED)

    def __str__(self) -> str:
        return f"{self.action} {self.entity} {self.entity_id}"
