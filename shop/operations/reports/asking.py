"""What the address of a report asks for, and the report as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, StreamingHttpResponse

from audit.models import AuditLog
from audit.recording import record
from shop.operations.reports.periods import Against, Period, period_of
from shop.spreadsheets import csv_lines

MAY_SEE = "orders.view_sales"

By = TypeVar("By", bound=models.TextChoices)


@dataclass(frozen=True)
class Asked(Generic[By]):
    """By what, in which time, beside which other time."""

    by: By
    period: Period
    against: Against

    @property
    def query(self) -> str:
        first, last = self.period.first.isoformat(), self.period.last.isoformat()
        return urlencode({"by": self.by, "from": first, "to": last, "against": self.against})


def asked_of(request: HttpRequest, kinds: type[By]) -> Asked[By]:
    """What the request asks for; nonsense counts as nothing said, and the first of ``kinds`` as by.

    Raises PermissionDenied for who may not see what was sold.
    """
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    by, against = request.GET.get("by", ""), request.GET.get("against", "")
    return Asked(
        kinds(by) if by in kinds.values else next(iter(kinds)),
        period_of(request.GET.get("from", ""), request.GET.get("to", "")),
        Against(against) if against in Against.values else Against.BEFORE,
    )


def file_of(
    asked: Asked[Any], name: str, lines: Iterable[list[object]], *, model: type[models.Model]
) -> StreamingHttpResponse:
    """The report as CSV; that it was taken is written down, as a look at ``model``."""
    record(AuditLog.Action.EXPORT, model, name, {}, {"query": asked.query})
    file = f"{name}-{asked.by}-{asked.period.first}-{asked.period.last}.csv"
    return StreamingHttpResponse(
        csv_lines(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
