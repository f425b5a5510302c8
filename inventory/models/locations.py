"""Warehouses and stores."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.making import Version
from shop.models import Manager, Model, Shown


class LocationManager(Manager):
    def get_by_natural_key(self, code: str) -> Any:
        return self.get(code=code)


#: What is made of the locations that there are, and of what they offer.
LOCATIONS: Version = ("inventory", "locations")


class Location(Shown, Model):
    """A warehouse or store; stock is allocated from the lowest ``priority`` number first."""

    class Kind(models.TextChoices):
        WAREHOUSE = "WAREHOUSE", _("Warehouse")
        STORE = "STORE", _("Store")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.WAREHOUSE)
    priority = models.PositiveIntegerField(_("priority"), default=0)
    address = models.TextField(_("address"), blank=True)
    can_ship = models.BooleanField(_("ships parcels"), default=True)
    can_pick_up = models.BooleanField(_("offers pick-up"), default=False)

    objects: ClassVar[Any] = LocationManager()

    class Meta(Model.Meta):
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["priority", "code"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [LOCATIONS]

    def natural_key(self) -> tuple[str]:
        return (self.code,)
