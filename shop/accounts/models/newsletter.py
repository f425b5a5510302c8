"""Who wants the newsletter."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.models import Model


class NewsletterSubscription(Model):
    """Someone's wish for the newsletter, and the proof of it: its words, place and times.

    ``asked_at`` is of the last time that someone asked; who has left may ask again.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Not confirmed")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        UNSUBSCRIBED = "UNSUBSCRIBED", _("Unsubscribed")

    class Place(models.TextChoices):
        HOME = "HOME", _("Home page")
        FOOTER = "FOOTER", _("Footer")
        PAGE = "PAGE", _("Newsletter page")
        ACCOUNT = "ACCOUNT", _("Account")

    email = models.EmailField(_("e-mail"), max_length=254)
    status = ChoiceField(_("status"), max_length=15, choices=Status.choices, default=Status.PENDING)
    language = models.CharField(_("language"), max_length=10, blank=True)
    place = ChoiceField(_("asked on"), max_length=10, choices=Place.choices)
    consent = models.TextField(_("words agreed to"))
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("newsletter subscription")
        verbose_name_plural = _("newsletter subscriptions")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="newsletter_email_unique"),
            models.CheckConstraint(
                condition=Q(
                    status="PENDING", confirmed_at__isnull=True, unsubscribed_at__isnull=True
                )
                | Q(status="CONFIRMED", confirmed_at__isnull=False, unsubscribed_at__isnull=True)
                | Q(status="UNSUBSCRIBED", unsubscribed_at__isnull=False),
                name="newsletter_status_has_its_times",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("asked_at")),
                name="newsletter_confirmed_after_asked",
            ),
            models.CheckConstraint(
                condition=Q(unsubscribed_at__isnull=True)
                | Q(unsubscribed_at__gte=F("asked_at"))
                & (Q(confirmed_at__isnull=True) | Q(unsubscribed_at__gte=F("confirmed_at"))),
                name="newsletter_unsubscribed_last",
            ),
            models.CheckConstraint(condition=~Q(consent=""), name="newsletter_consent_has_words"),
        ]
        indexes = [
            # The list of the back office, newest first, whole or by status.
            models.Index(fields=["-asked_at"], name="newsletter_newest"),
            models.Index(fields=["status", "-asked_at"], name="newsletter_by_status"),
        ]

    def __str__(self) -> str:
        return self.email
