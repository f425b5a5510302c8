"""What is sold: variants of products."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from catalog.freshness import OfProduct
from catalog.models.listed import listing_triggers
from catalog.models.prices import price_triggers
from shop.models import LiveManager, LiveQuerySet, Model, SoftDeletable, Versioned

PRIMARY_VARIANT_RULE = """
    IF EXISTS (
        SELECT 1 FROM catalog_product p
        WHERE p.id = {product} AND p.status = 'ACTIVE' AND p.deleted_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM catalog_productvariant v
            WHERE v.product_id = p.id AND v.is_primary AND v.deleted_at IS NULL
        )
    ) THEN
        RAISE EXCEPTION 'active product % needs a primary variant', {product}
            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_active_has_primary_variant';
    END IF;
    RETURN NULL;
"""

# Whoever makes the product active at the same moment does not see that the variant goes, so one
# of the two waits for the other.
KEEPS_PRIMARY_VARIANT = """
    IF TG_OP = 'UPDATE' AND NEW.is_primary AND NEW.deleted_at IS NULL
        AND NEW.product_id = OLD.product_id
    THEN
        RETURN NULL;
    END IF;
    PERFORM FROM catalog_product p WHERE p.id = OLD.product_id FOR SHARE;
""" + PRIMARY_VARIANT_RULE.format(product="OLD.product_id")


class VariantManager(LiveManager):
    def get_by_natural_key(self, sku: str) -> Any:
        return self.get(sku=sku)


class ProductVariant(OfProduct, Model, SoftDeletable, Versioned):
    """What is sold: one color in one size, with a SKU and a price of its own."""

    product = models.ForeignKey(
        "catalog.Product", models.CASCADE, related_name="variants", verbose_name=_("product")
    )
    sku = models.CharField(_("SKU"), max_length=64)
    title = models.CharField(_("title"), max_length=200)
    option_values = models.JSONField(_("options"), default=dict, blank=True)
    price = models.BigIntegerField(_("price"), help_text=_("In minor units: 4990 is 49.90."))
    compare_at_price = models.BigIntegerField(_("recommended price"), null=True, blank=True)
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
    #: While a reduction is announced: the price before it, the lowest price of the 30 days before
    #: it (minor units), and since when. The database writes them with each change of the price.
    former_price = models.BigIntegerField(_("former price"), null=True, editable=False)
    lowest_prior_price = models.BigIntegerField(
        _("lowest price of the 30 days before"), null=True, editable=False
    )
    reduced_at = models.DateTimeField(_("reduced"), null=True, editable=False)
    barcode = models.CharField(_("barcode"), max_length=32, blank=True)
    weight_grams = models.PositiveIntegerField(_("weight in grams"), default=0)
    is_primary = models.BooleanField(_("primary"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects: ClassVar[Any] = VariantManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["position", "sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["sku"], condition=Q(deleted_at=None), name="variant_sku_unique"
            ),
            models.UniqueConstraint(
                fields=["product", "option_values"],
                condition=Q(deleted_at=None),
                name="variant_options_unique_in_product",
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(is_primary=True, deleted_at=None),
                name="variant_one_primary_per_product",
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="variant_sku_is_never_empty"),
            models.CheckConstraint(condition=Q(price__gte=0), name="variant_price_not_negative"),
            models.CheckConstraint(
                condition=Q(compare_at_price=None) | Q(compare_at_price__gt=F("price")),
                name="variant_compare_at_price_above_price",
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gte=0), name="variant_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(former_price=None, lowest_prior_price=None, reduced_at=None)
                | Q(
                    reduced_at__isnull=False,
                    lowest_prior_price__isnull=False,
                    lowest_prior_price__gt=F("price"),
                    former_price__isnull=False,
                    former_price__gte=F("lowest_prior_price"),
                ),
                name="variant_reduced_below_its_lowest_price",
            ),
        ]
        indexes = [
            # A code typed into the search field leads to its variant.
            models.Index(Upper("sku"), condition=Q(deleted_at=None), name="variant_code"),
            models.Index(
                fields=["barcode"],
                condition=Q(deleted_at=None) & ~Q(barcode=""),
                name="variant_barcode",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            *price_triggers(),
            *listing_triggers(
                key="product_id",
                watched="""t.id, t.deleted_at, t.price, t.option_values,
                    t.lowest_prior_price IS NULL""",
            ),
            pgtrigger.Trigger(
                name="active_product_keeps_primary",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__is_primary=True),
                func=KEEPS_PRIMARY_VARIANT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}".strip()

    def natural_key(self) -> tuple[str]:
        return (self.sku,)
