"""How parcels travel, and what tax is due where they arrive."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from catalog.models import Product
from shop.making import Version
from shop.models import Manager, Model, Shown

#: What a page is made of that says how parcels travel and what that costs.
DELIVERY: Version = ("orders", "delivery")


class ShippingMethodManager(Manager):
    def get_by_natural_key(self, code: str) -> Any:
        return self.get(code=code)


class ShippingMethod(Shown, Model):
    """A way to deliver. Prices in minor units of ``currency``; weights in grams."""

    class Kind(models.TextChoices):
        DELIVERY = "DELIVERY", _("Delivery")
        PICK_UP = "PICK_UP", _("Pick-up in store")

    code = models.SlugField(_("code"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DELIVERY)
    carrier = models.CharField(_("carrier"), max_length=50, blank=True)
    countries = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("countries"),
        help_text=_("Two-letter codes of the countries it reaches."),
    )
    currency = models.CharField(_("currency"), max_length=3)
    price = models.BigIntegerField(_("price"))
    free_from = models.BigIntegerField(_("free from"), null=True, blank=True)
    max_weight_grams = models.PositiveIntegerField(_("up to grams"), null=True, blank=True)
    min_days = models.PositiveSmallIntegerField(_("fastest, in working days"))
    max_days = models.PositiveSmallIntegerField(_("slowest, in working days"))
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects: ClassVar[Any] = ShippingMethodManager()

    class Meta(Model.Meta):
        verbose_name = _("shipping method")
        verbose_name_plural = _("shipping methods")
        ordering = ["position", "price", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="shipping_price_not_negative"),
            models.CheckConstraint(
                condition=Q(free_from=None) | Q(free_from__gt=0), name="shipping_free_from_positive"
            ),
            models.CheckConstraint(
                condition=Q(max_days__gte=F("min_days")), name="shipping_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [DELIVERY]

    def price_for(self, goods_total: int) -> int:
        """Delivery price in minor units for goods worth ``goods_total``."""
        if self.free_from is not None and goods_total >= self.free_from:
            return 0
        return self.price


class TaxRateManager(Manager):
    def get_by_natural_key(self, country: str, state: str, tax_class: str) -> Any:
        return self.get(country=country, state=state, tax_class=tax_class)


class TaxRate(Model):
    """Tax of a class of goods where they arrive; an empty ``state`` means the whole country."""

    name = models.CharField(_("name"), max_length=100)
    country = CountryField(_("country"))
    state = models.CharField(_("region"), max_length=100, blank=True)
    tax_class = models.CharField(
        _("tax class"),
        max_length=10,
        choices=Product.TaxClass.choices,
        default=Product.TaxClass.STANDARD,
    )
    rate_basis_points = models.PositiveIntegerField(
        _("rate in hundredths of a percent"), help_text=_("1900 is 19 %.")
    )

    objects: ClassVar[Any] = TaxRateManager()

    class Meta(Model.Meta):
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["country", "state", "tax_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "state", "tax_class"], name="tax_rate_unique"
            ),
            models.CheckConstraint(
                condition=Q(rate_basis_points__lte=10_000), name="tax_rate_at_most_100_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str, str]:
        return (str(self.country), self.state, self.tax_class)
