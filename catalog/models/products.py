"""Products: the garments as shoppers know them."""

from collections.abc import Collection, Iterable, Sequence
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
from django_countries.fields import CountryField

from catalog.freshness import versions_of_products
from catalog.models.brands import Brand
from catalog.models.categories import Category
from catalog.models.listed import listing_triggers
from catalog.models.media import Media, ProductMedia
from catalog.models.places import ProductCategory
from catalog.models.redirects import remembers_address
from catalog.models.variants import PRIMARY_VARIANT_RULE
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import LiveManager, LiveQuerySet, Model, Shown, SoftDeletable, Versioned


def shop_currency() -> str:
    return settings.SHOP_CURRENCY


class ProductQuerySet(LiveQuerySet["Product"]):
    def published(self) -> Self:
        """What shoppers may see now."""
        return self.filter(
            status=Product.Status.ACTIVE, deleted_at=None, published_at__lte=timezone.now()
        )


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
        NONE = "NONE", _("Nothing to store")

    #: Policies by which more is sold than lies on the shelves.
    UNLIMITED = (InventoryPolicy.CONTINUE, InventoryPolicy.NONE)

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
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    currency = models.CharField(_("currency"), max_length=3, default=shop_currency)
    price = models.BigIntegerField(_("price"), help_text=_("In minor units: 4990 is 49.90."))
    compare_at_price = models.BigIntegerField(_("recommended price"), null=True, blank=True)
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
    tax_class = ChoiceField(
        _("tax class"), max_length=10, choices=TaxClass.choices, default=TaxClass.STANDARD
    )
    inventory_policy = ChoiceField(
        _("inventory policy"),
        max_length=10,
        choices=InventoryPolicy.choices,
        default=InventoryPolicy.TRACK,
    )
    #: Its variants are amounts; sold at their face value, without tax until it is spent.
    is_gift_card = models.BooleanField(_("gift card"), default=False, db_default=False)
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
                condition=Q(is_gift_card=False)
                | Q(inventory_policy="NONE", tax_class="ZERO", compare_at_price=None),
                name="product_gift_card_has_no_stock_and_no_tax",
            ),
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
            # Back office: the list of drafts, of what is archived.
            models.Index(
                fields=["status", "-id"], condition=Q(deleted_at=None), name="product_status"
            ),
            # Back office: the list by price, and of what is sold without stock or not at all.
            models.Index(fields=["price"], condition=Q(deleted_at=None), name="product_price"),
            models.Index(
                fields=["inventory_policy", "-id"],
                condition=Q(deleted_at=None),
                name="product_policy",
            ),
            # Counting what was sold, beside what was counted before.
            models.Index(
                fields=["id"],
                include=["units_sold"],
                condition=Q(units_sold__gt=0),
                name="product_sold",
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
                shown="(OLD.status <> 'DRAFT' OR OLD.published_at <= statement_timestamp())",
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
        if self.is_gift_card:
            return reverse("payments:gift_cards")
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
