"""What the start page draws: sales by day, what sold best, and how long the stock lasts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from inventory import snapshots
from shop import cache
from shop.money import format_money
from shop.operations.reports.charts import Chart, columns, stacked
from shop.operations.reports.periods import Period
from shop.operations.reports.sales import By, Row, rows

#: Bars of a chart; the report has all.
MOST = 8
#: The stock of a day is counted once in this time, in seconds.
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Panel:
    """A chart with the same as a table; ``more`` and ``file`` are addresses, or "" without."""

    name: str
    title: str
    chart: Chart
    is_time: bool
    head: tuple[str, str]
    table: list[tuple[str, str]]
    more: str
    file: str


def panels(days: int, may: Callable[[str], bool]) -> list[Panel]:
    """The charts of the last ``days``, as far as the person may see them. Four statements or six.

    Those of a period without sales are left out.
    """
    today = timezone.localdate()
    period = Period(today - timedelta(days=days - 1), today)
    found = []
    if may("orders.view_sales"):
        found += [_by_day(period), _best(By.PRODUCT, period), _best(By.CATEGORY, period)]
    if may("inventory.view_stocksnapshot"):
        found.append(_cover())
    return [panel for panel in found if panel is not None]


def _by_day(period: Period) -> Panel | None:
    course, past = rows(By.DAY, period), rows(By.DAY, period.compared("before"))
    if not any(row.orders for row in course):
        return None
    table = _table(course)
    words = [f"{name}: {amount}" for name, amount in table]
    chart = columns([row.net for row in course], [row.net for row in past], words)
    return _panel(By.DAY, gettext("Net sales by day"), chart, table, period)


def _best(by: By, period: Period) -> Panel | None:
    best = rows(by, period)[:MOST]
    if not best:
        return None
    titles = {By.PRODUCT: gettext("Top products"), By.CATEGORY: gettext("Sales by category")}
    table = _table(best)
    names, amounts = [row.name for row in best], [amount for _name, amount in table]
    chart = stacked([row.net for row in best], names, amounts)
    return _panel(by, titles[by], chart, table, period)


def _panel(by: By, title: str, chart: Chart, table: list[tuple[str, str]], period: Period) -> Panel:
    first, last = period.first.isoformat(), period.last.isoformat()
    query = urlencode({"by": by.value, "from": first, "to": last})
    return Panel(
        name=by.value,
        title=title,
        chart=chart,
        is_time=by == By.DAY,
        head=(str(by.label), gettext("Net sales")),
        table=table,
        more=f"{reverse('admin:sales')}?{query}",
        file=f"{reverse('admin:sales_csv')}?{query}",
    )


def _table(found: Sequence[Row]) -> list[tuple[str, str]]:
    return [(row.name, format_money(row.net, settings.SHOP_CURRENCY)) for row in found]


def _cover() -> Panel | None:
    day = snapshots.latest_day()
    shelves = _counted(day) if day else []
    if not any(shelves):
        return None
    ends = snapshots.COVER_DAYS
    names = [gettext("Up to %(days)d days") % {"days": end} for end in ends]
    names += [
        gettext("Longer than %(days)d days") % {"days": ends[-1]},
        gettext("Nothing sold in 90 days"),
    ]
    table = [(name, str(count)) for name, count in zip(names, shelves, strict=True)]
    return Panel(
        name="cover",
        title=gettext("How long the stock lasts"),
        chart=stacked(shelves, names, [count for _name, count in table]),
        is_time=False,
        head=(gettext("The stock lasts"), gettext("Shelves")),
        table=table,
        more=reverse("admin:inventory_stocksnapshot_changelist"),
        file="",
    )


def _counted(day: date) -> Any:
    return cache.read_through(
        "stock-cover", day.isoformat(), lambda: snapshots.covers(day), seconds=KEPT_SECONDS
    )
