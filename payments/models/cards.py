"""Cards that customers keep for their next order."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from payments.models.payments import Payment, Provider
from shop.fields import ChoiceField
from shop.models import LiveManager, LiveQuerySet, Model, SoftDeletable


class SavedCard(Model, SoftDeletable):
    """A card as its provider knows it: ``token`` and what may be shown, never its number.

    It is kept from the first payment that went through with it (``kept_at``) until it is removed,
    which forgets the token. An account at the provider has neither last digits nor expiry.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_cards",
        verbose_name=_("person"),
    )
    provider = ChoiceField(_("provider"), max_length=10, choices=Provider.choices)
    token = models.CharField(_("token"), max_length=200, blank=True)
    brand = models.CharField(_("brand"), max_length=20)
    last4 = models.CharField(_("last four digits"), max_length=4, blank=True)
    expiry_month = models.PositiveSmallIntegerField(_("expiry month"), null=True, blank=True)
    expiry_year = models.PositiveSmallIntegerField(_("expiry year"), null=True, blank=True)
    holder = models.CharField(_("holder"), max_length=200, blank=True)
    #: Who its owner is to the provider, where that must know.
    customer = models.CharField(
        _("customer at the provider"), max_length=200, blank=True, default="", db_default=""
    )
    #: The payment it was kept with, or the provider's attempt to keep it without one.
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="kept_cards",
        verbose_name=_("payment"),
    )
    adding_reference = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False
    )
    is_default = models.BooleanField(_("first choice"), default=False)
    kept_at = models.DateTimeField(_("kept since"), null=True, blank=True, editable=False)
    #: When its owner was told that it expires.
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = LiveManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("saved card")
        verbose_name_plural = _("saved cards")
        ordering = ["-is_default", "-kept_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "token"],
                condition=~Q(token=""),
                name="saved_card_token_unique",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(is_default=True, deleted_at=None),
                name="saved_card_one_default",
            ),
            models.UniqueConstraint(
                fields=["user", "provider", "brand", "last4", "expiry_month", "expiry_year"],
                condition=Q(deleted_at=None, kept_at__isnull=False),
                nulls_distinct=False,
                name="saved_card_kept_once",
            ),
            models.CheckConstraint(
                condition=Q(last4="") | Q(last4__regex=r"^[0-9]{4}$"),
                name="saved_card_last4_is_four_digits",
            ),
            models.CheckConstraint(
                condition=Q(expiry_month=None, expiry_year=None)
                | Q(expiry_month__gte=1, expiry_month__lte=12, expiry_year__gte=2000),
                name="saved_card_expiry_is_a_month",
            ),
            models.CheckConstraint(
                condition=(Q(deleted_at=None) & ~Q(token=""))
                | Q(deleted_at__isnull=False, token=""),
                name="saved_card_removed_forgets_token",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(deleted_at=None, kept_at__isnull=False),
                name="saved_card_default_is_kept",
            ),
        ]
        indexes = [
            # The job that tells owners of cards that expire.
            models.Index(
                fields=["expiry_year", "expiry_month"],
                condition=Q(deleted_at=None, kept_at__isnull=False, reminded_at=None),
                name="saved_card_expiring",
            ),
            # The job that keeps paid cards and forgets the others.
            models.Index(
                fields=["created_at"],
                condition=Q(deleted_at=None, kept_at=None),
                name="saved_card_undecided",
            ),
        ]

    def __str__(self) -> str:
        if not self.last4:
            return self.brand
        return _now("%(brand)s ending in %(last4)s") % {"brand": self.brand, "last4": self.last4}

    @property
    def expiry(self) -> str:
        """As on the card: ``08/29``; "" for what does not expire."""
        if self.expiry_month is None or self.expiry_year is None:
            return ""
        return f"{self.expiry_month:02}/{self.expiry_year % 100:02}"

    @property
    def is_expired(self) -> bool:
        """Whether its last month is over, in the shop's time zone."""
        return self.expires_before(timezone.localdate())

    def expires_before(self, day: date) -> bool:
        """Whether its last month is over on ``day``."""
        if self.expiry_month is None or self.expiry_year is None:
            return False
        return (self.expiry_year, self.expiry_month) < (day.year, day.month)


class ProviderCustomer(Model):
    """A person as a provider knows them; ``id`` is the key they were made known with, for ever."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="provider_customers",
        verbose_name=_("person"),
    )
    provider = ChoiceField(_("provider"), max_length=10, choices=Provider.choices)
    #: The provider's name for them, "" until it has said it.
    token = models.CharField(_("token"), max_length=200, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("customer of a provider")
        verbose_name_plural = _("customers of providers")
        constraints = [
            models.UniqueConstraint(fields=["user", "provider"], name="provider_customer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.token}"


class CardRemoval(Model):
    """A removed card that its provider still has to forget: gone once it has said so."""

    #: A queue: that the card was removed is audited there.
    is_derived = True

    provider = ChoiceField(_("provider"), max_length=10, choices=Provider.choices)
    token = models.CharField(_("token"), max_length=200)
    customer = models.CharField(_("customer at the provider"), max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)

    class Meta(Model.Meta):
        verbose_name = _("removal of a card")
        verbose_name_plural = _("removals of cards")
        indexes = [
            # The job that asks again.
            models.Index(fields=["next_try_at"], name="card_removal_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.token}"
