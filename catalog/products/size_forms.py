"""What the size finder asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import SizeChart
from catalog.products.sizing import BODY, MM_OF_UNIT, Body, usual_choices


class FinderForm(forms.Form):
    """Height, usual size, and the measurements of the body that ``chart`` knows; all optional.

    Numbers are in ``unit``, "cm" or "in".
    """

    height = forms.DecimalField(label=_("Height"), required=False, min_value=1, max_value=300)
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
                self.fields[row["key"]] = forms.DecimalField(
                    label=row["name"], required=False, min_value=1, max_value=300
                )
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
