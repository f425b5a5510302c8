"""The list of products: searched and counted so that a million of them stay quick."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog import product_filter
from catalog.admin.media import thumbnail
from catalog.models import Category, Product, ProductMedia
from inventory.models import Stock
from shop.back_office import badge
from shop.money import format_money

#: Rows that are counted and paged through; beyond them the list has to be narrowed.
COUNTED = 10_000
_KINDS = {
    Product.Status.DRAFT: ("warn", "edit"),
    Product.Status.ACTIVE: ("ok", "check"),
    Product.Status.ARCHIVED: ("", "box"),
}


class BoundedPaginator(Paginator):
    """Counts no further than :data:`COUNTED`; how many there are beyond it is an estimate."""

    @cached_property
    def bounded(self) -> int:
        rows = cast("QuerySet[Product]", self.object_list)
        return int(rows.order_by().values("pk")[: COUNTED + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self.bounded, COUNTED)

    @cached_property
    def shown_count(self) -> str:
        """The number in words: exact, or about how many there are."""
        if self.bounded <= COUNTED:
            return f"{self.bounded:,}"
        rows = cast("QuerySet[Product]", self.object_list)
        if not _is_narrowed(rows):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
                    [Product._meta.db_table],
                )
                [estimate] = cursor.fetchone()
            if estimate > COUNTED:
                return gettext("about %s") % f"{round(estimate, -3):,}"
        return gettext("more than %s") % f"{COUNTED:,}"


def _is_narrowed(rows: "QuerySet[Product]") -> bool:
    """Whether more than the rule of live rows picks them."""
    return len(rows.query.where.children) > 1


class CategoryFilter(admin.SimpleListFilter):
    """By category, with everything below it."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        tree = Category.objects.filter(level__lte=1).order_by("path")
        return [(node.path, f"{'– ' * node.level}{node.name}") for node in tree]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        path = self.value()
        return product_filter.below(queryset, path) if path else queryset


class ProductList(AuditedAdmin):
    """The columns, filters and search of the list."""

    paginator = BoundedPaginator
    list_display = (
        "thumb",
        "title",
        "status_badge",
        "price_shown",
        "stock_sum",
        "brand",
        "row_menu",
    )
    list_display_links = ("title",)
    list_filter = ("status", "brand", CategoryFilter, "inventory_policy")
    list_select_related = ("brand",)
    search_fields = ("title",)
    search_help_text = _("SKU, or the beginning of words of title, tags and text")
    #: Newest first, by key: no sort of the whole table.
    ordering = ("-pk",)
    sortable_by = ("title", "price_shown", "status_badge")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        units = (
            Stock.objects.filter(variant__product=OuterRef("pk"), variant__deleted_at=None)
            .order_by()
            .values("variant__product")
            .annotate(units=Sum("available"))
            .values("units")
        )
        leading = ProductMedia.objects.filter(is_primary=True).select_related("media")
        rows = cast("QuerySet[Product]", super().get_queryset(request))
        return rows.annotate(units=Subquery(units)).prefetch_related(
            Prefetch("media_links", queryset=leading, to_attr="leading_pictures")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        return product_filter.found_by(queryset, search_term), False

    @admin.display(description=_("picture"))
    def thumb(self, product: Product) -> str:
        leading = product.leading_pictures  # type: ignore[attr-defined]
        return thumbnail(leading[0].media) if leading else ""

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, product: Product) -> SafeString:
        return badge(product.get_status_display(), *_KINDS[Product.Status(product.status)])

    @admin.display(description=_("price"), ordering="price")
    def price_shown(self, product: Product) -> str:
        return format_money(product.price, product.currency)

    @admin.display(description=_("more"))
    def row_menu(self, product: Product) -> SafeString:
        """The parts of a product and its page, without the way through its form."""
        form = reverse("admin:catalog_product_change", args=[product.pk])
        links = [
            (_("Variants"), reverse("admin:catalog_product_variants", args=[product.pk])),
            (_("Media"), f"{form}#media"),
            (_("Pricing"), f"{form}#pricing"),
            (_("History"), reverse("admin:catalog_product_history", args=[product.pk])),
        ]
        if product.is_published:
            links.append((_("View on shop"), product.get_absolute_url()))
        return format_html(
            '<details class="a-menu"><summary aria-label="{}">…</summary><ul>{}</ul></details>',
            gettext("More of %s") % product.title,
            format_html_join("", '<li><a href="{1}">{0}</a></li>', links),
        )

    @admin.display(description=_("available"))
    def stock_sum(self, product: Product) -> int | None:
        """None for what no shelf holds, such as a gift card: nought would say it is sold out."""
        if product.inventory_policy == Product.InventoryPolicy.NONE:
            return None
        return product.units or 0  # type: ignore[attr-defined]
