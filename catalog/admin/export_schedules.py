"""Exports that staff plan: which products, which columns, when, and for how long a file is kept."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog import export_schedules, product_filter
from catalog.admin.exports import column_choices, may_export
from catalog.category_tree import ways
from catalog.models import Brand, ExportSchedule, Product
from shop.back_office import badge


class ExportScheduleForm(forms.ModelForm):
    """The filter as fields, named as in the address of the product list."""

    status__exact = forms.ChoiceField(label=_("Status"), required=False)
    brand__id__exact = forms.ChoiceField(label=_("Brand"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    inventory_policy__exact = forms.ChoiceField(label=_("Inventory policy"), required=False)
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        help_text=_("SKU, or the beginning of words of title, tags and text"),
    )
    columns = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ExportSchedule
        fields = ("title", "format", "columns", "weekday", "hour", "keep_days", "is_active")
        help_texts = {"hour": _("From 0 to 23, by the clock of the shop.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: dict[str, list[tuple[Any, Any]]] = {
            "status__exact": Product.Status.choices,
            "brand__id__exact": [(str(pk), name) for pk, name in _brands()],
            "category": _categories(),
            "inventory_policy__exact": Product.InventoryPolicy.choices,
        }
        for name, choices in known.items():
            cast("forms.ChoiceField", self.fields[name]).choices = [("", gettext("All")), *choices]
        names = column_choices()
        cast("forms.MultipleChoiceField", self.fields["columns"]).choices = names
        weekday = cast("forms.TypedChoiceField", self.fields["weekday"])
        weekday.choices = [("", gettext("Each day")), *ExportSchedule.Weekday.choices]
        if self.instance._state.adding:
            self.initial = {**self.initial, "columns": [name for name, _label in names]}
        else:
            self.initial = {**self.initial, **self.instance.selection}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        self.instance.selection = product_filter.asked(
            {name: cleaned.get(name) or "" for name in product_filter.NAMES}
        )
        return cleaned


@admin.register(ExportSchedule)
class ExportScheduleAdmin(AuditedAdmin):
    """Whoever may export may plan it."""

    form = ExportScheduleForm
    list_display = ("title", "when", "format", "active_badge", "next_at", "files")
    fieldsets = (
        (None, {"fields": ("title", "is_active", "weekday", "hour", "keep_days")}),
        (_("Products"), {"fields": product_filter.NAMES}),
        (_("File"), {"fields": ("format", "columns")}),
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_export(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_export(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_export(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_export(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_export(request)

    def save_model(
        self, request: HttpRequest, obj: ExportSchedule, form: forms.Form, change: bool
    ) -> None:
        if not change:
            obj.created_by = cast("Any", request.user)
        obj.next_at = export_schedules.next_moment(obj, timezone.now())
        super().save_model(request, obj, form, change)

    @admin.display(description=_("when"))
    def when(self, schedule: ExportSchedule) -> str:
        day = gettext("Each day") if schedule.weekday is None else schedule.get_weekday_display()
        return f"{day}, {schedule.hour:02}:00"

    @admin.display(description=_("active"), ordering="is_active")
    def active_badge(self, schedule: ExportSchedule) -> SafeString:
        if schedule.is_active:
            return badge(gettext("Active"), "ok", "check")
        return badge(gettext("Paused"), "", "close")

    @admin.display(description=_("files"))
    def files(self, schedule: ExportSchedule) -> str:
        return format_html(
            '<a href="{}?schedule__id__exact={}">{}<span class="visually-hidden"> {}</span></a>',
            reverse("admin:catalog_productexport_changelist"),
            schedule.pk,
            gettext("Files"),
            schedule.title,
        )


def _brands() -> list[tuple[Any, str]]:
    return list(Brand.objects.order_by("name").values_list("pk", "name"))


def _categories() -> list[tuple[str, str]]:
    return [(way.path, way.names) for way in ways()]
