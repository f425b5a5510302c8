"""Products in the back office: one form in sections, and pages for variants and history."""

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db import models
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit import restoring
from catalog.admin.bringing import BroughtPictures
from catalog.admin.bulk_edit import BulkEditing
from catalog.admin.drawings import DrawnPictures
from catalog.admin.duplicating import DuplicatePages
from catalog.admin.inlines import MAY_PRICE, CategoryInline, PictureInline, RelatedInline
from catalog.admin.picture_forms import wordless
from catalog.admin.planning import PlannedTogether
from catalog.admin.prices import Cuts, PricedAdmin
from catalog.admin.product_forms import ProductForm
from catalog.admin.product_list import ProductList
from catalog.admin.product_sections import plain_sections, sections_of, within
from catalog.admin.variant_matrix import VariantPages
from catalog.freshness import catalog_changed, places_changed
from catalog.models import (
    Collection,
    CollectionProduct,
    Product,
    ProductCategory,
    ProductMedia,
    ProductVariant,
)
from catalog.pictures import uploads
from catalog.pricing import prices
from catalog.products.previews import preview_url
from shop.money import format_money
from shop.redirects import see_other

_AMOUNTS = ("price", "compare_at_price", "cost")
#: What may be brought back of a variant; which one is primary concerns the others too.
_VARIANT_FIELDS = ("sku", "title", *_AMOUNTS, "barcode", "weight_grams", "position")


