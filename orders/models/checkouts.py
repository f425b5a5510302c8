"""What a shopper has told us so far on the way from cart to order."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.carts import Cart
from orders.models.delivery import ShippingMethod
from shop.models import Model


class Checkout(Model):
    """The answers of one cart's checkout; each step keeps what the later ones hold."""

    cart = models.OneToOneField(
        Cart, models.CASCADE, related_name="checkout", verbose_name=_("cart")
    )
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    wants_news = models.BooleanField(_("wants news"), default=False)
    shipping_address = models.JSONField(_("delivery address"), null=True, blank=True)
    billing_address = models.JSONField(
        _("billing address"), null=True, blank=True, help_text=_("Empty: same as delivery.")
    )
    shipping_method = models.ForeignKey(
        ShippingMethod,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shipping method"),
    )
    customer_note = models.CharField(_("note"), max_length=500, blank=True)
    payment_provider = models.CharField(_("payment provider"), max_length=20, blank=True)
    payment_method = models.JSONField(
        _("payment method"),
        default=dict,
        blank=True,
        help_text=_("The provider's token and what may be shown: brand and last four digits."),
    )

    class Meta(Model.Meta):
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")

    def __str__(self) -> str:
        return self.email or str(self.pk)
