"""Orders that staff take down for a customer, such as by phone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductVariant
from orders.models.carts import Cart
from shop.fields import ChoiceField
from shop.models import Model, Versioned


class Draft(Model, Versioned):
    """A cart that staff fill for ``customer``, or for whoever has the checkout's address.

    Its cart has no person of its own, so that nobody's browser or account shows it. What was
    agreed on top is a discount on the whole (``discount_value`` in hundredths of a percent, or in
    minor units) and prices of single lines.
    """

    class Discount(models.TextChoices):
        NONE = "", _("None")
        PERCENTAGE = "PERCENTAGE", _("Percent")
        FIXED_AMOUNT = "FIXED_AMOUNT", _("Amount")

    class Settlement(models.TextChoices):
        OPEN = "", _("Not placed")
        LINK = "LINK", _("By a link")
        OFFLINE = "OFFLINE", _("Another way")

    cart = models.OneToOneField(Cart, models.CASCADE, related_name="draft", verbose_name=_("cart"))
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name=_("customer"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken down by")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    holds_stock = models.BooleanField(_("holds its units"), default=False)
    discount_kind = ChoiceField(
        _("discount"), max_length=12, choices=Discount.choices, blank=True, default=Discount.NONE
    )
    discount_value = models.PositiveBigIntegerField(_("value"), default=0)
    discount_reason = models.CharField(_("why"), max_length=100, blank=True)
    note = models.CharField(_("note for colleagues"), max_length=500, blank=True)
    settles_by = ChoiceField(
        _("paid"), max_length=10, choices=Settlement.choices, blank=True, default=Settlement.OPEN
    )

    class Meta(Model.Meta):
        verbose_name = _("draft order")
        verbose_name_plural = _("draft orders")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(discount_kind="", discount_value=0)
                | Q(discount_kind="PERCENTAGE", discount_value__range=(1, 10_000))
                | Q(discount_kind="FIXED_AMOUNT", discount_value__gt=0),
                name="draft_discount_has_a_value",
            ),
            models.CheckConstraint(
                condition=Q(discount_kind="") | ~Q(discount_reason=""),
                name="draft_discount_has_a_reason",
            ),
        ]
        indexes = [
            # The list of the back office, newest first.
            models.Index(fields=["-created_at"], name="draft_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"


class DraftPrice(Model):
    """What one unit of a line costs in a draft, in minor units, and why."""

    draft = models.ForeignKey(
        Draft, models.CASCADE, related_name="prices", verbose_name=_("draft order")
    )
    variant = models.ForeignKey(
        ProductVariant, models.CASCADE, related_name="+", verbose_name=_("variant")
    )
    price = models.BigIntegerField(_("unit price"))
    reason = models.CharField(_("why"), max_length=100)

    class Meta(Model.Meta):
        verbose_name = _("agreed price")
        verbose_name_plural = _("agreed prices")
        constraints = [
            models.UniqueConstraint(fields=["draft", "variant"], name="draft_price_once"),
            models.CheckConstraint(
                condition=Q(price__gte=0) & ~Q(reason=""), name="draft_price_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price}: {self.reason}"
