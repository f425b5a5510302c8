"""What shoppers want later: wishlists, and word when a piece is back or cheaper.

Personal data: a member's rows go with the account (CASCADE). A guest's wishlist names nobody and
is deleted after ``GUEST_LIFE_DAYS``; a subscription's address is deleted ``KEPT_DAYS`` after its
end, see ``catalog.wishes.wishlist`` and ``catalog.wishes.subscriptions``.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.models import Model


class Wishlist(Model):
    """The wishlist of a member, or of a guest who is known by the digest of a cookie's token."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="wishlist",
        verbose_name=_("person"),
    )
    token_digest = models.CharField(_("digest of the token"), max_length=64, blank=True)
    share_token = models.CharField(_("token of the shared link"), max_length=43, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("wishlist")
        verbose_name_plural = _("wishlists")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, token_digest="")
                | Q(user=None) & ~Q(token_digest=""),
                name="wishlist_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["token_digest"],
                condition=~Q(token_digest=""),
                name="wishlist_token_unique",
            ),
            models.UniqueConstraint(
                fields=["share_token"], condition=~Q(share_token=""), name="wishlist_share_unique"
            ),
        ]
        indexes = [
            # The job that deletes what guests have forgotten.
            models.Index(fields=["updated_at"], condition=Q(user=None), name="wishlist_of_guest"),
        ]

    def __str__(self) -> str:
        return str(self.user or _("Guest"))


class WishlistItem(Model):
    """A product, perhaps in one color or one variant, with its price when it was wished for."""

    wishlist = models.ForeignKey(
        Wishlist, models.CASCADE, related_name="items", verbose_name=_("wishlist")
    )
    product = models.ForeignKey(
        "catalog.Product", models.CASCADE, related_name="+", verbose_name=_("product")
    )
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("variant"),
    )
    option_values = models.JSONField(_("choices"), default=dict, blank=True)
    price = models.BigIntegerField(_("price when added"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta(Model.Meta):
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["wishlist", "product", "option_values"], name="wish_once"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="wish_price_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.product)


class Subscription(Model):
    """Someone wants one mail when a variant is back, or cheaper. ``token`` ends it by link.

    ``price`` is in minor units. A job makes it DUE; whoever sends the mail makes it SENT.
    """

    class Kind(models.TextChoices):
        BACK_IN_STOCK = "BACK_IN_STOCK", _("Back in stock")
        PRICE_DROP = "PRICE_DROP", _("Price drop")

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Waiting")
        DUE = "DUE", _("To be told")
        SENT = "SENT", _("Told")
        CANCELED = "CANCELED", _("Canceled")

    kind = ChoiceField(_("kind"), max_length=15, choices=Kind.choices)
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.CASCADE,
        related_name="subscriptions",
        verbose_name=_("variant"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="catalog_subscriptions",
        verbose_name=_("person"),
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=10)
    price = models.BigIntegerField(_("price when subscribed"))
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    token = models.CharField(_("token"), max_length=43, unique=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                "variant",
                "kind",
                condition=Q(status__in=["ACTIVE", "DUE"]),
                name="subscription_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ACTIVE", "CANCELED"])
                | Q(status__in=["DUE", "SENT"], due_at__isnull=False),
                name="subscription_due_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="subscription_price_not_negative"
            ),
        ]
        indexes = [
            # The job that deletes addresses nobody needs any more.
            models.Index(
                fields=["updated_at"],
                condition=Q(status__in=["SENT", "CANCELED"]),
                name="subscription_ended",
            ),
            # The job that finds who is to be told.
            models.Index(
                fields=["kind", "variant"],
                condition=Q(status="ACTIVE"),
                name="subscription_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.variant}"
