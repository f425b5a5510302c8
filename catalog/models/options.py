"""The values a variant is chosen by: colors with their swatch, sizes in their order."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.freshness import Announced
from shop.fields import ChoiceField
from shop.models import Manager, Model


class OptionValueManager(Manager):
    def get_by_natural_key(self, option: str, slug: str) -> Any:
        return self.get(option=option, slug=slug)


class OptionValue(Announced, Model):
    """One value of an option. Variants hold its slug in ``option_values``."""

    class Option(models.TextChoices):
        COLOR = "color", _("Color")
        SIZE = "size", _("Size")

    option = ChoiceField(_("option"), max_length=10, choices=Option.choices)
    slug = models.SlugField(_("slug"), max_length=50)
    name = models.CharField(_("name"), max_length=50)
    swatch = models.CharField(_("swatch"), max_length=7, blank=True, help_text=_("As #RRGGBB."))
    second_swatch = models.CharField(
        _("second swatch"), max_length=7, blank=True, help_text=_("For patterns in two colors.")
    )
    family = models.CharField(_("color family"), max_length=30, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects: ClassVar[Any] = OptionValueManager()

    class Meta(Model.Meta):
        verbose_name = _("option value")
        verbose_name_plural = _("option values")
        ordering = ["option", "position", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["option", "slug"], name="option_value_unique"),
            models.CheckConstraint(
                condition=Q(swatch="") | Q(swatch__regex=r"^#[0-9A-Fa-f]{6}$"),
                name="option_value_swatch_is_a_hex_color",
            ),
            models.CheckConstraint(
                condition=Q(second_swatch="") | Q(second_swatch__regex=r"^#[0-9A-Fa-f]{6}$"),
                name="option_value_second_swatch_is_a_hex_color",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str]:
        return (self.option, self.slug)
