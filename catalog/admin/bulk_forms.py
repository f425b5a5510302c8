"""The form that says what a bulk edit does."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.bulk_edits.edits import (
    CATEGORIES,
    COLLECTIONS,
    PRICES,
    Edit,
    Ending,
    Kind,
    permissions_of,
)
from catalog.category_tree import ways
from catalog.models import Category, Collection, Product
from shop.accounts.models import User
from shop.forms import MoneyField


class EditForm(forms.Form):
    """One edit: its kind, and the one field that kind needs."""

    kind = forms.ChoiceField(label=_("What to do"))
    status = forms.ChoiceField(label=_("Status"), choices=Product.Status.choices, required=False)
    price = MoneyField(label=_("Price"), required=False)
    amount = MoneyField(
        label=_("Amount"),
        required=False,
        minimum=-(10**12),
        help_text=_("With a minus sign the price falls."),
    )
    percent = forms.IntegerField(
        label=_("Percent"),
        required=False,
        min_value=-90,
        max_value=500,
        help_text=_("With a minus sign the price falls."),
    )
    ending = forms.ChoiceField(label=_("Round"), choices=Ending.choices, required=False)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.order_by("path"), required=False
    )
    tags = forms.CharField(
        label=_("Tags"), required=False, help_text=_("Separated by commas."), max_length=500
    )
    collection = forms.ModelChoiceField(
        label=_("Collection"),
        queryset=Collection.objects.filter(kind=Collection.Kind.MANUAL),
        required=False,
    )
    _NEEDS = {
        Kind.STATUS: "status",
        Kind.PRICE_SET: "price",
        Kind.PRICE_BY: "amount",
        Kind.PRICE_PERCENT: "percent",
        **dict.fromkeys(CATEGORIES, "category"),
        Kind.TAGS_ADD: "tags",
        Kind.TAGS_REMOVE: "tags",
        **dict.fromkeys(COLLECTIONS, "collection"),
    }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [kind for kind in Kind if user.has_perms(permissions_of(kind))]
        choices = [("", "—"), *((kind.value, kind.label) for kind in allowed)]
        cast("forms.ChoiceField", self.fields["kind"]).choices = choices
        needed = {self._NEEDS[kind] for kind in allowed}
        if "price" in needed:
            needed.add("ending")
        for name in set(self.fields) - needed - {"kind"}:
            del self.fields[name]
        if "category" in self.fields:
            tree: Any = self.fields["category"]
            tree.choices = [("", "—"), *((way.key, way.names) for way in ways())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        needed = self._NEEDS[Kind(kind)] if kind else ""
        if needed and needed not in self.errors and cleaned.get(needed) in (None, ""):
            self.add_error(needed, _("This is needed for what you chose."))
        return cleaned

    def edit(self) -> Edit:
        """The chosen edit; the other fields say nothing."""
        cleaned = self.cleaned_data
        kind = Kind(cleaned["kind"])
        value = cleaned[self._NEEDS[kind]]
        target, amount, tags = "", 0, tuple[str, ...]()
        if kind in PRICES:
            amount = value
        elif kind in (Kind.TAGS_ADD, Kind.TAGS_REMOVE):
            found = (tag.strip()[:50] for tag in value.split(","))
            tags = tuple(dict.fromkeys(tag for tag in found if tag))
        else:
            target = str(getattr(value, "pk", value))
        ending = cleaned.get("ending", "") if kind in PRICES else ""
        return Edit(kind, target, amount, ending, tags)
