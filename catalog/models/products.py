"""Products, their variants, brands and places in the category tree."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.freshness import Announced
from catalog.models.categories import Category
from catalog.models.media import Media, ProductMedia
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


def shop_currency() -> str:
    return settings.SHOP_CURRENCY


class BrandManager(LiveManager):
    def get_by_natural_key(self, slug: str) -> Any:
        return self.get(slug=slug)


class Brand(Announced, Model, SoftDeletable):
    """Who makes it."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    image = models.ForeignKey(
        Media, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )

    objects: ClassVar[Any] = BrandManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(deleted_at=None), name="brand_slug_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class ProductQuerySet(LiveQuerySet["Product"]):
    def published(self) -> Self:
        """What shoppers may see now."""
        return self.filter(
            status=Product.Status.ACTIVE, deleted_at=None, published_at__lte=timezone.now()
        )

    def in_category(self, category: Category) -> Self:
        """Products placed in ``category`` or any of its descendants, each once."""
        tree = Category.objects.within(category.path)
        places = ProductCategory.objects.filter(category__in=tree)
        return self.filter(pk__in=places.values("product_id"))


class ProductManager(LiveManager.from_queryset(ProductQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> Any:
        return self.get(slug=slug)


class Product(Model, SoftDeletable, Versioned):
    """A garment as shoppers know it; what is sold is one of its variants."""

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        ACTIVE = "ACTIVE", _("Active")
        ARCHIVED = "ARCHIVED", _("Archived")

    class InventoryPolicy(models.TextChoices):
        TRACK = "TRACK", _("Sell what is in stock")
        CONTINUE = "CONTINUE", _("Take back-orders")
        DENY = "DENY", _("Not for sale")

    class TaxClass(models.TextChoices):
        STANDARD = "STANDARD", _("Standard")
        REDUCED = "REDUCED", _("Reduced")
        ZERO = "ZERO", _("Zero")

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=200)
    brand = models.ForeignKey(
        Brand,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("brand"),
    )
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    currency = models.CharField(_("currency"), max_length=3, default=shop_currency)
    price = models.BigIntegerField(_("price"), help_text=_("In minor units: 4990 is 49.90."))
    compare_at_price = models.BigIntegerField(_("recommended price"), null=True, blank=True)
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
    tax_class = models.CharField(
        _("tax class"), max_length=10, choices=TaxClass.choices, default=TaxClass.STANDARD
    )
    inventory_policy = models.CharField(
        _("inventory policy"),
        max_length=10,
        choices=InventoryPolicy.choices,
        default=InventoryPolicy.TRACK,
    )
    tags = ArrayField(
        models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True
    )
    keywords = ArrayField(
        models.CharField(max_length=50), verbose_name=_("search keywords"), default=list, blank=True
    )
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    seo_title = models.CharField(_("title for search engines"), max_length=200, blank=True)
    seo_description = models.CharField(
        _("description for search engines"), max_length=300, blank=True
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    rating_average = models.DecimalField(
        _("average rating"), max_digits=3, decimal_places=2, null=True, blank=True, editable=False
    )
    rating_count = models.PositiveIntegerField(_("ratings"), default=0, editable=False)
    search_vector = models.GeneratedField(
        expression=models.Func(
            F("title"),
            F("keywords"),
            F("tags"),
            F("summary"),
            F("description"),
            function="catalog_search_vector",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    categories: "models.ManyToManyField[Category, ProductCategory]" = models.ManyToManyField(
        Category, through="ProductCategory", related_name="products", verbose_name=_("categories")
    )
    media = models.ManyToManyField(
        Media, through=ProductMedia, related_name="products", verbose_name=_("pictures")
    )

    objects: ClassVar[Any] = ProductManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(ProductQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(deleted_at=None), name="product_slug_unique"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(
                condition=Q(compare_at_price=None) | Q(compare_at_price__gt=F("price")),
                name="product_compare_at_price_above_price",
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gte=0), name="product_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="product_currency_is_a_code"
            ),
            models.CheckConstraint(
                condition=~Q(status="ACTIVE") | Q(published_at__isnull=False),
                name="product_active_has_a_publication_time",
            ),
            models.CheckConstraint(
                condition=Q(rating_average=None) | Q(rating_average__range=(1, 5)),
                name="product_rating_from_1_to_5",
            ),
        ]
        indexes = [
            # Newest first on home, category and search pages.
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(status="ACTIVE", deleted_at=None),
                name="product_newest",
            ),
            # Search page.
            GinIndex(fields=["search_vector"], name="product_search"),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="active_has_primary_variant",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__status="ACTIVE"),
                func=PRIMARY_VARIANT_RULE.format(product="NEW.id"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.slug])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.status == self.Status.ACTIVE and self.published_at is None:
            self.published_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def is_published(self) -> bool:
        return (
            self.status == self.Status.ACTIVE
            and self.deleted_at is None
            and self.published_at is not None
            and self.published_at <= timezone.now()
        )


class ProductCategory(Model):
    """A product's place in a category; one of its places is the primary one."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="category_links", verbose_name=_("product")
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

    def __str__(self) -> str:
        return f"{self.product} / {self.category}"


class VariantManager(LiveManager):
    def get_by_natural_key(self, sku: str) -> Any:
        return self.get(sku=sku)


class ProductVariant(Model, SoftDeletable, Versioned):
    """What is sold: one color in one size, with a SKU and a price of its own."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="variants", verbose_name=_("product")
    )
    sku = models.CharField(_("SKU"), max_length=64)
    title = models.CharField(_("title"), max_length=200)
    option_values = models.JSONField(_("options"), default=dict, blank=True)
    price = models.BigIntegerField(_("price"), help_text=_("In minor units: 4990 is 49.90."))
    compare_at_price = models.BigIntegerField(_("recommended price"), null=True, blank=True)
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
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
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="active_product_keeps_primary",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__is_primary=True),
                func=PRIMARY_VARIANT_RULE.format(product="OLD.product_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}".strip()

    def natural_key(self) -> tuple[str]:
        return (self.sku,)
