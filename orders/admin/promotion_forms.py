"""The rule builder of coupons and promotions: its fields read like the sentence they make."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Collection, CollectionProduct, Product
from orders.models import Coupon, Promotion
from orders.promotions.codes import MOST_AT_ONCE, normalized
from shop.back_office import ManyFoundByTyping, VersionedForm
from shop.forms import MoneyField

#: Fields of the form that become arrays of ids.
TARGETS = {
    "products": "product_ids",
    "categories": "category_ids",
    "collections": "collection_ids",
}
_PERCENT_KINDS = ("PERCENTAGE", "CHEAPEST_OFF")
_AMOUNT_KINDS = ("FIXED_AMOUNT", "SET_PRICE")


class CategoriesField(forms.ModelMultipleChoiceField):
    """Names categories by their whole path."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.path)


class TermsForm(VersionedForm):
    """What is given, on what, from when: a value is typed as percentage or as amount."""

    percent = forms.DecimalField(
        label=_("Percent"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
        help_text=_("For percentages."),
    )
    amount = MoneyField(label=_("Amount"), required=False, help_text=_("For amounts and prices."))
    products = forms.ModelMultipleChoiceField(
        label=_("Products"), queryset=Product.objects.all(), required=False
    )
    categories = CategoriesField(
        label=_("Categories"),
        queryset=Category.objects.order_by("path"),
        required=False,
        help_text=_("With all below them. Without any choice here: all goods."),
    )
    collections = forms.ModelMultipleChoiceField(
        label=_("Collections"), queryset=Collection.objects.order_by("title"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, column in TARGETS.items():
            self.initial.setdefault(name, getattr(self.instance, column))
        if "products" in self.fields:
            relation = CollectionProduct._meta.get_field("product")
            widget = ManyFoundByTyping(relation, admin.site)
            widget.choices = self.fields["products"].choices  # type: ignore[attr-defined]
            self.fields["products"].widget = widget
        for name in ("starts_at", "ends_at"):
            if name in self.fields:
                parts = getattr(self.fields[name].widget, "widgets", [])
                for part, words in zip(parts, (_("%s, date"), _("%s, time")), strict=False):
                    part.attrs["aria-label"] = words % self.fields[name].label
        if not self.instance._state.adding:
            if self.instance.kind in _PERCENT_KINDS:
                self.initial.setdefault("percent", Decimal(self.instance.value).scaleb(-2))
            elif self.instance.kind in _AMOUNT_KINDS:
                self.initial.setdefault("amount", self.instance.value)

    def clean_minimum_order(self) -> int:
        return self.cleaned_data["minimum_order"] or 0

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        self.instance.value = 0
        for name, kinds in (("percent", _PERCENT_KINDS), ("amount", _AMOUNT_KINDS)):
            if kind not in kinds:
                continue
            if cleaned.get(name):
                value = cleaned[name]
                self.instance.value = int(value * 100) if name == "percent" else value
            elif name not in self.errors:
                self.add_error(name, _("Say how much."))
        for name, column in TARGETS.items():
            chosen = cleaned.get(name)
            if chosen is not None:
                setattr(self.instance, column, [row.pk for row in chosen])
        return cleaned


class CouponForm(TermsForm):
    """A coupon; its code is kept in capitals."""

    class Meta:
        model = Coupon
        fields = (
            "code",
            "name",
            "kind",
            "minimum_order",
            "maximum_discount",
            "skips_sale_items",
            "first_order_only",
            "per_person_limit",
            "usage_limit",
            "stacking",
            "starts_at",
            "ends_at",
            "is_active",
        )

    def clean_code(self) -> str:
        code = normalized(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                _("A code has 3 to 40 letters from A to Z, digits, - and _.")
            )
        if Coupon.objects.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a coupon with this code already."))
        return code

    def clean_per_person_limit(self) -> int | None:
        limit: int | None = self.cleaned_data["per_person_limit"]
        if limit == 0:
            raise forms.ValidationError(_("At least one order, or nothing for any number."))
        return limit

    def clean_usage_limit(self) -> int | None:
        limit: int | None = self.cleaned_data["usage_limit"]
        if limit is not None and limit < self.instance.uses:
            text = _("It has been used %(uses)d times already.")
            raise forms.ValidationError(text, params={"uses": self.instance.uses})
        return limit


class PromotionForm(TermsForm):
    """A promotion; groups are asked for where its kind has them."""

    class Meta:
        model = Promotion
        fields = (
            "name",
            "kind",
            "group_size",
            "group_discounted",
            "minimum_order",
            "maximum_discount",
            "skips_sale_items",
            "priority",
            "is_combinable",
            "starts_at",
            "ends_at",
            "is_active",
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        kind, size, fewer = (cleaned.get(n) for n in ("kind", "group_size", "group_discounted"))
        if kind not in ("CHEAPEST_OFF", "SET_PRICE"):
            cleaned["group_size"] = None
        elif not size or size < 2:
            self.add_error("group_size", _("A group has two pieces at the least."))
        if kind != "CHEAPEST_OFF":
            cleaned["group_discounted"] = None
        elif not fewer or (size and fewer >= size):
            self.add_error("group_discounted", _("At least one, and fewer than the whole group."))
        return cleaned


class BatchForm(forms.Form):
    """How many single-use codes to make."""

    count = forms.IntegerField(label=_("Codes"), min_value=1, max_value=MOST_AT_ONCE, initial=50)


class SampleForm(forms.Form):
    """A cart to try an offer on: a line for each variant, "SKU quantity"."""

    lines = forms.CharField(
        label=_("Sample cart"),
        help_text=_("A variant in each line: its SKU, a blank, how many. Such as: TEE01-NAV-M 2"),
        widget=forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"}),
        max_length=2000,
    )
    email = forms.EmailField(
        label=_("E-mail of the customer"),
        required=False,
        help_text=_("For limits per customer and first orders."),
    )

    def clean_lines(self) -> dict[str, int]:
        wanted: dict[str, int] = {}
        for line in self.cleaned_data["lines"].splitlines():
            sku, _blank, count = line.strip().rpartition(" ")
            if not sku:
                sku, count = count, "1"
            if not sku:
                continue
            is_number = count.isascii() and count.isdigit() and len(count) < 4
            if not is_number or not 0 < int(count) <= 100:
                raise forms.ValidationError(_("Not a quantity: %s") % line)
            wanted[sku.strip()] = int(count)
        return wanted
