"""Forms of the product page: the product itself and its categories."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.admin.merging import MergingForm
from catalog.admin.row_fields import Column, RowsField
from catalog.models import (
    Collection,
    CollectionProduct,
    OptionValue,
    Product,
    ProductCategory,
    ProductLink,
)
from catalog.products.fabric import (
    CARE,
    FIBERS,
    PARTS,
    TREATMENTS,
    check_care,
    check_fibers,
    treatment_of,
)
from shop.forms import MoneyField

Option = OptionValue.Option
_FIBER_ROWS = (
    Column("part", _("Part"), tuple(PARTS.items())),
    Column("fiber", _("Fiber"), tuple(FIBERS.items())),
    Column("percent", _("Percent"), inputmode="decimal", size=5),
)
_ATTRIBUTE_ROWS = (
    Column("name", _("Name"), size=20),
    Column("value", _("Value"), size=50),
)
_NAME_LENGTH = 50


def _check_prices(form: forms.ModelForm) -> None:
    price = form.cleaned_data.get("price")
    compare_at = form.cleaned_data.get("compare_at_price")
    if price is not None and compare_at is not None and compare_at <= price:
        form.add_error("compare_at_price", _("The recommended price must be above the price."))


def _in_currency(form: forms.BaseForm, currency: str) -> None:
    for field in form.fields.values():
        if isinstance(field, MoneyField):
            field.currency = currency


class ProductForm(MergingForm):
    """A product's own fields, and the collections it was put into by hand."""

    fibers = RowsField(
        _FIBER_ROWS, label=_("Composition"), help_text=_("Each part adds up to 100 percent.")
    )
    care = forms.MultipleChoiceField(
        label=_("Care"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (
                TREATMENTS[treatment],
                [(code, text) for code, text in CARE.items() if treatment_of(code) == treatment],
            )
            for treatment in TREATMENTS
        ],
    )
    attributes = RowsField(
        _ATTRIBUTE_ROWS, label=_("Attributes"), help_text=_("Such as fit, material, weight.")
    )
    passport_url = forms.URLField(
        label=_("Product passport"), required=False, max_length=300, assume_scheme="https"
    )
    collections = forms.ModelMultipleChoiceField(
        label=_("Collections"),
        queryset=Collection.objects.filter(kind=Collection.Kind.MANUAL),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_currency(self, self._product.currency)
        if "published_at" in self.fields:
            day, hour = cast("Any", self.fields["published_at"].widget).widgets
            day.attrs["aria-label"] = _("Published, date")
            hour.attrs["aria-label"] = _("Published, time")
        if "slug" in self.fields:
            self.fields["slug"].label = _("Address")
            self.fields["slug"].help_text = _("The last part of the address of its page.")
        if "attributes" in self.fields:
            told = self._product.attributes or {}
            rows = [{"name": name, "value": value} for name, value in told.items()]
            self.initial["attributes"] = rows
        if "collections" in self.fields and not self._product._state.adding:
            links = CollectionProduct.objects.filter(
                product=self._product, collection__kind=Collection.Kind.MANUAL
            )
            self.initial["collections"] = list(links.values_list("collection_id", flat=True))

    def stored_value(self, name: str) -> Any:
        if name == "collections":
            return Collection.objects.filter(pk__in=self.initial.get("collections", []))
        return super().stored_value(name)

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if Product.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a product with this address already."))
        return slug

    def clean_fibers(self) -> list[dict[str, Any]]:
        rows = [dict(row) for row in self.cleaned_data["fibers"]]
        for row in rows:
            row["percent"] = _number(row["percent"])
        check_fibers(rows)
        return rows

    def clean_care(self) -> list[str]:
        codes = list(self.cleaned_data["care"])
        check_care(codes)
        return codes

    def clean_attributes(self) -> dict[str, str]:
        told: dict[str, str] = {}
        for row in self.cleaned_data["attributes"]:
            name, value = row["name"], row["value"]
            if not name or not value:
                raise forms.ValidationError(_("An attribute has a name and a value."))
            if name in told or len(name) > _NAME_LENGTH:
                raise forms.ValidationError(_("Each name stands once and is not too long."))
            told[name] = value
        return told

    def clean_published_at(self) -> datetime | None:
        if "published_at" not in self.changed_data:
            # The widget shows seconds; what is stored is finer and did not change.
            return self._product.published_at
        return cast("datetime | None", self.cleaned_data["published_at"])

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        _check_prices(self)
        if self.cleaned_data.get("status") == Product.Status.ACTIVE:
            if self.cleaned_data.get("published_at", "untold") is None:
                self.cleaned_data["published_at"] = timezone.now()
            self._refuse_without_variant()
        return cleaned

    def _refuse_without_variant(self) -> None:
        product = self._product
        if product._state.adding or not product.variants.filter(is_primary=True).exists():
            self.add_error(
                "status",
                _("An active product needs at least one variant: save a draft and add them first."),
            )

    @property
    def _product(self) -> Product:
        return cast("Product", self.instance)


def _number(text: str) -> int | float | str:
    """What the label says in percent, as JSON holds it; other text stays as it is."""
    try:
        share = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return text
    return int(share) if share == share.to_integral_value() else float(share)


class OptionChoices(forms.ModelForm):
    """Chooses color and size from the shop's option values; keeps other options as they are."""

    #: Choices as (slug, name), set by the page so that every row shares one query.
    colors: list[tuple[str, str]] = []
    sizes: list[tuple[str, str]] = []

    color = forms.ChoiceField(label=_("Color"), required=False)
    size = forms.ChoiceField(label=_("Size"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = getattr(self.instance, "option_values", None) or {}
        for option, values in ((Option.COLOR, self.colors), (Option.SIZE, self.sizes)):
            field = cast("forms.ChoiceField | None", self.fields.get(option.value))
            if field is None:
                continue
            mine = held.get(option.value, "")
            known = {slug for slug, _name in values}
            unknown = [(mine, mine)] if mine and mine not in known else []
            field.choices = [("", "—"), *values, *unknown]
            self.initial[option.value] = mine

    def _post_clean(self) -> None:
        held = dict(self.instance.option_values or {})
        for option in (Option.COLOR.value, Option.SIZE.value):
            chosen = self.cleaned_data.get(option)
            if chosen:
                held[option] = chosen
            elif chosen is not None:
                held.pop(option, None)
        self.instance.option_values = held
        super()._post_clean()  # type: ignore[misc]


class CategoryLinkFormSet(BaseInlineFormSet):
    """The product's places in the tree; at most one is the primary one."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if is_kept(form)]
        primaries = [form for form in kept if form.instance.is_primary]
        if len(primaries) > 1:
            raise forms.ValidationError(_("Choose one primary category."))


class CategoryLinkForm(forms.ModelForm):
    """One place of the product."""

    class Meta:
        model = ProductCategory
        fields = ("category", "is_primary", "position")


class TypedProduct(forms.CharField):
    """A product by the last part of its address, or by a SKU of its."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value).strip()
        if not typed:
            return None
        named = Q(slug=typed.lower()) | Q(variants__sku__in=[typed, typed.upper()])
        product = Product.objects.filter(named).first()
        if product is None:
            raise forms.ValidationError(_("No product has this address or SKU."))
        return product


class RelatedForm(forms.ModelForm):
    """A product that goes with this one."""

    other = TypedProduct(label=_("Address or SKU"), max_length=200)

    class Meta:
        model = ProductLink
        fields = ("other", "kind", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["other"] = self.instance.other.slug


def is_kept(form: Any) -> bool:
    """Whether the row of ``form`` will be there after saving."""
    if getattr(form, "cleaned_data", None) is None or form.cleaned_data.get("DELETE"):
        return False
    return form.has_changed() or not form.instance._state.adding
