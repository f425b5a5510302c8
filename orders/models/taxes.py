"""What tax is due where goods arrive."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from catalog.models import Product
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import Manager, Model, Shown

#: What is reckoned with the tax rates.
TAXES: Version = ("orders", "taxes")


class TaxRateManager(Manager):
    def get_by_natural_key(self, country: str, state: str, tax_class: str) -> Any:
        return self.get(country=country, state=state, tax_class=tax_class)


class TaxRate(Shown, Model):
    """Tax of a class of goods where they arrive; an empty ``state`` means the whole country."""

    name = models.CharField(_("name"), max_length=100)
    country = CountryField(_("country"))
    state = models.CharField(_("region"), max_length=100, blank=True)
    tax_class = ChoiceField(
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

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [TAXES]

    def natural_key(self) -> tuple[str, str, str]:
        return (str(self.country), self.state, self.tax_class)
