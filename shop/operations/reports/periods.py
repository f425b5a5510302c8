"""The time that a report is about, and the time it is compared with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: Days of a report at most: ten years.
MOST_DAYS = 3660
#: Days of a report that nobody chose the time of.
USUAL_DAYS = 30


class Against(TextChoices):
    """What a period is compared with."""

    BEFORE = "before", _("The time before")
    YEAR = "year", _("The year before")


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included, in the shop's time zone."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return _midnight(self.last + timedelta(days=1))

    def compared(self, against: str) -> "Period":
        """As many days, right before or a year (364 days: the same weekdays) ago."""
        back = timedelta(days=364 if against == Against.YEAR else self.days)
        return Period(self.first - back, self.last - back)


def period_of(first: str, last: str) -> Period:
    """The period between two dates as a form sends them; the last days where they are none."""
    today = timezone.localdate()
    end = min(_date(last) or today, today)
    start = _date(first) or end - timedelta(days=USUAL_DAYS - 1)
    if start > end:
        start, end = end, start
    return Period(max(start, end - timedelta(days=MOST_DAYS - 1)), end)


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
