"""Groups of stock: by what it earns, and by where it lies."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.models import Manager, Model


class StockCategoryManager(Manager):
    def get_by_natural_key(self, kind: str, code: str) -> Any:
        return self.get(kind=kind, code=code)


class StockCategory(Model):
    """A class that a job gives by share of revenue (A, B, C), or a zone that staff give."""

    class Kind(models.TextChoices):
        CLASS = "CLASS", _("Class by revenue")
        ZONE = "ZONE", _("Zone")

    kind = ChoiceField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.ZONE)
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=100)

    objects: ClassVar[Any] = StockCategoryManager()

    class Meta(Model.Meta):
        verbose_name = _("stock category")
        verbose_name_plural = _("stock categories")
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="stock_category_code_once"),
            models.CheckConstraint(
                condition=Q(kind="ZONE") | Q(kind="CLASS", code__in=["a", "b", "c"]),
                name="stock_category_class_known",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            # Stock points at each kind by a column of its own.
            pgtrigger.ReadOnly(name="kind_is_for_ever", fields=["kind"]),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str]:
        return (self.kind, self.code)
