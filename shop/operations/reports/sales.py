"""Sales of a period, by time or by what was sold, where, and with which code.

An order counts on the day it was placed, once it is paid, unless it was canceled. Net is without
tax; that of an order includes delivery, that of articles does not. Each report is one statement:
orders of the time are found by their place in time (order_newest), their lines by their order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import TextChoices
from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from shop.operations.reports.periods import Period
from shop.operations.reports.queries import SQL


class By(TextChoices):
    """What the rows of a report are."""

    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    PRODUCT = "product", _("Product")
    CATEGORY = "category", _("Category")
    COUNTRY = "country", _("Country")
    CODE = "code", _("Coupon")


#: Reports whose rows are times, in their order.
TIMES = (By.DAY, By.WEEK, By.MONTH)


@dataclass(frozen=True)
class Row:
    """A row of a report; ``net``, ``discount`` and ``gross`` in minor units.

    ``gross`` is what people paid, tax and delivery included; only reports by time have it.
    """

    key: str
    name: str
    orders: int = 0
    units: int = 0
    net: int = 0
    discount: int = 0
    gross: int = 0


def rows(by: By, period: Period) -> list[Row]:
    """The rows of the report, by time in its order with nothing left out, else the best first."""
    is_time = by in TIMES
    with connection.cursor() as cursor:
        facts: dict[str, Any] = {
            "start": period.start,
            "end": period.end,
            "currency": settings.SHOP_CURRENCY,
            "zone": settings.TIME_ZONE,
            "step": by.value,
        }
        cursor.execute(SQL["time" if is_time else by.value], facts)
        found = [
            Row(key, _name(by, key, name), *(int(figure or 0) for figure in figures))
            for key, name, *figures in cursor.fetchall()
        ]
    if not is_time:
        return found
    known = {row.key: row for row in found}
    return [known.get(key) or Row(key, _name(by, key, "")) for key in map(str, _starts(by, period))]


def sum_of(found: Iterable[Row]) -> Row:
    """All rows of a report by time as one."""
    listed = list(found)
    return Row(
        "",
        gettext("In all"),
        *(sum(getattr(row, name) for row in listed) for name in _FIGURES),
    )


_FIGURES = ("orders", "units", "net", "discount", "gross")


def _starts(by: By, period: Period) -> list[date]:
    """The first days of the days, weeks or months of the period."""
    if by == By.DAY:
        return [period.first + timedelta(days=n) for n in range(period.days)]
    if by == By.WEEK:
        monday = period.first - timedelta(days=period.first.weekday())
        return [monday + timedelta(days=n) for n in range(0, (period.last - monday).days + 1, 7)]
    found, month = [], period.first.replace(day=1)
    while month <= period.last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def _name(by: By, key: str, name: str) -> str:
    if by in TIMES:
        day = date.fromisoformat(key)
        if by == By.MONTH:
            return str(formats.date_format(day, "F Y"))
        words = formats.date_format(day, "SHORT_DATE_FORMAT")
        return gettext("Week of %(day)s") % {"day": words} if by == By.WEEK else words
    if by == By.COUNTRY:
        return str(countries.name(key)) or gettext("None")
    return name or gettext("None")
