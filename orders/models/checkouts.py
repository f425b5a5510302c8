"""What a shopper has told us so far on the way from cart to order."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.carts import Cart, OfCart
from orders.models.delivery import PickUpPoint, ShippingMethod
from orders.prices import vat
from shop.models import Model, QuerySet


class CheckoutQuerySet(QuerySet["Checkout"]):
    def with_choices(self) -> Self:
        """With the delivery chosen, its zone, and where to collect."""
        return self.select_related("shipping_method__zone", "pick_up_point")


class Checkout(OfCart, Model):
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
    pick_up_point = models.ForeignKey(
        PickUpPoint,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pick-up point"),
    )
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    customer_note = models.CharField(_("note"), max_length=500, blank=True)
    payment_provider = models.CharField(_("payment provider"), max_length=20, blank=True)
    payment_method = models.JSONField(
        _("payment method"),
        default=dict,
        blank=True,
        help_text=_("The provider's token and what may be shown: brand and last four digits."),
    )
    #: ``{"cards": [{"id": …, "last4": …}], "account": true}``: see ``payments.credit.chosen``.
    credit = models.JSONField(_("gift cards and store credit"), default=dict, blank=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(CheckoutQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")
        indexes = [
            # Checkouts begun on a day, for the figures of carts.
            models.Index(fields=["created_at"], name="checkout_begun"),
        ]

    def __str__(self) -> str:
        return self.email or str(self.pk)

    @property
    def collected_at(self) -> UUID | None:
        """Key of the location where the order is collected; None for a parcel."""
        method, point = self.shipping_method, self.pick_up_point
        if method is None or point is None or method.kind != ShippingMethod.Kind.PICK_UP:
            return None
        return point.location_id

    def destination(self, method: ShippingMethod | None = None) -> dict[str, str]:
        """Where the goods change hands with ``method``, or the one chosen: taxes go by it.

        Who collects is served where the shop is, wherever they live.
        """
        method = method or self.shipping_method
        if method is not None and method.kind == ShippingMethod.Kind.PICK_UP:
            point = self.pick_up_point
            return {"country": str(point.country) if point else settings.SHOP_COUNTRY}
        return self.shipping_address or {}

    def is_reverse_charge(self, method: ShippingMethod | None = None) -> bool:
        """Whether the buyer owes the tax, not the shop; with ``method``, or the one chosen."""
        country = self.destination(method).get("country", "")
        return vat.is_reverse_charge(self.vat_number, country)
