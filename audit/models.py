"""Who did what to which row. The table is partitioned by month and only ever grows."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.models import append_only, new_id


class AuditLog(models.Model):
    """One change of one row, or one look at personal data by staff."""

    class Action(models.TextChoices):
        CREATE = "CREATE", _("Created")
        UPDATE = "UPDATE", _("Changed")
        DELETE = "DELETE", _("Deleted")
        VIEW = "VIEW", _("Viewed")
        EXPORT = "EXPORT", _("Exported")

    class ActorType(models.TextChoices):
        STAFF = "STAFF", _("Staff")
        CUSTOMER = "CUSTOMER", _("Customer")
        VISITOR = "VISITOR", _("Visitor")
        SYSTEM = "SYSTEM", _("System")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(_("when"), default=timezone.now, db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_type = models.CharField(_("kind of actor"), max_length=10, choices=ActorType.choices)
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    entity = models.CharField(_("entity"), max_length=100, help_text=_("As app.model."))
    entity_id = models.CharField(_("entity id"), max_length=64)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-created_at", "-id"]
        indexes = [
            # History of one object.
            models.Index(fields=["entity", "entity_id", "-created_at"], name="audit_object"),
            # The global log, newest first.
            models.Index(fields=["-created_at"], name="audit_newest"),
            # What one person did.
            models.Index(fields=["actor", "-created_at"], name="audit_actor"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.action} {self.entity} {self.entity_id}"
