"""The tables on the page of a product: categories, variants and pictures."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.forms.models import ModelChoiceField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.admin.media import thumbnail
from catalog.admin.picture_forms import PictureForm, PictureFormSet
from catalog.admin.product_forms import (
    CategoryLinkForm,
    CategoryLinkFormSet,
    VariantForm,
    VariantFormSet,
)
from catalog.models import Category, OptionValue, ProductCategory, ProductMedia, ProductVariant
from inventory.models import Stock
from shop.back_office import StaffFields
from shop.money import format_money

MAY_PRICE = "catalog.change_price"
Option = OptionValue.Option


def option_choices() -> dict[str, list[tuple[str, str]]]:
    """Colors and sizes to choose from as class attributes of a row's form; one query."""
    found: dict[str, list[tuple[str, str]]] = {"colors": [], "sizes": []}
    for value in OptionValue.objects.order_by("position", "slug"):
        key = "colors" if value.option == Option.COLOR else "sizes"
        found[key].append((value.slug, value.name))
    return found


class CategoryInline(StaffFields, admin.TabularInline):
    """Where shoppers find the product."""

    model = ProductCategory
    form = CategoryLinkForm
    formset = CategoryLinkFormSet
    fields = ("category", "is_primary")
    extra = 1
    verbose_name_plural = _("categories")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "category" and isinstance(field, ModelChoiceField):
            # Every row shows the same list, read once, with the way to each name.
            tree = Category.objects.order_by("path")
            cast("Any", field).choices = [
                ("", "—"),
                *((node.pk, f"{'– ' * node.level}{node.name}") for node in tree),
            ]
        return field


class VariantInline(StaffFields, admin.TabularInline):
    """What is sold. Withdrawing hides a variant; what was sold of it stays on its orders."""

    model = ProductVariant
    form = VariantForm
    formset = VariantFormSet
    amount_fields = ("price", "compare_at_price", "cost")
    readonly_fields = ("options_shown", "price_shown", "compare_at_shown", "stock_shown")
    extra = 1
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductVariant]:
        units = (
            Stock.objects.filter(variant=OuterRef("pk"))
            .order_by()
            .values("variant")
            .annotate(units=Sum("available"))
            .values("units")
        )
        rows = cast("QuerySet[ProductVariant]", super().get_queryset(request))
        return rows.annotate(units=Subquery(units))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if not self.has_change_permission(request, obj):
            return ("options_shown", "sku", "price_shown", "compare_at_shown", "stock_shown")
        amounts = ("price_shown", "compare_at_shown")
        if request.user.has_perm(MAY_PRICE):
            amounts = ("price", "compare_at_price")
        return (
            "color",
            "size",
            "sku",
            *amounts,
            "barcode",
            "weight_grams",
            "position",
            "is_primary",
            "stock_shown",
            "withdraw",
            "seen_version",
        )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs["form"] = type("VariantForm", (VariantForm,), option_choices())
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in ("sku", "barcode"):
            field.widget.attrs |= {"class": "a-code", "size": 16}
        return field

    @admin.display(description=_("variant"))
    def options_shown(self, variant: ProductVariant) -> str:
        return variant.title

    @admin.display(description=_("price"))
    def price_shown(self, variant: ProductVariant) -> str:
        if variant._state.adding:
            return ""
        return format_money(variant.price, variant.product.currency)

    @admin.display(description=_("recommended price"))
    def compare_at_shown(self, variant: ProductVariant) -> str:
        if variant.compare_at_price is None:
            return ""
        return format_money(variant.compare_at_price, variant.product.currency)

    @admin.display(description=_("available"))
    def stock_shown(self, variant: ProductVariant) -> str:
        if variant._state.adding:
            return ""
        url = f"{reverse('admin:inventory_stock_changelist')}?q={variant.sku}"
        return format_html('<a href="{}">{}</a>', url, variant.units or 0)  # type: ignore[attr-defined]


class PictureInline(admin.TabularInline):
    """The product's pictures, in the order shoppers see them."""

    model = ProductMedia
    form = PictureForm
    formset = PictureFormSet
    fields = ("preview", "upload", "alt_text", "color", "view_name", "position", "is_primary")
    readonly_fields = ("preview",)
    extra = 1
    verbose_name_plural = _("pictures")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductMedia]:
        rows = cast("QuerySet[ProductMedia]", super().get_queryset(request))
        return rows.select_related("media")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if not self.has_change_permission(request, obj):
            return ("preview", "view_name", "position", "is_primary")
        return self.fields

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs["form"] = type("PictureForm", (PictureForm,), option_choices())
        return super().get_formset(request, obj, **kwargs)

    @admin.display(description=_("picture"))
    def preview(self, link: ProductMedia) -> str:
        return "" if link._state.adding else thumbnail(link.media)
