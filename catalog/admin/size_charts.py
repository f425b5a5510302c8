"""Size charts in the back office: typed as lines, a number for each size, in centimeters."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.models import OptionValue, SizeChart

_MM_OF_CM = 10
#: The tallest number that a chart may hold, in millimeters.
_MOST = 3000


class SizeChartForm(forms.ModelForm):
    """``measurements``, ``heights`` and ``systems`` as lines of cells with a bar between them."""

    sizes = forms.CharField(
        label=_("Sizes in order"), help_text=_("Slugs, separated by commas: s, m, l")
    )
    body = forms.CharField(
        label=_("Body measurements"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("chest | Chest | How to measure | 86-92, 92-98, 98-104 (cm, for each size)"),
    )
    garment = forms.CharField(
        label=_("Measurements of the garment"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("length | Length |  | 68, 70, 72 (cm, for each size)"),
    )
    heights = forms.CharField(
        label=_("Heights"), required=False, help_text=_("160-168, 166-176, 174-185 (cm)")
    )
    systems = forms.CharField(
        label=_("Sizes of other systems"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("EU | 36, 38/40, 42 (for each size)"),
    )

    class Meta:
        model = SizeChart
        fields = ("title", "slug", "introduction")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chart = self.instance
        if chart.sizes:
            self.initial = {
                **self.initial,
                "sizes": ", ".join(chart.sizes),
                "body": _lines(chart, "body"),
                "garment": _lines(chart, "garment"),
                "heights": _cells(chart.heights, chart.sizes),
                "systems": "\n".join(
                    f"{system} | {', '.join('/'.join(names.get(s, [])) for s in chart.sizes)}"
                    for system, names in chart.systems.items()
                ),
            }

    def clean_sizes(self) -> list[str]:
        sizes = [one.strip() for one in self.cleaned_data["sizes"].split(",") if one.strip()]
        known = OptionValue.objects.filter(option=OptionValue.Option.SIZE, slug__in=sizes)
        unknown = set(sizes) - set(known.values_list("slug", flat=True))
        if unknown:
            raise forms.ValidationError(
                gettext("The shop has no size %(size)s.") % {"size": ", ".join(sorted(unknown))}
            )
        if not sizes:
            raise forms.ValidationError(_("Give at least one size."))
        return list(dict.fromkeys(sizes))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        sizes = data.get("sizes")
        if not sizes:
            return data
        for name, read in (("body", _measured), ("garment", _measured), ("systems", _systems)):
            self._read(name, lambda text, read=read: read(text, sizes))
        self._read("heights", lambda text: _numbers(text, sizes) if text else {})
        return data

    def save(self, commit: bool = True) -> SizeChart:
        data, chart = self.cleaned_data, self.instance
        rows: dict[str, dict[str, Any]] = {}
        for kind in ("body", "garment"):
            for key, name, how, values in data[kind]:
                row = rows.setdefault(key, {"key": key, "name": name, "how": how})
                row["how"] = row["how"] or how
                row[kind] = values
        chart.sizes, chart.measurements = data["sizes"], list(rows.values())
        chart.heights, chart.systems = data["heights"], data["systems"]
        saved: SizeChart = super().save(commit)
        return saved

    def _read(self, name: str, read: Any) -> None:
        try:
            self.cleaned_data[name] = read(self.cleaned_data.get(name, ""))
        except ValueError as error:
            self.add_error(name, str(error))


@admin.register(SizeChart)
class SizeChartAdmin(AuditedAdmin):
    """What fits whom."""

    form = SizeChartForm
    restorable = {"catalog.sizechart": ()}
    list_display = ("title", "slug", "products")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    fields = ("title", "slug", "introduction", "sizes", "body", "garment", "heights", "systems")
    readonly_fields = ("measured",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is not None and not self.has_change_permission(request, obj):
            # What the form makes lines of is no column; who reads gets the lines.
            return ("title", "slug", "introduction", "measured")
        return self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(product_count=Count("products"))

    @admin.display(description=_("products"), ordering="product_count")
    def products(self, chart: Any) -> int:
        return int(chart.product_count)

    @admin.display(description=_("measurements"))
    def measured(self, chart: SizeChart) -> str:
        lines = SizeChartForm(instance=chart).initial
        shown = (
            (SizeChartForm.base_fields[name].label, lines.get(name, "–"))
            for name in ("sizes", "body", "garment", "heights", "systems")
        )
        return format_html_join("", "<p><strong>{}</strong></p><pre>{}</pre>", shown)


def _measured(text: str, sizes: list[str]) -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 4 or not cells[0] or not cells[1]:
            raise ValueError(gettext("“%(line)s” is not like the example.") % {"line": line})
        rows.append((cells[0], cells[1], cells[2], _numbers(cells[3], sizes)))
    return rows


def _systems(text: str, sizes: list[str]) -> dict[str, dict[str, list[str]]]:
    systems = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        system, bar, rest = (cell.strip() for cell in line.partition("|"))
        if not bar or not system:
            raise ValueError(gettext("“%(line)s” is not like the example.") % {"line": line})
        names = [
            [one.strip() for one in cell.split("/") if one.strip()] for cell in rest.split(",")
        ]
        _check_count(names, sizes)
        systems[system] = dict(zip(sizes, names, strict=True))
    return systems


def _numbers(text: str, sizes: list[str]) -> dict[str, Any]:
    """Millimeters for each size: a number or a range; a dash leaves a size out."""
    cells = [cell.strip() for cell in text.split(",")]
    _check_count(cells, sizes)
    found: dict[str, Any] = {}
    for size, cell in zip(sizes, cells, strict=True):
        if cell == "-":
            continue
        ends = _ends(cell)
        if len(ends) > 2 or ends != sorted(ends) or not 0 < ends[0] <= ends[-1] <= _MOST:
            raise ValueError(_no_length(cell))
        found[size] = ends[0] if len(ends) == 1 else ends
    return found


def _ends(cell: str) -> list[int]:
    """The millimeters of a number or a range in centimeters."""
    try:
        return [round(float(end) * _MM_OF_CM) for end in cell.replace("–", "-").split("-")]
    except (ValueError, OverflowError) as error:
        raise ValueError(_no_length(cell)) from error


def _no_length(cell: str) -> str:
    return gettext("“%(cell)s” is no length in cm.") % {"cell": cell}


def _check_count(cells: list[Any], sizes: list[str]) -> None:
    if len(cells) != len(sizes):
        message = gettext("There are %(sizes)d sizes and %(cells)d values.")
        raise ValueError(message % {"sizes": len(sizes), "cells": len(cells)})


def _lines(chart: SizeChart, kind: str) -> str:
    return "\n".join(
        f"{row['key']} | {row['name']} | {row.get('how', '') if kind == 'body' else ''} | "
        f"{_cells(row[kind], chart.sizes)}"
        for row in chart.measurements
        if row.get(kind)
    )


def _cells(values: dict[str, Any], sizes: list[str]) -> str:
    if not values:
        return ""
    return ", ".join(_cell(values.get(size)) for size in sizes)


def _cell(value: Any) -> str:
    ends = value if isinstance(value, list) else [value]
    return "-".join(f"{end / _MM_OF_CM:g}" for end in ends if end is not None) or "-"