@admin.register(Product)
class ProductAdmin(
    BulkEditing,
    VariantPages,
    DrawnPictures,
    BroughtPictures,
    DuplicatePages,
    PlannedTogether,
    PricedAdmin,
    ProductList,
):
    """Products are archived, never deleted: orders and ledgers refer to them."""

    form = ProductForm
    change_form_template = "admin/catalog/product/change_form.html"
    object_history_template = "admin/catalog/product/object_history.html"
    amount_fields = _AMOUNTS
    #: Variants are edited on a page of the product, and have no admin of their own.
    part_amount_fields = {"catalog.productvariant": _AMOUNTS}
    readonly_fields = ("price_shown", "compare_at_shown", "rating")
    restorable = {"catalog.product": (), "catalog.productvariant": _VARIANT_FIELDS}
    inlines = (CategoryInline, RelatedInline, PictureInline)
    actions = ("bulk_edit", "archive", "activate")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_price = request.user.has_perm(MAY_PRICE)
        pricing = within("pricing", [("price", "compare_at_price"), "cost", "tax_class"])
        if not may_price:
            pricing = within(
                "pricing",
                [("price_shown", "compare_at_shown"), "tax_class"],
                description=_("Prices are shown only: your role does not set them."),
            )
        basics = ["title", "slug", "brand", "summary", "description"]
        if obj is None:
            # A draft needs no more to begin with; all else has its section afterwards.
            return [(_("Words"), within("basics", basics)), (_("Price"), pricing)]
        if request.user.has_perm("catalog.change_collectionproduct"):
            basics.append("collections")
        return [
            (_("Words"), within("basics", basics)),
            (
                _("Cloth and fit"),
                within(
                    "basics",
                    ["fibers", "care", "origin", "passport_url", "size_chart", "attributes"],
                ),
            ),
            (_("Price"), pricing),
            (
                _("Search engines and shop search"),
                within("seo", ["tags", "keywords", "seo_title", "seo_description"]),
            ),
            (
                _("Visibility"),
                within("visibility", [("status", "published_at"), "inventory_policy"]),
            ),
        ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else (CategoryInline,)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("title",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and request.user.has_perm(MAY_PRICE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def view_on_site(self, obj: Product) -> str | None:
        return obj.get_absolute_url() if obj.is_published else None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        sections = sections_of(context["adminform"], context["inline_admin_formsets"])
        context |= {
            "sections": sections,
            "broken": next((one.name for one in sections if one.errors), ""),
            "may_draw": obj is not None and self.may_draw(request),
            "conflicts": getattr(context["adminform"].form, "conflicts", []),
            **self.tabs(request, obj),
        }
        if obj is not None and not obj.is_published:
            context["preview_url"] = preview_url(obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def tabs(self, request: HttpRequest, product: Product | None) -> dict[str, Any]:
        """What ``tabs.html`` needs beside the sections."""
        stock = ""
        if product is not None and request.user.has_perm("inventory.view_stock"):
            query = urlencode({"q": product.title})
            stock = f"{reverse('admin:inventory_stock_changelist')}?{query}"
        return {
            "may_see_variants": request.user.has_perm("catalog.view_productvariant"),
            "may_duplicate": self.has_add_permission(request),
            "stock_url": stock,
        }

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        product = cast("Product | None", self.get_object(request, object_id))
        context = {"sections": plain_sections(), **self.tabs(request, product)}
        return super().history_view(request, object_id, {**context, **(extra_context or {})})

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, *args, **kwargs)
        text = gettext("“%s” is a draft. Choose its colors and sizes.")
        self.message_user(request, text % obj, messages.SUCCESS)
        return see_other(reverse("admin:catalog_product_variants", args=[obj.pk]))

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
        cuts = Cuts(form.instance)
        super().save_related(request, form, formsets, change)
        product = form.instance
        if "collections" in form.changed_data:
            _put_into(product, form.cleaned_data["collections"])
        if change and (followers := prices.follow_defaults(product, form.amounts_before)):
            text = ngettext(
                "%d variant had the old price and took the new one.",
                "%d variants had the old price and took the new one.",
                len(followers),
            )
            self.message_user(request, text % len(followers), messages.INFO)
        if warning := wordless(Product.objects.filter(pk=product.pk)):
            self.message_user(request, warning, messages.WARNING)
        for warning in cuts.warnings():
            self.message_user(request, warning, messages.WARNING)
        catalog_changed()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        # Unmarked rows first: the database refuses two marked ones even for a moment.
        rows = sorted(formset.save(commit=False), key=lambda row: getattr(row, "is_primary", False))
        for gone in formset.deleted_objects:
            gone.delete()
        forms_of = {id(row_form.instance): row_form for row_form in formset.forms}
        for row in rows:
            row_form = forms_of[id(row)]
            if row._state.adding and "position" not in row_form.changed_data:
                row.position = _next_position(form.instance, formset.model)
            if isinstance(row, ProductMedia):
                self._save_picture(row, row_form)
            else:
                row.save()
        formset.save_m2m()
        if formset.model is ProductCategory:
            _choose_primary(form.instance)

    def _save_picture(self, link: ProductMedia, form: Any) -> None:
        alt_text = form.cleaned_data.get("alt_text", "")
        if form.picture is not None:
            words = alt_text or form.suggested_words(link.product.title)
            link.media = uploads.store(form.picture, alt_text=words)
        elif "alt_text" in form.changed_data:
            link.media.alt_text = alt_text
            link.media.save(update_fields=["alt_text"])
        link.save()

    def restore_refusal(self, request: HttpRequest, row: models.Model, field: str) -> str:
        if field in _AMOUNTS and not request.user.has_perm(MAY_PRICE):
            return gettext("Your role does not set prices.")
        return super().restore_refusal(request, row, field)

    def write_restored(self, row: models.Model, values: dict[str, Any]) -> None:
        if isinstance(row, ProductVariant) and "price" in values:
            price = values.pop("price")
            restoring.save(row, values)
            prices.set_price([row], price=price, by=None)
            return
        before = {name: getattr(row, name) for name in _AMOUNTS}
        restoring.save(row, values)
        if isinstance(row, Product):
            prices.follow_defaults(row, before)

    @admin.display(description=_("recommended price"))
    def compare_at_shown(self, product: Product) -> str:
        if product.compare_at_price is None:
            return ""
        return format_money(product.compare_at_price, product.currency)

    @admin.display(description=_("rating"))
    def rating(self, product: Product) -> str:
        return f"{product.rating_average} ({product.rating_count})" if product.rating_count else ""


def _put_into(product: Product, collections: Iterable[Collection]) -> None:
    """Let the product stand in exactly these of the collections that are chosen by hand."""
    wanted = {collection.pk for collection in collections}
    links = CollectionProduct.objects.filter(
        product=product, collection__kind=Collection.Kind.MANUAL
    )
    held = set(links.values_list("collection_id", flat=True))
    links.filter(collection__in=held - wanted).delete()
    CollectionProduct.objects.bulk_create(
        CollectionProduct(product=product, collection_id=pk) for pk in sorted(wanted - held)
    )
    places_changed(*(held ^ wanted))


def _next_position(product: Product, model: type[models.Model]) -> int:
    rows = model._default_manager.filter(product=product)
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _choose_primary(product: Product) -> None:
    """Mark the first category where none is marked."""
    rows = list(ProductCategory.objects.filter(product=product))
    if rows and not any(row.is_primary for row in rows):
        rows[0].is_primary = True
        rows[0].save()
