"""The report of payments in the back office: figures, a chart, the table of it, and a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext

from payments.models import Payment
from shop.money import format_money, to_major
from shop.operations.reports.asking import Asked, asked_of, file_of
from shop.operations.reports.charts import Chart, across, columns
from shop.operations.reports.kpis import Figure, change_of
from shop.operations.reports.payments import By, Row, rows, total
from shop.operations.reports.periods import Against

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Shown:
    """A row of the table, in words."""

    row: Row
    volume: str
    success: str
    refunded: str
    refund_rate: str
    time: str
    fees: str
    settled: str


def payments_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """How paying went in a time, beside another time. Four statements of reports."""
    asked = asked_of(request, By)
    past_period = asked.period.compared(asked.against)
    found, past = rows(asked.by, asked.period), rows(asked.by, past_period)
    new, old = total(asked.period), total(past_period)
    context = {
        **site.each_context(request),
        "title": gettext("Payments report"),
        "asked": asked,
        "kinds": By.choices,
        "againsts": Against.choices,
        "is_time": asked.by == By.DAY,
        "is_reason": asked.by == By.REASON,
        "kind": asked.by.label,
        "rows": [_shown(row) for row in found],
        "total": _shown(new),
        "before": format_money(old.volume, settings.SHOP_CURRENCY),
        "figures": _figures(new, old),
        "chart": _chart(asked, found, past),
    }
    return TemplateResponse(request, "admin/reports/payments.html", context)


def payments_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All rows of the report as a file; that it was taken is written down."""
    asked = asked_of(request, By)
    return file_of(asked, "payments", _lines(asked), model=Payment)


def _figures(new: Row, old: Row) -> list[Figure]:
    """The time in seven numbers, each with its change."""
    now = _shown(new)
    return [
        _figure(gettext("Taken"), now.volume, new.volume, old.volume),
        _figure(gettext("Paid attempts"), str(new.paid), new.paid, old.paid),
        _figure(gettext("Success rate"), now.success, new.success or 0, old.success or 0),
        _figure(gettext("Given back"), now.refund_rate, new.refund_rate or 0, old.refund_rate or 0),
        _figure(gettext("From order to money"), now.time, new.seconds, old.seconds),
        _figure(gettext("Fees"), now.fees, new.fees, old.fees),
        _figure(
            gettext("From there to our account"),
            now.settled,
            new.settle_seconds,
            old.settle_seconds,
        ),
    ]


def _figure(label: str, value: str, new: int, old: int) -> Figure:
    change, direction = change_of(new, old)
    return Figure(label, value, change, direction, "")


def _shown(row: Row) -> Shown:
    currency = settings.SHOP_CURRENCY
    return Shown(
        row=row,
        volume=format_money(row.volume, currency),
        success=_percent(row.success),
        refunded=format_money(row.refunded, currency),
        refund_rate=_percent(row.refund_rate),
        time=_time(row.seconds) if row.paid else "–",
        fees=format_money(row.fees, currency),
        settled=_time(row.settle_seconds) if row.settle_seconds else "–",
    )


def _percent(basis_points: int | None) -> str:
    if basis_points is None:
        return "–"
    return gettext("%(percent).1f %%") % {"percent": basis_points / 100}


def _time(seconds: int) -> str:
    """A time as people say it, in its largest unit."""
    if seconds >= 2 * _DAY:
        days = round(seconds / _DAY)
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if seconds >= 2 * _HOUR:
        hours = round(seconds / _HOUR)
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    if seconds >= 2 * _MINUTE:
        minutes = round(seconds / _MINUTE)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


def _chart(asked: Asked[By], found: Sequence[Row], past: Sequence[Row]) -> Chart:
    currency = settings.SHOP_CURRENCY
    if asked.by == By.REASON:
        values = [row.failed for row in found]
        return across(values, [row.name for row in found], [str(value) for value in values])
    values = [row.volume for row in found]
    amounts = [format_money(value, currency) for value in values]
    if asked.by == By.DAY:
        words = [f"{row.name}: {said}" for row, said in zip(found, amounts, strict=True)]
        return columns(values, [row.volume for row in past], words)
    return across(values, [row.name for row in found], amounts)


def _lines(asked: Asked[By]) -> Iterator[list[object]]:
    currency = settings.SHOP_CURRENCY
    yield [
        str(asked.by.label),
        gettext("Attempts"),
        gettext("Paid"),
        gettext("Failed"),
        gettext("Taken"),
        gettext("Given back"),
        gettext("Seconds from order to money, half of all at most"),
        gettext("Fees"),
        gettext("Seconds from there to our account, half of all at most"),
        gettext("Currency"),
    ]
    for row in rows(asked.by, asked.period):
        yield [
            row.name,
            row.attempts,
            row.paid,
            row.failed,
            to_major(row.volume, currency),
            to_major(row.refunded, currency),
            row.seconds,
            to_major(row.fees, currency),
            row.settle_seconds,
            currency,
        ]
