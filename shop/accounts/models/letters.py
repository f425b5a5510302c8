"""Letters to people that wait to be sent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.models import Model


class Letter(Model):
    """A mail about an account, from the act that causes it until it is sent.

    What it says is sealed, because it holds addresses and links that open accounts; the row is
    deleted with the sending.
    """

    #: On its way, and gone minutes later.
    is_derived = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="letters",
        null=True,
        blank=True,
        verbose_name=_("person"),
    )
    sealed = models.TextField(_("content"))

    class Meta(Model.Meta):
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["created_at"]
        indexes = [
            # The job that throws away what could not be sent.
            models.Index(fields=["created_at"], name="letter_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
