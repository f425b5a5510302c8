"""What the size finder asks."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.models import SizeChart
from catalog.products.sizing import BODY, MM_OF_UNIT, Body, usual_choices

_LEAST, _MOST = 1, 300


def _measure(label: Any) -> forms.DecimalField:
    outside = format_lazy(_("Enter a number from {least} to {most}."), least=_LEAST, most=_MOST)
    kinds = ("invalid", "min_value", "max_value")
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=_LEAST,
        max_value=_MOST,
        error_messages=dict.fromkeys(kinds, outside),
    )


class FinderForm(forms.Form):
    """Height, usual size, and the measurements of the body that ``chart`` knows; all optional.

    Numbers are in ``unit``, "cm" or "in".
    """

    height = _measure(_("Height"))
    usual = forms.ChoiceField(label=_("Usual size elsewhere"), required=False)

    def __init__(self, *args: Any, chart: SizeChart, unit: str, **kwargs: Any) -> None:
        # The finder stands beside other forms on the product page: ids of its own.
        super().__init__(*args, **{"auto_id": "finder-%s", **kwargs})
        self._unit = unit
        groups: list[Any] = [("", _("Not known")), *usual_choices(chart)]
        usual: Any = self.fields["usual"]
        usual.choices = groups
        if len(groups) == 1:
            del self.fields["usual"]
        if not chart.heights:
            del self.fields["height"]
        for row in chart.measurements:
            if row["key"] in BODY and row.get("body"):
                self.fields[row["key"]] = _measure(row["name"])
        for field in self.fields.values():
            if isinstance(field, forms.DecimalField):
                field.label = f"{field.label} ({unit})"
                field.widget.attrs["inputmode"] = "decimal"

    def body(self) -> Body:
        """What was typed, in millimeters."""
        told = self.cleaned_data
        measures = {key: self._mm(told[key]) for key in BODY if told.get(key)}
        height = self._mm(told["height"]) if told.get("height") else None
        return Body(height=height, usual=told.get("usual") or "", measures=measures)

    def _mm(self, number: Any) -> int:
        return round(float(number) * MM_OF_UNIT[self._unit])
