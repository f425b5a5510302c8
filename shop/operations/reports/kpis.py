"""What the start page of the back office says of the last days, and of those before."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext

from orders.carts import cart_metrics
from orders.models import CartMetric
from payments.models import Refund
from shop.money import format_money
from shop.operations.reports.charts import sparkline
from shop.operations.reports.periods import Period
from shop.operations.reports.sales import By, Row, rows, sum_of

#: Days that can be chosen.
SPANS = (7, 30, 90)


@dataclass(frozen=True)
class Figure:
    """A number in words, how it changed, and its course as the path of an SVG."""

    label: str
    value: str
    change: str
    direction: str
    line: str


def figures(days: int) -> list[Figure]:
    """Net sales, orders, average order, conversion and refunds of ``days``. Five statements."""
    today = timezone.localdate()
    now = Period(today - timedelta(days=days - 1), today)
    before = now.compared("before")
    course, past = rows(By.DAY, now), rows(By.DAY, before)
    new, old = sum_of(course), sum_of(past)
    carts = _carts(before.first, today)
    refunds = _refunds(before, now)
    currency = settings.SHOP_CURRENCY
    conversion = [_conversion(carts, period) for period in (now, before)]
    # What goes back has its tax in it, so it is a share of what was paid.
    returned = [
        _share(
            sum(units for day, units in refunds.items() if period.first <= day <= period.last),
            row.gross,
        )
        for period, row in ((now, new), (before, old))
    ]
    return [
        _figure(
            gettext("Net sales"),
            format_money(new.net, currency),
            new.net,
            old.net,
            [row.net for row in course],
        ),
        _figure(
            gettext("Orders"),
            str(new.orders),
            new.orders,
            old.orders,
            [row.orders for row in course],
        ),
        _figure(
            gettext("Average order"),
            format_money(_average(new), currency),
            _average(new),
            _average(old),
            [_average(row) for row in course],
        ),
        _figure(
            gettext("Conversion"),
            _percent(conversion[0]),
            conversion[0],
            conversion[1],
            [_conversion(carts, Period(row_day, row_day)) for row_day in _days(now)],
        ),
        _figure(
            gettext("Given back"),
            _percent(returned[0]),
            returned[0],
            returned[1],
            [refunds[row_day] for row_day in _days(now)],
        ),
    ]


def _figure(label: str, value: str, new: int, old: int, course: list[int]) -> Figure:
    change, direction = change_of(new, old)
    return Figure(label, value, change, direction, sparkline(course))


def change_of(new: int, old: int) -> tuple[str, str]:
    """The change in words, and "up", "down" or "same"."""
    if not old:
        return (gettext("nothing before"), "same") if new else (gettext("unchanged"), "same")
    percent = round((new - old) * 100 / old)
    if not percent:
        return gettext("unchanged"), "same"
    words = gettext("%(percent)d %% more") if percent > 0 else gettext("%(percent)d %% less")
    return words % {"percent": abs(percent)}, "up" if percent > 0 else "down"


def _average(row: Row) -> int:
    return row.net // row.orders if row.orders else 0


def _share(part: int, whole: int) -> int:
    """Hundredths of a percent."""
    return part * 10_000 // whole if whole else 0


def _percent(basis_points: int) -> str:
    return gettext("%(percent).1f %%") % {"percent": basis_points / 100}


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=n) for n in range(period.days)]


def _carts(first: date, today: date) -> dict[date, CartMetric]:
    """The days of carts that the nights have counted, and today. Two queries."""
    counted = CartMetric.objects.filter(day__gte=first, day__lt=today)
    return {
        row.day: row for row in [*counted, *cart_metrics.count(today, today + timedelta(days=1))]
    }


def _conversion(carts: dict[date, CartMetric], period: Period) -> int:
    """Hundredths of a percent of the carts begun then that were ordered."""
    listed = [carts[day] for day in _days(period) if day in carts]
    return _share(sum(row.ordered_carts for row in listed), sum(row.carts for row in listed))


def _refunds(before: Period, now: Period) -> Counter[date]:
    """What went back by day, of refunds that failed the parts before. In minor units; one query."""
    start, end, statuses = before.start, now.end, Refund.Status
    whole = Q(status=statuses.SUCCEEDED, succeeded_at__gte=start, succeeded_at__lt=end)
    in_part = Q(
        status=statuses.FAILED, updated_at__gte=start, failed_at__gte=start, failed_at__lt=end
    )
    done = Refund.objects.filter(
        whole | in_part, currency=settings.SHOP_CURRENCY, parts__status=statuses.SUCCEEDED
    )
    day = TruncDate(Coalesce("succeeded_at", "failed_at"))
    listed = done.order_by().values_list(day).annotate(sum=Sum("parts__amount"))
    return Counter(dict(listed))
