"""For whom the gift cards in a cart are."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.carts import CartItem
from shop.models import Model


class GiftCardWish(Model):
    """What the buyer wrote for one of the gift cards of a line; others go to the buyer."""

    item = models.ForeignKey(
        CartItem, models.CASCADE, related_name="gift_wishes", verbose_name=_("cart item")
    )
    sender_name = models.CharField(_("from"), max_length=100, blank=True)
    recipient_name = models.CharField(_("recipient"), max_length=100, blank=True)
    recipient_email = models.EmailField(_("recipient's e-mail"), max_length=254)
    message = models.CharField(_("message"), max_length=300, blank=True)
    send_on = models.DateField(_("to be sent on"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("wish for a gift card")
        verbose_name_plural = _("wishes for gift cards")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.recipient_email
