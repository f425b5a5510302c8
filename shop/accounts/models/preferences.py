"""What a person wants to be told, and how."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.accounts.models.people import User
from shop.fields import ChoiceField
from shop.models import Model


class NotificationPreference(Model):
    """A choice of a person about one kind of message on one channel.

    Without a row the kind's default counts (:mod:`shop.accounts.preferences.preferences`). News
    are not among the kinds: the newsletter keeps its own proof of consent.
    """

    class Kind(models.TextChoices):
        BACK_IN_STOCK = "BACK_IN_STOCK", _("Back in stock")
        PRICE_DROP = "PRICE_DROP", _("Price drops")
        CART_REMINDER = "CART_REMINDER", _("A reminder of your cart")
        BOOKING_REMINDER = "BOOKING_REMINDER", _("Reminders of bookings")
        CARD_EXPIRY = "CARD_EXPIRY", _("Cards that expire")

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", _("E-mail")
        SMS = "SMS", _("SMS")

    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="notification_preferences",
        verbose_name=_("person"),
        # The unique constraint begins with it.
        db_index=False,
    )
    kind = ChoiceField(_("kind"), max_length=20, choices=Kind.choices)
    channel = ChoiceField(
        _("channel"), max_length=10, choices=Channel.choices, default=Channel.EMAIL
    )
    is_wanted = models.BooleanField(_("wanted"))

    class Meta(Model.Meta):
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        ordering = ["user", "kind", "channel"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "channel"], name="notification_preference_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "BACK_IN_STOCK",
                        "PRICE_DROP",
                        "CART_REMINDER",
                        "BOOKING_REMINDER",
                        "CARD_EXPIRY",
                    ]
                ),
                name="notification_preference_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["EMAIL", "SMS"]),
                name="notification_preference_channel_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_channel_display()}"
