"""Lists of what only grows: narrowed by filters, walked by keyset, never counted."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst

from audit.admin.filters import StreamFilter
from audit.models import AuditLog
from audit.recording import record, written_down
from shop.back_office import ReadOnly, StaffAdmin
from shop.pagination import keyset_page
from shop.spreadsheets import csv_lines

_SIZE = 50
#: Rows of a file; whoever needs more narrows the list.
MOST_EXPORTED = 10_000
_ORDER = ("-created_at", "-id")


class StreamAdmin(ReadOnly, StaffAdmin):
    """A table of the log. That staff looked, and took a file along, is written down."""

    #: Names of columns in the list: methods of the page.
    columns: tuple[str, ...] = ()
    #: References to people, read together with the rows.
    people: tuple[str, ...] = ()
    #: Names of columns in a file.
    exported: tuple[str, ...] = ()

    def filter_of(self, request: HttpRequest) -> StreamFilter:
        """The filters as the address has them."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Newest first, as the filters leave them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = self.filter_of(request)
        page = keyset_page(
            asked.narrowed(self.rows(request)),
            order=_ORDER,
            size=_SIZE,
            cursor=request.GET.get("cursor"),
        )
        query = request.GET.copy()
        query.pop("cursor", None)
        record(AuditLog.Action.VIEW, self.model, "", {}, {"query": written_down(query.urlencode())})
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "opts": self.opts,
            "filters": asked,
            "heads": [self._head(column) for column in self.columns],
            "rows": [
                (reverse(f"{name}_change", args=[row.pk]), self._cells(row)) for row in page.items
            ],
            "page": page,
            "query": query.urlencode(),
            "export_url": reverse(f"{name}_export"),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/audit/stream.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """What the list shows as a file, the newest ``MOST_EXPORTED`` rows of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = list(
            self.filter_of(request).narrowed(self.rows(request)).order_by(*_ORDER)[:MOST_EXPORTED]
        )
        told = {"query": written_down(request.GET.urlencode()), "rows": len(rows)}
        record(AuditLog.Action.EXPORT, self.model, "", {}, told)
        name = f"{self.opts.model_name}-{timezone.localdate():%Y-%m-%d}.csv"
        lines = csv_lines(chain([self.exported], self._exported(rows)))
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if request.method == "GET" and response.status_code == 200:
            record(AuditLog.Action.VIEW, self.model, object_id, {}, {})
        return response

    def rows(self, request: HttpRequest) -> "QuerySet[Any]":
        """All rows, with the people they name."""
        return self.get_queryset(request).select_related(*self.people)

    def _head(self, column: str) -> str:
        return capfirst(str(getattr(getattr(self, column), "short_description", column)))

    def _cells(self, row: Any) -> list[Any]:
        return [getattr(self, column)(row) for column in self.columns]

    def _exported(self, rows: list[Any]) -> Iterator[list[Any]]:
        for row in rows:
            yield [_cell(getattr(row, name)) for name in self.exported]


def _cell(value: Any) -> Any:
    """As a file holds it: values before and after as JSON, which programs read."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value
