"""What staff fill in to change the lines of an order."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.products.choices import read_choices
from orders.admin.forms import WIDE, KeyForm
from orders.admin.variant_search import FoundVariant
from orders.edits.reckoning import Wanted
from orders.lines import named
from orders.models import OrderItem

UNITS, ADDED = "units_", "add_"
ORIGINAL, TODAY = "original", "today"


class LinesForm(KeyForm):
    """Units of each line from now on, units of variants to add, and why."""

    price = forms.ChoiceField(
        label=_("Units added to a line cost"),
        choices=[(ORIGINAL, _("what the line costs")), (TODAY, _("today's price"))],
        initial=ORIGINAL,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history of the order."),
        max_length=200,
        widget=forms.TextInput(attrs=WIDE),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        items: Iterable[OrderItem],
        variants: Iterable[FoundVariant] = (),
    ) -> None:
        super().__init__(data)
        highest, choices = settings.ORDER_QUANTITY_MAX, read_choices()
        for item in items:
            self.fields[f"{UNITS}{item.pk}"] = forms.IntegerField(
                label=named(item, choices),
                min_value=0,
                max_value=max(highest, item.quantity),
                initial=item.quantity,
            )
        for found in variants:
            self.fields[f"{ADDED}{found.variant.pk}"] = forms.IntegerField(
                label=f"{found.variant.product.title} ({found.variant.sku})",
                min_value=0,
                max_value=highest,
                required=False,
            )

    @property
    def wanted(self) -> Wanted:
        """What was filled in."""
        return Wanted(
            units={key: units or 0 for key, units in self._numbers(UNITS)},
            added={key: units for key, units in self._numbers(ADDED) if units},
            at_todays_price=self.cleaned_data["price"] == TODAY,
        )

    def _numbers(self, prefix: str) -> list[tuple[UUID, int | None]]:
        return [
            (UUID(name.removeprefix(prefix)), units)
            for name, units in self.cleaned_data.items()
            if name.startswith(prefix)
        ]


def keys_of(data: Mapping[str, Any]) -> list[UUID]:
    """The variants that a page had fields for."""
    found = []
    for name in data:
        if name.startswith(ADDED):
            try:
                found.append(UUID(name.removeprefix(ADDED)))
            except ValueError:
                continue
    return found[: settings.ORDER_QUANTITY_MAX]
