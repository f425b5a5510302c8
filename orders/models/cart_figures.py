"""What happens in carts, counted by the day."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.models import Model

#: Set by :mod:`orders.carts.cart` for its transaction while lines move from cart to cart.
QUIET = "selvedge.quiet_cart"


def counted_changes() -> list[pgtrigger.Trigger]:
    """Triggers that note units added to and removed from a cart, in the statement that does it.

    Each change is a row of its own: shoppers never wait for each other to count.
    """
    note = """
        IF current_setting('{quiet}', true) = 'on' THEN RETURN NULL; END IF;
        INSERT INTO orders_cartchange (id, units) VALUES (gen_random_uuid(), {units});
        RETURN NULL;
    """
    return [
        pgtrigger.Trigger(
            name="count_added",
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            func=note.format(quiet=QUIET, units="NEW.quantity"),
        ),
        pgtrigger.Trigger(
            name="count_changed",
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__quantity__df=pgtrigger.F("new__quantity")),
            func=note.format(quiet=QUIET, units="NEW.quantity - OLD.quantity"),
        ),
        pgtrigger.Trigger(
            name="count_removed",
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            func=note.format(quiet=QUIET, units="-OLD.quantity"),
        ),
    ]


class CartChange(Model):
    """Units put into a cart, or taken out if negative; says neither which nor whose.

    Lives until the night that adds it to :class:`CartMetric`.
    """

    is_derived = True

    units = models.IntegerField(_("units"))

    class Meta(Model.Meta):
        verbose_name = _("cart change")
        verbose_name_plural = _("cart changes")
        indexes = [
            # The nightly count, and the figures of today in the report.
            models.Index(fields=["created_at"], name="cart_change_time"),
        ]

    def __str__(self) -> str:
        return f"{self.units:+d}"


class CartMetric(Model):
    """A day of carts, in the shop's time zone; units added and removed, the rest in carts."""

    is_derived = True

    day = models.DateField(_("day"), unique=True)
    additions = models.PositiveIntegerField(_("times added"), default=0)
    units_added = models.PositiveIntegerField(_("units added"), default=0)
    removals = models.PositiveIntegerField(_("times removed"), default=0)
    units_removed = models.PositiveIntegerField(_("units removed"), default=0)
    carts = models.PositiveIntegerField(_("carts begun"), default=0)
    checkouts = models.PositiveIntegerField(_("checkouts begun"), default=0)
    orders = models.PositiveIntegerField(_("orders placed"), default=0)
    ordered_carts = models.PositiveIntegerField(
        _("of these carts ordered"), default=0, help_text=_("Carts begun that day that sold.")
    )

    class Meta(Model.Meta):
        verbose_name = _("day of carts")
        verbose_name_plural = _("carts by day")
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ordered_carts__lte=models.F("carts")), name="cart_metric_carts_add_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    @property
    def conversion(self) -> float | None:
        """Share of the carts begun that day that became an order; None without any."""
        return self.ordered_carts / self.carts if self.carts else None
