"""The tables on the page of a product: categories, related products and pictures."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.forms.models import ModelChoiceField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.admin.media import thumbnail
from catalog.admin.picture_forms import PictureForm, PictureFormSet
from catalog.admin.product_forms import CategoryLinkForm, CategoryLinkFormSet, RelatedForm
from catalog.category_tree import ways
from catalog.models import OptionValue, ProductCategory, ProductLink, ProductMedia
from shop.back_office import NamedTable, StaffFields

MAY_PRICE = "catalog.change_price"
Option = OptionValue.Option


def option_choices() -> dict[str, list[tuple[str, str]]]:
    """Colors and sizes to choose from as class attributes of a row's form; one query."""
    found: dict[str, list[tuple[str, str]]] = {"colors": [], "sizes": []}
    for value in OptionValue.objects.order_by("position", "slug"):
        key = "colors" if value.option == Option.COLOR else "sizes"
        found[key].append((value.slug, value.name))
    return found


class NamedRows(NamedTable):
    """A table whose every control has a name, and whose rows move where they have a place."""

    template = "admin/includes/ordered_rows.html"


class CategoryInline(StaffFields, NamedRows):
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
            # Every row shows the same list, read once.
            cast("Any", field).choices = [("", "—"), *((way.key, way.names) for way in ways())]
        return field


class RelatedInline(StaffFields, NamedRows):
    """Products that go with this one."""

    model = ProductLink
    form = RelatedForm
    fk_name = "product"
    fields = ("other", "kind", "position")
    extra = 1
    verbose_name_plural = _("related products")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductLink]:
        rows = cast("QuerySet[ProductLink]", super().get_queryset(request))
        return rows.select_related("other")


class PictureInline(NamedRows):
    """The product's pictures, films and documents, in the order shoppers see them."""

    model = ProductMedia
    form = PictureForm
    formset = PictureFormSet
    fields = ("preview", "upload", "alt_text", "color", "view_name", "position", "is_primary")
    readonly_fields = ("preview",)
    extra = 1
    verbose_name_plural = _("pictures, films and documents")

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
        if link._state.adding:
            return ""
        media = link.media
        link_to = format_html('<a href="{}">{}</a>', media.url, media.get_kind_display())
        return thumbnail(media) or link_to
