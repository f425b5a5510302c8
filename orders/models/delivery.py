"""How goods travel: zones, ways to deliver with their prices, and where to collect."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from inventory.models import Location
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import Manager, Model, QuerySet, Shown

#: What a page is made of that says how parcels travel and what that costs.
DELIVERY: Version = ("orders", "delivery")


class ByCodeManager(Manager):
    def get_by_natural_key(self, code: str) -> Any:
        return self.get(code=code)


class ShippingZone(Shown, Model):
    """Addresses that parcels reach alike. The first zone by ``position`` that has an address is
    the address's zone: a small zone before a large one makes an exception of it."""

    code = models.SlugField(_("code"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=100)
    countries = ArrayField(models.CharField(max_length=2), verbose_name=_("countries"))
    regions = ArrayField(
        models.CharField(max_length=100), verbose_name=_("regions"), default=list, blank=True
    )
    postal_codes = ArrayField(
        models.CharField(max_length=30), verbose_name=_("postal codes"), default=list, blank=True
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    objects: ClassVar[Any] = ByCodeManager()

    class Meta(Model.Meta):
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(countries__len__gt=0), name="zone_has_a_country"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [DELIVERY]

    def reaches(self, address: Mapping[str, str]) -> bool:
        """Whether the zone has ``address``: of its countries, and of its regions and postal
        codes where it names any."""
        code = plain_code(address.get("postal_code", ""))
        return (
            address.get("country", "") in self.countries
            and (not self.regions or address.get("state", "") in self.regions)
            and (not self.postal_codes or any(_has(span, code) for span in self.postal_codes))
        )


class ShippingMethod(Shown, Model):
    """A way to deliver. Prices in minor units of ``currency``; weights in grams.

    ``price`` holds from nothing on, ``band_prices[n]`` from ``band_starts[n]`` on: grams of the
    parcel or minor units of goods, as ``priced_by`` says.
    """

    class Kind(models.TextChoices):
        DELIVERY = "DELIVERY", _("Delivery")
        PICK_UP = "PICK_UP", _("Pick-up in store")

    class PricedBy(models.TextChoices):
        ORDER = "ORDER", _("One price per order")
        WEIGHT = "WEIGHT", _("By weight")
        AMOUNT = "AMOUNT", _("By worth of the goods")

    code = models.SlugField(_("code"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DELIVERY)
    carrier = models.CharField(_("carrier"), max_length=50, blank=True)
    zone = models.ForeignKey(
        ShippingZone, models.PROTECT, related_name="methods", verbose_name=_("zone")
    )
    currency = models.CharField(_("currency"), max_length=3)
    price = models.BigIntegerField(_("price"))
    priced_by = ChoiceField(
        _("priced"), max_length=10, choices=PricedBy.choices, default=PricedBy.ORDER
    )
    band_starts = ArrayField(models.BigIntegerField(), default=list, blank=True)
    band_prices = ArrayField(models.BigIntegerField(), default=list, blank=True)
    free_from = models.BigIntegerField(_("free from"), null=True, blank=True)
    max_weight_grams = models.PositiveIntegerField(_("up to grams"), null=True, blank=True)
    min_days = models.PositiveSmallIntegerField(_("fastest, in working days"))
    max_days = models.PositiveSmallIntegerField(_("slowest, in working days"))
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects: ClassVar[Any] = ByCodeManager()

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
            models.CheckConstraint(
                condition=Q(band_starts__len=F("band_prices__len")),
                name="shipping_band_has_a_price",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [DELIVERY]

    @property
    def bands(self) -> list[tuple[int, int]]:
        """(start, price) in the order of their starts."""
        return sorted(zip(self.band_starts, self.band_prices, strict=True))

    def price_for(self, goods_total: int, weight_grams: int = 0) -> int:
        """Delivery price in minor units for goods worth ``goods_total``."""
        if self.free_from is not None and goods_total >= self.free_from:
            return 0
        if self.priced_by == self.PricedBy.ORDER:
            return self.price
        measure = weight_grams if self.priced_by == self.PricedBy.WEIGHT else goods_total
        reached = [price for start, price in self.bands if start <= measure]
        return reached[-1] if reached else self.price

    def carries(self, weight_grams: int) -> bool:
        return self.max_weight_grams is None or weight_grams <= self.max_weight_grams

    def reaches(self, address: Mapping[str, str]) -> bool:
        return self.zone.reaches(address)


class PickUpPointQuerySet(QuerySet["PickUpPoint"]):
    def offered(self) -> Self:
        """Those whose location hands out orders now, with that location."""
        return self.filter(is_offered=True, location__can_pick_up=True).select_related("location")


class PickUpPointManager(models.Manager.from_queryset(PickUpPointQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, location: str) -> Any:
        return self.get(location__code=location)


class PickUpPoint(Shown, Model):
    """Where a location hands out orders: its address, and when somebody is there."""

    location = models.OneToOneField(
        Location, models.PROTECT, related_name="pick_up_point", verbose_name=_("location")
    )
    line1 = models.CharField(_("street and number"), max_length=200)
    postal_code = models.CharField(_("postal code"), max_length=20)
    city = models.CharField(_("town"), max_length=100)
    country = CountryField(_("country"))
    opening_hours = models.CharField(
        _("opening hours"), max_length=200, help_text=_("Such as: Mon–Fri 10–18, Sat 11–15.")
    )
    instructions = models.CharField(
        _("how to collect"),
        max_length=200,
        blank=True,
        help_text=_("Such as: ring at the blue door and bring your order number."),
    )
    is_offered = models.BooleanField(_("offered"), default=True)

    objects: ClassVar[Any] = PickUpPointManager()

    class Meta(Model.Meta):
        verbose_name = _("pick-up point")
        verbose_name_plural = _("pick-up points")
        ordering = ["country", "postal_code"]

    def __str__(self) -> str:
        return f"{self.location.name}, {self.postal_code} {self.city}"

    def natural_key(self) -> tuple[str]:
        return (self.location.code,)

    natural_key.dependencies = ["inventory.location"]  # type: ignore[attr-defined]

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [DELIVERY]

    @property
    def name(self) -> str:
        return self.location.name

    @property
    def words(self) -> str:
        """Name and address in one line, as orders keep it."""
        return f"{self.name}, {self.line1}, {self.postal_code} {self.city}"


def plain_code(typed: str) -> str:
    """A postal code as it is compared: "1011 ab" is 1011AB."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def _has(span: str, code: str) -> bool:
    """Whether "10000-12999", or "BT" for all codes that begin so, has ``code``."""
    start, dash, end = span.partition("-")
    first, last = plain_code(start), plain_code(end)
    if not dash:
        return bool(first) and code.startswith(first)
    return len(code) >= len(first) and first <= code[: len(first)] and code[: len(last)] <= last
