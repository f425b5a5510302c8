"""Categories, brands and option values in the back office."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.admin.category_tree import CategoryTree
from catalog.category_tree import ways
from catalog.freshness import catalog_changed
from catalog.models import Brand, Category, ListedCount, OptionValue


class KeptTableAdmin(AuditedAdmin):
    """A table that pages keep in the cache: what staff save shows at once."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        catalog_changed()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        catalog_changed()


class CategoryForm(forms.ModelForm):
    """Refuses what the database would: loops in the tree and two equal addresses."""

    class Meta:
        model = Category
        fields = ("name", "slug", "parent", "description", "image", "icon", "display_order")
        help_texts = {
            "description": _(
                "An empty line begins a new paragraph. The first one stands above the products of "
                "the category's page and is what search engines show; the others stand below them."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            field: Any = self.fields["parent"]
            field.choices = [("", "—"), *((way.key, way.names) for way in ways())]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        parent, slug = cleaned.get("parent"), cleaned.get("slug")
        me = self.instance
        if parent and me.path and (parent.path == me.path or parent.path.startswith(f"{me.path}/")):
            self.add_error("parent", _("A category cannot stand below itself."))
        elif slug:
            path = f"{parent.path}/{slug}" if parent else slug
            if Category.objects.filter(path=path).exclude(pk=me.pk).exists():
                self.add_error("slug", _("There is a category with this address already."))
        return cleaned


@admin.register(Category)
class CategoryAdmin(CategoryTree, KeptTableAdmin):
    """The tree, in the order shoppers see it."""

    form = CategoryForm
    search_fields = ("name", "path")
    autocomplete_fields = ("image",)
    ordering = ("path",)
    prepopulated_fields = {"slug": ("name",)}
    restorable = {"catalog.category": ()}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_delete_permission(request, obj):
            return False
        if obj is None:
            return True
        products = obj.product_links.filter(product__deleted_at=None)
        return not (obj.children.exists() or products.exists())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.soft_delete()
        catalog_changed()


class BrandForm(forms.ModelForm):
    """Refuses a second live brand at the same address."""

    class Meta:
        model = Brand
        fields = (
            "name",
            "slug",
            "description",
            "image",
            "maker_name",
            "maker_address",
            "maker_email",
        )

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if Brand.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a brand with this address already."))
        return slug


@admin.register(Brand)
class BrandAdmin(KeptTableAdmin):
    """Who makes what we sell."""

    form = BrandForm
    restorable = {"catalog.brand": ()}
    list_display = ("name", "slug", "products")
    search_fields = ("name",)
    autocomplete_fields = ("image",)
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        rows = cast("QuerySet[Brand]", super().get_queryset(request))
        # As the job counted them: counting here would read every product of the shop.
        counted = ListedCount.objects.filter(place_id=OuterRef("pk"), term="").values("products")
        return rows.annotate(product_count=Coalesce(Subquery(counted), 0))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not obj.products.exists()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.soft_delete()
        catalog_changed()

    @admin.display(description=_("published products"), ordering="product_count")
    def products(self, brand: Brand) -> int:
        return int(brand.product_count)  # type: ignore[attr-defined]


@admin.register(OptionValue)
class OptionValueAdmin(KeptTableAdmin):
    """Colors with their swatch, sizes in their order."""

    list_display = ("name", "option", "swatch_drawn", "family", "position")
    list_filter = ("option", "family")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Variants hold the slug: another word would orphan them.
        return ("option", "slug") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("swatch"))
    def swatch_drawn(self, value: OptionValue) -> str:
        if not value.swatch:
            return ""
        return format_html(
            '<svg class="a-swatch" width="20" height="20" aria-hidden="true">'
            '<circle cx="10" cy="10" r="9" fill="{}"/></svg> {}',
            value.swatch,
            value.swatch,
        )
