"""Products in the back office: one page for words, prices, variants, pictures and places."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.db import models, transaction
from django.db.models import Max, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.admin import AuditedAdmin
from catalog import prices, uploads
from catalog.admin.inlines import MAY_PRICE, CategoryInline, PictureInline, VariantInline
from catalog.admin.media import thumbnail
from catalog.admin.product_forms import ATTRIBUTES, ProductForm
from catalog.freshness import catalog_changed
from catalog.models import Category, Product, ProductCategory, ProductMedia, ProductVariant
from inventory.models import Stock
from shop.back_office import badge
from shop.money import format_money

_KINDS = {
    Product.Status.DRAFT: ("warn", "edit"),
    Product.Status.ACTIVE: ("ok", "check"),
    Product.Status.ARCHIVED: ("", "box"),
}
_AMOUNTS = ("price", "compare_at_price", "cost")


class CategoryFilter(admin.SimpleListFilter):
    """By category, with everything below it."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        tree = Category.objects.filter(level__lte=1).order_by("path")
        return [(node.path, f"{'– ' * node.level}{node.name}") for node in tree]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if not self.value():
            return queryset
        within = Category.objects.within(self.value())
        return queryset.filter(
            pk__in=ProductCategory.objects.filter(category__in=within).values("product_id")
        )


@admin.register(Product)
class ProductAdmin(AuditedAdmin):
    """Products are archived, never deleted: orders and ledgers refer to them."""

    form = ProductForm
    change_form_template = "admin/catalog/product/change_form.html"
    amount_fields = _AMOUNTS
    list_display = ("thumb", "title", "status_badge", "price_shown", "stock_sum", "brand")
    list_display_links = ("thumb", "title")
    list_filter = ("status", "brand", CategoryFilter, "inventory_policy")
    list_select_related = ("brand",)
    search_fields = ("title", "slug", "variants__sku", "tags")
    search_help_text = _("Title, SKU or tag")
    ordering = ("title",)
    readonly_fields = ("price_shown", "compare_at_shown", "rating")
    inlines = (CategoryInline, VariantInline, PictureInline)
    actions = ("archive", "activate")

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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_price = request.user.has_perm(MAY_PRICE)
        amounts = [("price", "compare_at_price"), "cost"]
        if not may_price:
            amounts = [("price_shown", "compare_at_shown")]
        about = [f"attribute_{name}" for name in ATTRIBUTES]
        if not self.has_change_permission(request, obj):
            about = ["attributes"]
        return [
            (
                _("Basics"),
                {"fields": ["title", "slug", "brand", "summary", "description"]},
            ),
            (_("Price"), {"fields": [*amounts, "tax_class"]}),
            (_("Visibility"), {"fields": [("status", "published_at"), "inventory_policy"]}),
            (_("Cloth and fit"), {"fields": about, "classes": ["collapse"]}),
            (
                _("Search engines and shop search"),
                {
                    "fields": ["tags", "keywords", "seo_title", "seo_description"],
                    "classes": ["collapse"],
                },
            ),
        ]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("title",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and request.user.has_perm(MAY_PRICE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def view_on_site(self, obj: Product) -> str | None:
        return obj.get_absolute_url() if obj.is_published else None

    def history_objects(self, obj: models.Model) -> Iterable[models.Model]:
        product = cast("Product", obj)
        return [
            product,
            *ProductVariant.all_objects.filter(product=product),
            *product.category_links.all(),
            *product.media_links.all(),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        loaded = obj._loaded_values or {}
        form.amounts_before = {name: loaded.get(name) for name in _AMOUNTS}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        product = form.instance
        if change and (followers := prices.follow_defaults(product, form.amounts_before)):
            text = ngettext(
                "%d variant had the old price and took the new one.",
                "%d variants had the old price and took the new one.",
                len(followers),
            )
            self.message_user(request, text % len(followers), messages.INFO)
        catalog_changed()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        # Unmarked rows first: the database refuses two marked ones even for a moment.
        rows = sorted(formset.save(commit=False), key=lambda row: row.is_primary)
        for gone in formset.deleted_objects:
            gone.delete()
        forms_of = {id(row_form.instance): row_form for row_form in formset.forms}
        for row in rows:
            row_form = forms_of[id(row)]
            if row._state.adding and "position" not in row_form.changed_data:
                row.position = _next_position(form.instance, formset.model)
            if isinstance(row, ProductVariant):
                self._save_variant(row, row_form)
            elif isinstance(row, ProductMedia):
                self._save_picture(row, row_form)
            else:
                row.save()
        formset.save_m2m()
        _choose_primary(form.instance, formset.model)

    def _save_variant(self, variant: ProductVariant, form: Any) -> None:
        if variant._state.adding and "price" not in form.fields:
            variant.price = variant.product.price
        variant.save()
        if form.cleaned_data.get("withdraw"):
            variant.soft_delete()

    def _save_picture(self, link: ProductMedia, form: Any) -> None:
        alt_text = form.cleaned_data.get("alt_text", "")
        if form.picture is not None:
            link.media = uploads.store(form.picture, alt_text=alt_text or link.product.title)
        elif "alt_text" in form.changed_data:
            link.media.alt_text = alt_text
            link.media.save(update_fields=["alt_text"])
        link.save()

    @admin.display(description="")
    def thumb(self, product: Product) -> str:
        leading = product.leading_pictures  # type: ignore[attr-defined]
        return thumbnail(leading[0].media) if leading else ""

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, product: Product) -> SafeString:
        return badge(product.get_status_display(), *_KINDS[Product.Status(product.status)])

    @admin.display(description=_("price"), ordering="price")
    def price_shown(self, product: Product) -> str:
        return format_money(product.price, product.currency)

    @admin.display(description=_("recommended price"))
    def compare_at_shown(self, product: Product) -> str:
        if product.compare_at_price is None:
            return ""
        return format_money(product.compare_at_price, product.currency)

    @admin.display(description=_("available"), ordering="units")
    def stock_sum(self, product: Product) -> int:
        return product.units or 0  # type: ignore[attr-defined]

    @admin.display(description=_("rating"))
    def rating(self, product: Product) -> str:
        return f"{product.rating_average} ({product.rating_count})" if product.rating_count else ""

    @admin.action(description=_("Archive: take off the shop"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        rows = queryset.exclude(status=Product.Status.ARCHIVED)
        self._set_status(request, rows, Product.Status.ARCHIVED)

    @admin.action(description=_("Activate: put into the shop"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        ready = queryset.filter(variants__is_primary=True, variants__deleted_at=None)
        rows = ready.exclude(status=Product.Status.ACTIVE)
        self._set_status(request, rows, Product.Status.ACTIVE)

    def _set_status(
        self, request: HttpRequest, rows: QuerySet[Product], status: Product.Status
    ) -> None:
        with transaction.atomic():
            products = list(rows)
            for product in products:
                product.status = status
                product.save()
            catalog_changed()
        text = ngettext("%d product changed.", "%d products changed.", len(products))
        level = messages.SUCCESS if products else messages.WARNING
        self.message_user(request, text % len(products), level)


def _next_position(product: Product, model: type[models.Model]) -> int:
    rows = model._default_manager.filter(product=product)
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _choose_primary(product: Product, model: type[models.Model]) -> None:
    """Mark the first variant or category where nothing is marked."""
    if model is ProductMedia:
        return
    rows: list[Any] = list(model._default_manager.filter(product=product))
    if rows and not any(row.is_primary for row in rows):
        rows[0].is_primary = True
        rows[0].save()
