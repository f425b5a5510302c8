"""What a shopper means to buy."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductVariant
from orders.models.cart_figures import counted_changes
from shop.accounts.models import User
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import Model, QuerySet, Shown

#: What Redis keeps of a cart under each of its :func:`owner_keys`: units in it, and all it holds.
COUNT, CONTENTS = "cart-count", "cart-contents"


def owner_keys(*, token: str = "", user_id: UUID | None = None) -> list[str]:
    """By which a cart is found: the token in a visitor's cookie, the member, or both."""
    found = [f"token:{token}"] if token else []
    return [*found, f"user:{user_id}"] if user_id else found


def new_token() -> str:
    """An unguessable name for a visitor's own cart or order, 256 bits."""
    return secrets.token_urlsafe(32)


def cart_expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.CART_LIFE_DAYS)


class CartQuerySet(QuerySet["Cart"]):
    def open(self) -> Self:
        """Carts that can still be changed."""
        return self.filter(status=Cart.Status.ACTIVE, expires_at__gt=timezone.now())


class Cart(Shown, Model):
    """A cart of a member (``user``) or of the browser that holds its ``token`` in a cookie."""

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        CHECKED_OUT = "CHECKED_OUT", _("Checked out")
        ABANDONED = "ABANDONED", _("Abandoned")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="carts",
        verbose_name=_("person"),
    )
    token = models.CharField(_("token"), max_length=64, unique=True, default=new_token)
    status = ChoiceField(_("status"), max_length=12, choices=Status.choices, default=Status.ACTIVE)
    currency = models.CharField(_("currency"), max_length=3)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Where it would go; empty: home.")
    )
    shipping_method = models.ForeignKey(
        "orders.ShippingMethod",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shipping method"),
    )
    expires_at = models.DateTimeField(_("expires"), default=cart_expiry)
    is_draft = models.BooleanField(
        _("draft"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Staff fill it for a customer."),
    )
    #: As typed in, normalized; what has become of them is found out with each price.
    coupon_codes = ArrayField(
        models.CharField(max_length=40), verbose_name=_("coupon codes"), default=list, blank=True
    )

    objects: ClassVar[Any] = models.Manager.from_queryset(CartQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status="ACTIVE"), name="cart_one_active_per_person"
            ),
        ]
        indexes = [
            # The job that closes carts nobody touched for a month.
            models.Index(fields=["expires_at"], condition=Q(status="ACTIVE"), name="cart_expiring"),
            # Carts begun on a day, for the figures of carts.
            models.Index(fields=["created_at"], name="cart_begun"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d}"

    @property
    def customer(self) -> User | None:
        """Whose order it becomes: the member's, or whom staff fill it for."""
        return self.draft.customer if self.is_draft else self.user

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        keys = [
            key for row in rows for key in owner_keys(token=row["token"], user_id=row["user_id"])
        ]
        return [(kept, key) for kept in (COUNT, CONTENTS) for key in keys]

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.ACTIVE and self.expires_at > timezone.now()


class OfCart(Shown):
    """A table whose rows belong to a cart (``cart_id``) and show with it."""

    class Meta:
        abstract = True

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        """One query."""
        carts = Cart.objects.filter(pk__in={row["cart_id"] for row in rows})
        return Cart.versions_of([vars(cart) for cart in carts.order_by()])

    def own_versions(self, before: dict[str, Any]) -> Iterable[Version]:
        """No query where the cart is loaded, which a row never leaves."""
        cart = self._state.fields_cache.get("cart")
        return super().own_versions(before) if cart is None else Cart.versions_of([vars(cart)])


class CartItem(OfCart, Model):
    """A line of a cart. ``unit_price`` is the price the shopper was shown, in minor units."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="items", verbose_name=_("cart"))
    variant = models.ForeignKey(
        ProductVariant, models.PROTECT, related_name="+", verbose_name=_("variant")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.BigIntegerField(_("unit price shown"))

    class Meta(Model.Meta):
        verbose_name = _("cart item")
        verbose_name_plural = _("cart items")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_item_once_per_variant"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_item_quantity_positive"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0), name="cart_item_price_not_negative"
            ),
        ]
        triggers = [*Model.Meta.triggers, *counted_changes()]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"

    @property
    def line_total(self) -> int:
        return self.quantity * self.unit_price
