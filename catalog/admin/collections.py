"""Collections in the back office: chosen by hand, or by a rule with fields of its own."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.admin.inlines import NamedRows
from catalog.freshness import catalog_changed, places_changed
from catalog.listings.collections import MOST_MEMBERS, newest_meeting, refresh
from catalog.listings.facet_groups import counted
from catalog.models import Brand, Category, Collection, CollectionProduct
from shop.back_office import StaffFields, VersionedForm, badge
from shop.forms import MoneyField
from shop.money import format_money

_KINDS = {
    Collection.Status.DRAFT: ("warn", "edit"),
    Collection.Status.ACTIVE: ("ok", "check"),
    Collection.Status.ARCHIVED: ("", "box"),
}
#: Fields of a rule, as the form calls them.
RULE = ("new_days", "on_sale", "tags", "brands", "categories", "price_from", "price_to")


class CategoriesField(forms.ModelMultipleChoiceField):
    """Names categories by their whole path: "Jumpers" are there for women and for men."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.path)


class CollectionForm(VersionedForm):
    """A rule is typed into fields; it is kept as one object of its conditions."""

    new_days = forms.IntegerField(
        label=_("Published within (days)"), required=False, min_value=1, max_value=3650
    )
    on_sale = forms.BooleanField(label=_("Reduced in price"), required=False)
    tags = forms.CharField(
        label=_("Any of these tags"), required=False, help_text=_("Separated by commas.")
    )
    brands = forms.ModelMultipleChoiceField(
        label=_("Any of these brands"),
        queryset=Brand.objects.order_by("name"),
        to_field_name="slug",
        required=False,
    )
    categories = CategoriesField(
        label=_("In any of these categories"),
        queryset=Category.objects.order_by("path"),
        to_field_name="path",
        required=False,
    )
    price_from = MoneyField(label=_("Price from"), required=False)
    price_to = MoneyField(label=_("Price up to"), required=False)

    class Meta:
        model = Collection
        fields = (
            "title",
            "slug",
            "summary",
            "description",
            "image",
            "thread",
            "status",
            "kind",
            "display_order",
            "seo_title",
            "seo_description",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = dict(self.instance.rule)
        if "tags" in rule:
            rule["tags"] = ", ".join(rule["tags"])
        for name, value in rule.items():
            if name in RULE:
                self.initial.setdefault(name, value)

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if Collection.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a collection with this address already."))
        return slug

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        rule = self._rule(cleaned)
        if cleaned.get("kind") == Collection.Kind.RULE and not rule:
            self.add_error("kind", _("A rule needs at least one condition."))
        low, high = cleaned.get("price_from"), cleaned.get("price_to")
        if low is not None and high is not None and low > high:
            self.add_error("price_to", _("This is less than the price it starts from."))
        self.instance.rule = rule
        return cleaned

    def _rule(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        tags = [tag.strip() for tag in (cleaned.get("tags") or "").split(",")]
        values = {
            "new_days": cleaned.get("new_days"),
            "on_sale": cleaned.get("on_sale") or None,
            "tags": [tag for tag in tags if tag] or None,
            "brands": [brand.slug for brand in cleaned.get("brands") or ()] or None,
            "categories": [node.path for node in cleaned.get("categories") or ()] or None,
            "price_from": cleaned.get("price_from"),
            "price_to": cleaned.get("price_to"),
        }
        return {name: value for name, value in values.items() if value is not None}


class MemberInline(StaffFields, NamedRows):
    """The products of a collection that is chosen by hand, in their order."""

    model = CollectionProduct
    autocomplete_fields = ("product",)
    fields = ("product", "position")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and _is_by_hand(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_by_hand(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_by_hand(obj)


@admin.register(Collection)
class CollectionAdmin(AuditedAdmin):
    """Collections in the order of their page."""

    form = CollectionForm
    restorable = {"catalog.collection": ()}
    list_display = ("title", "status_badge", "kind", "held", "display_order")
    list_filter = ("status", "kind")
    search_fields = ("title", "slug")
    ordering = ("display_order", "title")
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("image",)
    readonly_fields = ("rule_told", "meets_the_rule")
    fieldsets = (
        (
            None,
            {"fields": ("title", "slug", "status", "kind", "display_order")},
        ),
        (_("Page"), {"fields": ("summary", "description", "image", "thread")}),
        (
            _("Rule"),
            {
                "description": _("For collections by rule: all conditions must hold."),
                "fields": (*RULE, "meets_the_rule"),
            },
        ),
        (_("Search engines"), {"fields": ("seo_title", "seo_description")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sections = list(super().get_fieldsets(request, obj))
        if obj is not None and not self.has_change_permission(request, obj):
            # The fields of a rule exist in the form only; who reads gets it in words.
            sections[2] = (_("Rule"), {"fields": ("rule_told", "meets_the_rule")})
        return sections

    def get_inlines(self, request: HttpRequest, obj: Collection | None) -> list[Any]:
        # A rule may hold thousands; the list of products shows them, a form could not.
        return [MemberInline] if _is_by_hand(obj) else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        rows: QuerySet[Collection] = super().get_queryset(request)
        # A count for each row shown, by an index; joined they would be all links of all.
        links = CollectionProduct.objects.filter(collection=OuterRef("pk")).order_by()
        counts = links.values("collection").values(count=Count("pk"))
        return rows.annotate(product_count=Coalesce(Subquery(counts), 0))

    def save_related(
        self, request: HttpRequest, form: "ModelForm[Any]", formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        refresh(form.instance.pk)
        catalog_changed()
        places_changed(form.instance.pk)

    def delete_model(self, request: HttpRequest, obj: Collection) -> None:
        obj.soft_delete()
        catalog_changed()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.display(description=_("status"))
    def status_badge(self, collection: Collection) -> SafeString:
        kind, icon = _KINDS[Collection.Status(collection.status)]
        return badge(collection.get_status_display(), kind, icon)

    @admin.display(description=_("products"), ordering="product_count")
    def held(self, collection: Collection) -> int:
        return int(collection.product_count)  # type: ignore[attr-defined]

    @admin.display(description=_("all conditions must hold"))
    def rule_told(self, collection: Collection) -> str:
        conditions = [
            (CollectionForm.base_fields[name].label, _told(name, collection.rule[name]))
            for name in RULE
            if name in collection.rule
        ]
        rows = format_html_join("", "<li>{}: {}</li>", conditions)
        return format_html("<ul>{}</ul>", rows) if conditions else "–"

    @admin.display(description=_("products that meet the rule now"))
    def meets_the_rule(self, collection: Collection) -> str:
        if not collection.rule:
            return "–"
        met = len(newest_meeting(collection.rule))
        return counted(met, is_more=met == MOST_MEMBERS)


def _told(name: str, value: Any) -> str:
    """A value of a rule as staff reads it."""
    if name.startswith("price_"):
        return format_money(value, settings.SHOP_CURRENCY)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_by_hand(collection: Collection | None) -> bool:
    return collection is None or collection.kind == Collection.Kind.MANUAL
