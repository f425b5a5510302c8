"""Forms of the product page: the product itself, its variants and its categories."""

from collections import Counter
from datetime import datetime
from typing import Any, cast

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import OptionValue, Product, ProductCategory, ProductVariant
from shop.back_office import VersionedForm
from shop.forms import MoneyField

#: What the product page tells about the cloth, as fields instead of JSON.
ATTRIBUTES = {
    "material": _("Material"),
    "weight": _("Weight of the cloth"),
    "care": _("Care"),
    "fit": _("Fit"),
    "origin": _("Made in"),
}
Option = OptionValue.Option


def _check_prices(form: forms.ModelForm) -> None:
    price = form.cleaned_data.get("price")
    compare_at = form.cleaned_data.get("compare_at_price")
    if price is not None and compare_at is not None and compare_at <= price:
        form.add_error("compare_at_price", _("The recommended price must be above the price."))


def _in_currency(form: forms.BaseForm, currency: str) -> None:
    for field in form.fields.values():
        if isinstance(field, MoneyField):
            field.currency = currency


class ProductForm(VersionedForm):
    """A product's own fields."""

    attribute_material = forms.CharField(label=ATTRIBUTES["material"], required=False)
    attribute_weight = forms.CharField(label=ATTRIBUTES["weight"], required=False)
    attribute_care = forms.CharField(label=ATTRIBUTES["care"], required=False)
    attribute_fit = forms.CharField(label=ATTRIBUTES["fit"], required=False)
    attribute_origin = forms.CharField(label=ATTRIBUTES["origin"], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_currency(self, self._product.currency)
        for name in ATTRIBUTES:
            field = f"attribute_{name}"
            if field in self.fields:
                self.fields[field].widget.attrs["class"] = "vTextField"
                self.initial[field] = self._product.attributes.get(name, "")

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if Product.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a product with this address already."))
        return slug

    def clean_published_at(self) -> datetime | None:
        if "published_at" not in self.changed_data:
            # The widget shows seconds; what is stored is finer and did not change.
            return self._product.published_at
        return cast("datetime | None", self.cleaned_data["published_at"])

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        _check_prices(self)
        is_active = self.cleaned_data.get("status") == Product.Status.ACTIVE
        if is_active and self.cleaned_data.get("published_at", "untold") is None:
            self.cleaned_data["published_at"] = timezone.now()
        return cleaned

    def _post_clean(self) -> None:
        told = dict(self._product.attributes)
        for name in ATTRIBUTES:
            value = self.cleaned_data.get(f"attribute_{name}")
            if value:
                told[name] = value
            elif value is not None:
                told.pop(name, None)
        self.instance.attributes = told
        super()._post_clean()  # type: ignore[misc]

    @property
    def _product(self) -> Product:
        return cast("Product", self.instance)


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

    def named(self) -> str:
        """The chosen values in words: "Navy / M"."""
        names = {
            Option.COLOR.value: dict(self.colors),
            Option.SIZE.value: dict(self.sizes),
        }
        held = self.instance.option_values
        chosen = [
            names[option].get(held[option], held[option]) for option in names if option in held
        ]
        return " / ".join(chosen)


class VariantForm(OptionChoices, VersionedForm):
    """One variant of the product."""

    withdraw = forms.BooleanField(
        label=_("Withdraw"),
        required=False,
        help_text=_("Takes it off the shop; orders keep it."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        _check_prices(self)
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.instance.title or {"color", "size"} & set(self.changed_data):
            self.instance.title = self.named() or gettext("Standard")


class VariantFormSet(BaseInlineFormSet):
    """The variants together: no two alike, at most one of them the primary one."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        _in_currency(form, cast("Product", self.instance).currency)
        return form

    def clean(self) -> None:
        super().clean()
        live = [form for form in self.forms if is_kept(form) and not _withdrawn(form)]
        if any(form.errors for form in live):
            return
        self._refuse_twins(live)
        self._refuse_taken_skus(live)
        primaries = [form for form in live if form.instance.is_primary]
        if len(primaries) > 1:
            raise forms.ValidationError(_("Choose one primary variant."))
        product = cast("Product", self.instance)
        if product.status == Product.Status.ACTIVE and not live:
            raise forms.ValidationError(_("An active product needs at least one variant."))

    def _refuse_twins(self, live: list[Any]) -> None:
        options = Counter(tuple(sorted(form.instance.option_values.items())) for form in live)
        for form in live:
            if options[tuple(sorted(form.instance.option_values.items()))] > 1:
                form.add_error(
                    "color" if "color" in form.fields else None,
                    _("Two variants have this color and size."),
                )
                raise forms.ValidationError(_("Every variant needs its own color and size."))

    def _refuse_taken_skus(self, live: list[Any]) -> None:
        skus = Counter(form.instance.sku for form in live)
        others = ProductVariant.objects.filter(sku__in=list(skus)).exclude(
            pk__in=[form.instance.pk for form in live]
        )
        taken = {*others.values_list("sku", flat=True), *(s for s, n in skus.items() if n > 1)}
        for form in live:
            if form.instance.sku in taken and "sku" in form.fields:
                form.add_error("sku", _("Another variant has this SKU."))
        if taken:
            raise forms.ValidationError(_("Every variant needs its own SKU."))


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


def is_kept(form: Any) -> bool:
    """Whether the row of ``form`` will be there after saving."""
    if getattr(form, "cleaned_data", None) is None or form.cleaned_data.get("DELETE"):
        return False
    return form.has_changed() or not form.instance._state.adding


def _withdrawn(form: Any) -> bool:
    return bool(form.cleaned_data.get("withdraw"))
