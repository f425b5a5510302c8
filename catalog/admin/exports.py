"""Exports in the back office: choose fields and format, get the file now or when it is ready."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog import exports, product_filter
from catalog.imports import columns
from catalog.models import ImportBatch, ProductExport
from shop.accounts.models import User
from shop.back_office import ReadOnly, badge
from shop.redirects import see_other

Status = ProductExport.Status
_KINDS = {
    Status.QUEUED: ("info", "clock"),
    Status.READY: ("ok", "check"),
    Status.FAILED: ("danger", "alert"),
}


class ExportForm(forms.Form):
    """What the file holds."""

    file_format = forms.ChoiceField(
        label=_("Format"), choices=ImportBatch.Format.choices, widget=forms.RadioSelect
    )
    columns = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = column_choices()
        cast("forms.MultipleChoiceField", self.fields["columns"]).choices = choices
        self.initial = {
            "columns": [name for name, _label in choices],
            "file_format": ImportBatch.Format.CSV,
        }


def column_choices() -> list[tuple[str, str]]:
    """Every column of an export by name and label."""
    return [(name, columns.described(name)) for name in exports.column_names()]


def may_export(request: HttpRequest) -> bool:
    """Whoever may see products and set prices, as a file has costs in it."""
    return bool(request.user.has_perms(["catalog.view_product", "catalog.change_price"]))


@admin.register(ProductExport)
class ProductExportAdmin(ReadOnly, AuditedAdmin):
    """Files that were asked for or planned, until their time is over."""

    list_display = (
        "created_at",
        "fetch",
        "status_badge",
        "format",
        "row_count",
        "schedule",
        "requested_by",
        "expires_at",
    )
    list_display_links = None
    list_filter = ("schedule", "status")
    list_select_related = ("requested_by", "schedule")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_export(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_export(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_export(request)

    def get_urls(self) -> list[URLPattern]:
        fetch = path(
            "<uuid:export_id>/file/",
            self.admin_site.admin_view(self.fetch_view),
            name="catalog_productexport_file",
        )
        return [fetch, *super().get_urls()]

    def add_view(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Columns and format of the products that the address selects, as the list does."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        selection = product_filter.asked(request.GET)
        form = ExportForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return self._export(request, selection, form)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Export products"),
            "opts": self.opts,
            "form": form,
            "selection": product_filter.in_words(selection),
            "count": product_filter.selected(selection).count(),
            "cancel_url": reverse("admin:catalog_product_changelist"),
            "plan_url": f"{reverse('admin:catalog_exportschedule_add')}?{urlencode(selection)}",
        }
        status = 422 if form.errors else 200
        template = "admin/catalog/imports/export.html"
        return TemplateResponse(request, template, context, status=status)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        waits = ProductExport.objects.filter(status=Status.QUEUED, requested_by=request.user.pk)
        context = {"is_writing": waits.exists(), **(extra_context or {})}
        return super().changelist_view(request, context)

    def fetch_view(self, request: HttpRequest, export_id: Any) -> FileResponse:
        """The file of an export that is ready."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        export = get_object_or_404(ProductExport, pk=export_id, status=Status.READY)
        try:
            file = exports.path_of(export).open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        return FileResponse(file, as_attachment=True, filename=str(export))

    def _export(
        self, request: HttpRequest, selection: dict[str, str], form: ExportForm
    ) -> HttpResponseBase:
        names, file_format = form.cleaned_data["columns"], form.cleaned_data["file_format"]
        found = product_filter.selected(selection)[: exports.LARGE + 1]
        is_small = found.count() <= exports.LARGE
        if is_small and file_format == ImportBatch.Format.CSV:
            exports.record_export(file_format, selection, names)
            response = StreamingHttpResponse(
                exports.csv_lines(exports.rows(selection, names)),
                content_type="text/csv; charset=utf-8",
            )
            name = f"products-{timezone.localdate():%Y-%m-%d}.csv"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
        exports.order(
            file_format=file_format,
            selection=selection,
            names=names,
            user=cast("User", request.user),
        )
        text = gettext("The file is being written. Its link appears here when it is ready.")
        self.message_user(request, text, messages.SUCCESS)
        return see_other(reverse("admin:catalog_productexport_changelist"))

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, export: ProductExport) -> SafeString:
        return badge(export.get_status_display(), *_KINDS[Status(export.status)])

    @admin.display(description=_("file"))
    def fetch(self, export: ProductExport) -> str:
        if export.status != Status.READY:
            return ""
        url = reverse("admin:catalog_productexport_file", args=[export.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("Download"))
