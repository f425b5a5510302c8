"""Products, their variants, brands and places in the category tree."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from catalog.freshness import Announced, OfProduct, versions_of_links, versions_of_products
from catalog.models.categories import Category
from catalog.models.listed import listing_triggers
from catalog.models.media import Media, ProductMedia
from catalog.models.prices import price_triggers
from catalog.models.redirects import remembers_address
from shop.making import Version
from shop.models import LiveManager, LiveQuerySet, Model, Shown, SoftDeletable, Versioned

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
    #: Who answers for the safety of the goods in the EU, as product pages have to say
    #: (Regulation (EU) 2023/988): a name, a postal and an electronic address.
    maker_name = models.CharField(_("maker"), max_length=200, blank=True)
    maker_address = models.TextField(_("address of the maker"), max_length=500, blank=True)
    maker_email = models.EmailField(_("e-mail of the maker"), max_length=254, blank=True)

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
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(
                updates="""
                    SELECT product.id FROM new_rows changed
                    JOIN old_rows former ON former.id = changed.id
                    JOIN catalog_product product ON product.brand_id = changed.id
                    WHERE (changed.slug, changed.deleted_at)
                    IS DISTINCT FROM (former.slug, former.deleted_at)"""
            ),
            remembers_address(
                "slug",
                was="'/brands/' || OLD.slug || '/'",
                now_at="'/brands/' || NEW.slug || '/'",
            ),
            pgtrigger.Trigger(
                name="tells_its_name",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("name", "deleted_at"),
                func="""
                    UPDATE catalog_product SET
                        brand_name = CASE WHEN NEW.deleted_at IS NULL THEN NEW.name ELSE '' END
                    WHERE brand_id = NEW.id;
                    RETURN NULL;
                """,
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


class Product(Shown, Model, SoftDeletable, Versioned):
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
    #: For search; the database keeps it, and changes it when the brand is renamed.
    brand_name = models.CharField(
        _("name of the brand"), max_length=100, default="", blank=True, editable=False
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
    #: ``[{"part": "shell", "fiber": "cotton", "percent": 98}, …]``; each part adds up to 100.
    fibers = models.JSONField(_("fiber composition"), default=list, blank=True)
    #: Codes of ``catalog.products.fabric.CARE``, such as ``WASH_30``.
    care = ArrayField(
        models.CharField(max_length=20), verbose_name=_("care"), default=list, blank=True
    )
    origin = CountryField(_("made in"), blank=True)
    passport_url = models.URLField(_("product passport"), max_length=300, blank=True)
    size_chart = models.ForeignKey(
        "catalog.SizeChart",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("size chart"),
    )
    seo_title = models.CharField(_("title for search engines"), max_length=200, blank=True)
    seo_description = models.CharField(
        _("description for search engines"), max_length=300, blank=True
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    rating_average = models.DecimalField(
        _("average rating"), max_digits=3, decimal_places=2, null=True, blank=True, editable=False
    )
    rating_count = models.PositiveIntegerField(_("ratings"), default=0, editable=False)
    #: Units sold in the last 90 days, counted by a job; the best-selling sort.
    units_sold = models.PositiveIntegerField(_("units sold"), default=0, editable=False)
    #: Title, keywords, tags and brand: small, and what results are ranked by.
    search_head = models.GeneratedField(
        expression=models.Func(
            F("title"),
            F("keywords"),
            F("tags"),
            F("brand_name"),
            function="catalog_head_vector",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    #: The same, and the summary and description.
    search_vector = models.GeneratedField(
        expression=models.Func(
            F("title"),
            F("keywords"),
            F("tags"),
            F("brand_name"),
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

    #: Counted by triggers and jobs: a form that was open for a minute must not put them back.
    unsaved_columns = frozenset({"rating_average", "rating_count", "units_sold", "brand_name"})

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
            models.CheckConstraint(
                condition=models.Func(
                    F("fibers"),
                    function="catalog_fibers_add_up",
                    output_field=models.BooleanField(),
                ),
                name="product_fibers_add_up_to_100",
            ),
        ]
        indexes = [
            # Newest first on home, category and search pages.
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(status="ACTIVE", deleted_at=None),
                name="product_newest",
            ),
            # Search page: what the words are about, then what mentions them.
            GinIndex(fields=["search_head"], name="product_head"),
            GinIndex(fields=["search_vector"], name="product_search"),
        ]
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(
                key="id",
                watched="""t.status, t.deleted_at, t.published_at, t.brand_id, t.rating_average,
                    t.units_sold, t.tags, t.attributes->'fit', t.attributes->'material', t.fibers""",  # noqa: E501
            ),
            remembers_address(
                "slug",
                was="'/p/' || OLD.slug || '/'",
                now_at="'/p/' || NEW.slug || '/'",
                shown="OLD.status <> 'DRAFT'",
            ),
            pgtrigger.Trigger(
                name="knows_its_brand",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("brand_id"),
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.brand_id IS NOT DISTINCT FROM OLD.brand_id THEN
                        NEW.brand_name = OLD.brand_name;
                        RETURN NEW;
                    END IF;
                    -- Locked, so that a renaming at the same moment is seen or sees us.
                    NEW.brand_name = coalesce((
                        SELECT brand.name FROM catalog_brand brand
                        WHERE brand.id = NEW.brand_id AND brand.deleted_at IS NULL FOR SHARE
                    ), '');
                    RETURN NEW;
                """,
            ),
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

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return versions_of_products({row["id"] for row in rows})

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.slug])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.status == self.Status.ACTIVE and self.published_at is None:
            self.published_at = timezone.now()
        super().save(*args, **kwargs)

    def _do_update(
        self,
        base_qs: Any,
        using: str | None,
        pk_val: Any,
        values: Collection[tuple[Any, Any, Any]],
        update_fields: Iterable[str] | None,
        forced_update: bool,
    ) -> bool:
        if update_fields is None:
            values = [value for value in values if value[0].attname not in self.unsaved_columns]
        return super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update)

    @property
    def is_published(self) -> bool:
        return (
            self.status == self.Status.ACTIVE
            and self.deleted_at is None
            and self.published_at is not None
            and self.published_at <= timezone.now()
        )


class ProductCategory(Shown, Model):
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
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(key="product_id", watched="t.category_id, t.position"),
        ]

    def __str__(self) -> str:
        return f"{self.product} / {self.category}"

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return versions_of_links(rows)


class VariantManager(LiveManager):
    def get_by_natural_key(self, sku: str) -> Any:
        return self.get(sku=sku)


class ProductVariant(OfProduct, Model, SoftDeletable, Versioned):
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
                    lowest_prior_price__gt=F("price"),
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
                func=PRIMARY_VARIANT_RULE.format(product="OLD.product_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}".strip()

    def natural_key(self) -> tuple[str]:
        return (self.sku,)
