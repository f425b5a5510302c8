"""A list of the back office as a file: the rows that search and filters leave, column by column."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import unescape
from io import StringIO
from typing import Any, Final

from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from audit.models import AuditLog
from audit.recording import record, written_down
from shop.operations.staff.lists import admin_of, query_of
from shop.redirects import see_other
from shop.spreadsheets import armored

#: Rows of a file; whoever needs more narrows the list.
MOST: Final = 10_000
_CHUNK = 500
#: Columns that lead somewhere and say nothing.
_NO_DATA = frozenset({"action_checkbox", "thumb", "adjust_link"})


def is_offered(page: ModelAdmin) -> bool:
    """Whether a list may leave as a file: none with a way of its own, none with personal data.

    But a list of addresses to write to is there to leave.
    """
    has_people = getattr(page, "records_views", True) and getattr(page, "lists_people", True)
    is_for_mailing = getattr(page, "is_for_mailing", False)
    return (not has_people or is_for_mailing) and page.opts.label_lower not in ("catalog.product",)


def export_list(request: HttpRequest, site: AdminSite, entity: str) -> HttpResponseBase:
    """The rows of the list at the address's search and filters as CSV; written down in the log."""
    page = admin_of(site, entity)
    if not is_offered(page):
        raise Http404
    if not page.has_view_or_change_permission(request):
        raise PermissionDenied
    listed = reverse(f"{site.name}:{entity.replace('.', '_')}_changelist")
    try:
        shown = page.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return see_other(listed)
    query = query_of(request.GET)
    if shown.result_count > MOST:
        text = gettext("A file holds up to %d rows. Narrow the list first.")
        messages.error(request, text % MOST)
        return see_other(f"{listed}?{query}")
    record(AuditLog.Action.EXPORT, page.model, "", {}, {"query": written_down(query)})
    name = f"{page.opts.model_name}-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        _lines(page, shown.list_display, shown.queryset),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(page: ModelAdmin, display: Iterable[Any], rows: "models.QuerySet[Any]") -> Iterator[str]:
    names = [name for name in display if name not in _NO_DATA]
    labels = (label_for_field(name, page.model, page) for name in names)
    yield _line(capfirst(str(label)) for label in labels)
    for row in rows.iterator(chunk_size=_CHUNK):
        yield _line(_cell(name, row, page) for name in names)


def _cell(name: Any, row: models.Model, page: ModelAdmin) -> str | int:
    try:
        field, _attribute, value = lookup_field(name, row, page)
    except ObjectDoesNotExist:
        return ""
    if isinstance(field, models.ForeignKey):
        value = getattr(row, field.name)
    elif isinstance(field, models.Field) and field.flatchoices:
        value = dict(field.flatchoices).get(value, value)
    match value:
        case None:
            return ""
        case bool():
            return gettext("yes") if value else gettext("no")
        case int():
            # A number below zero is no formula.
            return value
        case datetime():
            return timezone.localtime(value).isoformat(timespec="minutes")
        case SafeString():
            return unescape(strip_tags(value)).strip()
        case _:
            return str(value)


def _line(cells: Iterable[str | int]) -> str:
    line = StringIO()
    csv.writer(line).writerow(armored(cell) if isinstance(cell, str) else cell for cell in cells)
    return line.getvalue()
