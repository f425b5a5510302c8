"""Imports in the back office: upload, match columns, look at what would change, confirm, revert."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRefresh

from audit.admin import AuditedAdmin
from catalog.admin.import_pages import ColumnsForm, ShownRow, UploadForm, count_links
from catalog.exports import csv_lines
from catalog.imports import batches, files, pictures, progress
from catalog.imports.errors import ImportRefused, NotNow
from catalog.models import ImportBatch, ImportRow
from shop.accounts.models import User
from shop.back_office import ReadOnly, badge
from shop.redirects import see_other
from shop.spreadsheets import armored, bared

Status = ImportBatch.Status
ROWS_PER_PAGE = 50
SAMPLES = 3
_KINDS = {
    Status.UPLOADED: ("warn", "edit"),
    Status.CHECKING: ("info", "clock"),
    Status.CHECKED: ("warn", "eye"),
    Status.APPLYING: ("info", "clock"),
    Status.APPLIED: ("ok", "check"),
    Status.REVERTING: ("info", "clock"),
    Status.REVERTED: ("", "return"),
    Status.FAILED: ("danger", "alert"),
}


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnly, AuditedAdmin):
    """Whoever may make and change products may import them."""

    list_display = (
        "file_name",
        "created_at",
        "status_badge",
        "new_rows",
        "changed_rows",
        "unchanged_rows",
        "error_rows",
        "uploaded_by",
    )
    list_filter = ("status",)
    list_select_related = ("uploaded_by",)
    search_fields = ("file_name",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perms(["catalog.add_product", "catalog.change_product"])

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        steps: dict[str, Callable[..., HttpResponseBase]] = {
            "columns": self.columns_view,
            "progress": self.progress_view,
            "errors": self.errors_view,
            "confirm": self.confirm_view,
            "revert": self.revert_view,
        }
        own = [
            path(
                f"<uuid:batch_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"catalog_importbatch_{name}",
            )
            for name, view in steps.items()
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Takes a file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                batch = batches.receive(
                    name=upload.name, chunks=upload.chunks(), user=_person(request)
                )
            except ImportRefused as refused:
                form.add_error("file", refused.reason)
            else:
                return see_other(_page(batch, "columns"))
        context = {"form": form, "cancel_url": reverse("admin:catalog_importbatch_changelist")}
        return self._page(request, "upload.html", gettext("Import products"), context, form)

    def columns_view(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        """Matches the columns of the file with ours; posting begins the check."""
        batch = self._batch(request, batch_id)
        if batch.status not in (Status.UPLOADED, Status.CHECKED, Status.FAILED):
            return see_other(_page(batch))
        form = ColumnsForm(batch, self._samples(batch), request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                batches.choose_columns(batch.pk, form.mapping(), user=_person(request))
            except ImportRefused as refused:
                form.add_error(None, refused.reason)
            except NotNow:
                return see_other(_page(batch))
            else:
                return see_other(_page(batch))
        title = gettext("Match the columns")
        return self._page(request, "columns.html", title, {"form": form, "batch": batch}, form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Where the import stands: a bar, the preview, or the report."""
        batch = self._batch(request, _uuid(object_id))
        if batch.status == Status.UPLOADED:
            return see_other(_page(batch, "columns"))
        kind = request.GET.get("kind", "")
        rows = ImportRow.objects.filter(batch=batch)
        if kind in ImportRow.Kind.values:
            rows = rows.filter(kind=kind)
        page = Paginator(rows.order_by("line"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "batch": batch,
            "status_badge": self.status_badge(batch),
            "progress": progress.told(batch.pk),
            "counts": count_links(batch, kind),
            "kind": kind,
            "page": page,
            "pictures": pictures.told(batch),
            "rows": [ShownRow.of(row) for row in page.object_list],
            "may_confirm": batch.status == Status.CHECKED and batch.has_work,
            "audit_url": self._audit_url(request, batch),
        }
        return self._page(request, "batch.html", batch.file_name, context)

    def progress_view(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        """The bar, asked for again and again; the whole page once the job is done."""
        batch = self._batch(request, batch_id)
        if not batch.is_busy:
            return HttpResponseClientRefresh()
        context = {"batch": batch, "progress": progress.told(batch.pk)}
        return TemplateResponse(request, "admin/catalog/imports/_progress.html", context)

    def errors_view(self, request: HttpRequest, batch_id: UUID) -> StreamingHttpResponse:
        """The rows with errors as they came, each with its line and the reasons."""
        batch = self._batch(request, batch_id)
        response = StreamingHttpResponse(
            csv_lines(_rows_with_errors(batch)), content_type="text/csv; charset=utf-8"
        )
        name = quote(f"{batch.file_name.rpartition('.')[0] or batch.file_name}-errors.csv")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return response

    def confirm_view(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        """Begins the import that the preview shows."""
        batch = self._batch(request, batch_id)
        if request.method == "POST":
            self._step(request, lambda: batches.confirm(batch.pk, user=_person(request)))
        return see_other(_page(batch))

    def revert_view(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        """Says what a revert does; posting begins it."""
        batch = self._batch(request, batch_id)
        if batch.status != Status.APPLIED:
            return see_other(_page(batch))
        if request.method == "POST":
            self._step(request, lambda: batches.ask_revert(batch.pk, user=_person(request)))
            return see_other(_page(batch))
        context = {"batch": batch, "form": forms.Form(), "cancel_url": _page(batch)}
        return self._page(request, "revert.html", gettext("Revert this import"), context)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, batch: ImportBatch) -> SafeString:
        if batch.status == Status.CHECKED and not batch.has_work:
            if batch.error_rows:
                return badge(gettext("Has errors"), "danger", "alert")
            return badge(gettext("Nothing to import"), "", "check")
        return badge(batch.get_status_display(), *_KINDS[Status(batch.status)])

    def _step(self, request: HttpRequest, act: Callable[[], ImportBatch]) -> None:
        try:
            act()
        except ImportRefused as refused:
            self.message_user(request, refused.reason, messages.ERROR)
        except NotNow:
            text = gettext("Nothing was begun: someone else was faster.")
            self.message_user(request, text, messages.ERROR)

    def _batch(self, request: HttpRequest, batch_id: UUID) -> ImportBatch:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows: QuerySet[ImportBatch] = ImportBatch.objects.select_related("confirmed_by")
        return get_object_or_404(rows, pk=batch_id)

    def _samples(self, batch: ImportBatch) -> list[list[str]]:
        try:
            return [cells for _line, cells in islice(files.lines(batch), SAMPLES)]
        except (ImportRefused, OSError):
            # The check will say what is wrong with the lines.
            return []

    def _audit_url(self, request: HttpRequest, batch: ImportBatch) -> str:
        if not request.user.has_perm("audit.view_auditlog"):
            return ""
        return f"{reverse('admin:audit_auditlog_changelist')}?q={batch.audit_id}"

    def _page(
        self,
        request: HttpRequest,
        template: str,
        title: str,
        context: dict[str, Any],
        form: forms.Form | None = None,
    ) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        status = 422 if form is not None and form.errors else 200
        return TemplateResponse(
            request, f"admin/catalog/imports/{template}", frame | context, status=status
        )


def _rows_with_errors(batch: ImportBatch) -> Iterator[list[str]]:
    yield [gettext("line"), gettext("reason"), *map(armored, batch.headers)]
    wrong = ImportRow.objects.filter(batch=batch, kind=ImportRow.Kind.ERROR).order_by("line")
    found = files.lines(batch)
    for row in wrong.iterator(chunk_size=500):
        cells = next((cells for line, cells in found if line == row.line), [])
        # What the file had disarmed already stays as it is.
        disarmed = (armored(bared(cell)) for cell in cells)
        yield [str(row.line), ShownRow.of(row).reasons, *disarmed]


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _page(batch: ImportBatch, step: str = "change") -> str:
    return reverse(f"admin:catalog_importbatch_{step}", args=[batch.pk])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
