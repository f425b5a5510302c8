"""Where products stand in the category tree."""

from collections.abc import Iterable, Sequence
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.freshness import versions_of_links
from catalog.models.categories import Category
from catalog.models.listed import listing_triggers
from shop.making import Version
from shop.models import Model, Shown

# The lock makes a deletion of the category wait for us; see ``deleted_only_when_empty`` there.
LIVE_CATEGORY = """
    PERFORM FROM catalog_category c WHERE c.id IN ({changed}) ORDER BY c.id FOR KEY SHARE;
    IF EXISTS (
        SELECT FROM catalog_category c WHERE c.id IN ({changed}) AND c.deleted_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'nothing is put into a deleted category'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_category_is_live';
    END IF;
    RETURN NULL;
"""


class ProductCategory(Shown, Model):
    """A product's place in a category; one of its places is the primary one."""

    product = models.ForeignKey(
        "catalog.Product", models.CASCADE, related_name="category_links", verbose_name=_("product")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="product_links", verbose_name=_("category")
    )
    is_primary = models.BooleanField(_("primary"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("category of a product")
        verbose_name_plural = _("categories of a product")
        ordering = ["-is_primary", "position"]
        constraints = [
            models.UniqueConstraint(fields=["product", "category"], name="product_category_once"),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(is_primary=True),
                name="product_category_one_primary",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(key="product_id", watched="t.category_id, t.position"),
            pgtrigger.Trigger(
                name="goes_into_a_live_category",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=LIVE_CATEGORY.format(changed="SELECT category_id FROM new_rows"),
            ),
            pgtrigger.Trigger(
                name="moves_to_a_live_category",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=LIVE_CATEGORY.format(
                    changed="SELECT category_id FROM new_rows EXCEPT SELECT category_id FROM old_rows"  # noqa: E501
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} / {self.category}"

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return versions_of_links(rows)
