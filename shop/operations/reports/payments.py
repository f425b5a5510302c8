"""Attempts to pay in a period: by day, by provider, and why they failed.

An attempt counts on the day it began, what went back on the day it went back, a fee on the day the
provider paid out. An attempt that is still open is neither paid nor failed. Each report is one
statement: attempts are found by their beginning (payment_begun), refunds by their end
(refund_succeeded, refund_unfinished), fees by payment_settled.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import TextChoices
from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.models import Provider
from shop.operations.reports.periods import Period


class By(TextChoices):
    """What the rows of the report are."""

    DAY = "day", _("Day")
    PROVIDER = "provider", _("Provider")
    REASON = "reason", _("Reason of failure")


@dataclass(frozen=True)
class Row:
    """A row of the report; amounts in minor units.

    ``seconds`` from the order to its money are what half of all payments took at most, as
    ``settle_seconds`` from there to the shop's account.
    """

    key: str
    name: str
    attempts: int = 0
    paid: int = 0
    failed: int = 0
    volume: int = 0
    refunded: int = 0
    seconds: int = 0
    #: What providers kept of payments that they settled in the time, and how long that took them.
    fees: int = 0
    settle_seconds: int = 0

    @property
    def success(self) -> int | None:
        """Hundredths of a percent of the finished attempts that brought money."""
        return _share(self.paid, self.paid + self.failed)

    @property
    def refund_rate(self) -> int | None:
        """Hundredths of a percent of the volume."""
        return _share(self.refunded, self.volume)


_FAILED = "(payment.authorized_at IS NULL AND payment.status IN ('FAILED', 'EXPIRED'))"
_BEGUN = """
    payment.created_at >= %(start)s AND payment.created_at < %(end)s
    AND payment.currency = %(currency)s
"""
# What went back before a later payment declined stays with the customer. Whatever ended in the time
# was also written then or later, which is how the index of the unfinished finds it.
_ENDED = """
    SELECT id, succeeded_at AS ended_at FROM payments_refund
    WHERE status = 'SUCCEEDED' AND succeeded_at >= %(start)s AND succeeded_at < %(end)s
        AND currency = %(currency)s
    UNION ALL
    SELECT id, failed_at FROM payments_refund
    WHERE status = 'FAILED' AND updated_at >= %(start)s AND failed_at >= %(start)s
        AND failed_at < %(end)s AND currency = %(currency)s
"""
_KEYS: dict[By | None, tuple[str, str, str]] = {
    None: ("''", "''", "''"),
    By.DAY: ("payment.created_at", "refund.ended_at", "payment.settled_at"),
    By.PROVIDER: ("payment.provider", "payment.provider", "payment.provider"),
}
_DAY = "({} AT TIME ZONE %(zone)s)::date::text"


def rows(by: By, period: Period) -> list[Row]:
    """The rows of the report: days in their order with none left out, else the most first."""
    found = [Row(key, _name(by, key), *figures) for key, figures in _read(by, period)]
    if by != By.DAY:
        return found
    known = {row.key: row for row in found}
    days = (str(period.first + timedelta(days=n)) for n in range(period.days))
    return [known.get(day) or Row(day, _name(by, day)) for day in days]


def total(period: Period) -> Row:
    """All of the period in one row."""
    found = _read(None, period)
    return Row("", gettext("In all"), *(found[0][1] if found else ()))


def statement(by: By | None) -> str:
    """The statement of a report: its key, then the figures of :class:`Row`.

    None: all of the period as one row.
    """
    if by == By.REASON:
        return f"""
            SELECT payment.failure_code, count(*), 0, count(*), 0, 0, 0, 0, 0
            FROM payments_payment payment WHERE {_BEGUN} AND {_FAILED}
            GROUP BY 1 ORDER BY 2 DESC, 1
        """  # noqa: S608 - all parts are written here
    begun, ended, settled = (_DAY.format(key) if by == By.DAY else key for key in _KEYS[by])
    return f"""
        SELECT key, count(*) FILTER (WHERE is_attempt), count(*) FILTER (WHERE is_paid),
            count(*) FILTER (WHERE is_failed), sum(captured), sum(returned),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), sum(fee),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY settle_seconds)
        FROM (
            SELECT {begun} AS key, true AS is_attempt,
                payment.authorized_at IS NOT NULL AS is_paid, {_FAILED} AS is_failed,
                payment.captured_amount AS captured, 0 AS returned,
                extract(epoch FROM payment.captured_at - placed.placed_at) AS seconds,
                0 AS fee, NULL::numeric AS settle_seconds
            FROM payments_payment payment
            JOIN orders_order placed ON placed.id = payment.order_id
            WHERE {_BEGUN}
            UNION ALL
            SELECT {ended}, false, false, false, 0, part.amount, NULL, 0, NULL
            FROM ({_ENDED}) refund
            JOIN payments_refundpart part
                ON part.refund_id = refund.id AND part.status = 'SUCCEEDED'
            JOIN payments_payment payment ON payment.id = part.payment_id
            UNION ALL
            SELECT {settled}, false, false, false, 0, 0, NULL, payment.fee_amount,
                extract(epoch FROM payment.settled_at - payment.captured_at)
            FROM payments_payment payment
            WHERE payment.settled_at >= %(start)s AND payment.settled_at < %(end)s
                AND payment.currency = %(currency)s
        ) told
        GROUP BY key ORDER BY 5 DESC, 1
    """  # noqa: S608 - all parts are written here


def _read(by: By | None, period: Period) -> list[tuple[str, list[int]]]:
    """Keys and their figures, in the order of :class:`Row`. One statement."""
    facts: dict[str, Any] = {
        "start": period.start,
        "end": period.end,
        "currency": settings.SHOP_CURRENCY,
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(by), facts)
        return [
            (key, [int(figure or 0) for figure in figures]) for key, *figures in cursor.fetchall()
        ]


def _share(part: int, whole: int) -> int | None:
    return part * 10_000 // whole if whole else None


def _name(by: By, key: str) -> str:
    if by == By.DAY:
        return str(formats.date_format(date.fromisoformat(key), "SHORT_DATE_FORMAT"))
    if by == By.PROVIDER:
        return str(Provider(key).label) if key in Provider.values else key
    return key.replace("_", " ").capitalize() or gettext("Not known")
