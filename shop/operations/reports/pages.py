"""The report of sales in the back office: a chart, the table of it, and a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from orders.models import Order
from shop.money import format_money, to_major
from shop.operations.reports.asking import MAY_SEE, Asked, asked_of, file_of
from shop.operations.reports.charts import Chart, across, columns
from shop.operations.reports.home import panels
from shop.operations.reports.kpis import SPANS, change_of, figures
from shop.operations.reports.periods import Against
from shop.operations.reports.sales import TIMES, By, Row, rows, sum_of

#: Rows of a page of the table.
ROWS = 100


@dataclass(frozen=True)
class Compared:
    """A row of the table, in words."""

    row: Row
    net: str
    discount: str
    average: str
    before: str
    change: str
    direction: str


def sales_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """What was sold in a time, beside another time. Two statements of reports."""
    asked = asked_of(request, By)
    found, past = _read(asked)
    compared = [_compared(row, before) for row, before in _paired(asked, found, past)]
    page = Paginator(compared, ROWS).get_page(request.GET.get("page"))
    context = {
        **site.each_context(request),
        "title": gettext("Sales"),
        "asked": asked,
        "kinds": By.choices,
        "againsts": Against.choices,
        "is_time": asked.by in TIMES,
        "page": page,
        "total": _compared(sum_of(found), sum_of(past)) if asked.by in TIMES else None,
        "chart": _chart(asked, found, past),
        "kind": asked.by.label,
    }
    return TemplateResponse(request, "admin/reports/sales.html", context)


def sales_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All rows of the report as a file; that it was taken is written down."""
    asked = asked_of(request, By)
    return file_of(asked, "sales", _lines(asked), model=Order)


def _read(asked: Asked[By]) -> tuple[list[Row], list[Row]]:
    return rows(asked.by, asked.period), rows(asked.by, asked.period.compared(asked.against))


def _paired(
    asked: Asked[By], found: Sequence[Row], past: Sequence[Row]
) -> Iterator[tuple[Row, Row | None]]:
    """Each row with the one that it is compared with: in turn by time, else of the same key."""
    if asked.by in TIMES:
        for place, row in enumerate(found):
            yield row, past[place] if place < len(past) else None
        return
    known = {row.key: row for row in past}
    for row in found:
        yield row, known.get(row.key)


def _compared(row: Row, before: Row | None) -> Compared:
    currency = settings.SHOP_CURRENCY
    change, direction = change_of(row.net, before.net if before else 0)
    return Compared(
        row=row,
        net=format_money(row.net, currency),
        discount=format_money(row.discount, currency),
        average=format_money(row.net // row.orders, currency) if row.orders else "–",
        before=format_money(before.net if before else 0, currency),
        change=change,
        direction=direction,
    )


def _chart(asked: Asked[By], found: Sequence[Row], past: Sequence[Row]) -> Chart:
    words = [f"{row.name}: {format_money(row.net, settings.SHOP_CURRENCY)}" for row in found]
    values = [row.net for row in found]
    if asked.by in TIMES:
        return columns(values, [row.net for row in past], words)
    amounts = [format_money(row.net, settings.SHOP_CURRENCY) for row in found]
    return across(values, [row.name for row in found], amounts)


def _lines(asked: Asked[By]) -> Iterator[list[object]]:
    currency = settings.SHOP_CURRENCY
    yield [
        str(asked.by.label),
        gettext("Orders"),
        gettext("Units"),
        gettext("Net sales"),
        gettext("Discounts"),
        gettext("Net sales before"),
        gettext("Currency"),
    ]
    found, past = _read(asked)
    for row, before in _paired(asked, found, past):
        yield [
            row.name,
            row.orders,
            row.units,
            to_major(row.net, currency),
            to_major(row.discount, currency),
            to_major(before.net if before else 0, currency),
            currency,
        ]


def home_context(request: HttpRequest) -> dict[str, Any]:
    """The figures and charts of the start page, for who may see them."""
    from_page = request.GET.get("days", "")
    days = int(from_page) if from_page in map(str, SPANS) else SPANS[1]
    return {
        "figures": figures(days) if request.user.has_perm(MAY_SEE) else [],
        "panels": panels(days, request.user.has_perm),
        "days": days,
        "spans": SPANS,
    }
