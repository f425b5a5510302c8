"""What the sandbox pays out: all that was taken and given back, the day after."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from payments.models import SandboxCapture, SandboxRefund
from payments.providers.listed import Settled, SettledKind

#: What it keeps of each capture: hundredths of a percent, and minor units.
FEE_RATE: Final = 150
FEE_FIXED: Final = 25
#: So long it holds the money, in days.
HOLDS_DAYS: Final = 1
VOIDED: Final = "voided"


def fee(amount: int) -> int:
    """What the sandbox keeps of ``amount``, rounded up; both in minor units."""
    return -(-amount * FEE_RATE // 10_000) + FEE_FIXED


def lines(since: datetime) -> Iterator[Settled]:
    """See :class:`~payments.providers.interface.Settling`. Two statements."""
    held = timedelta(days=HOLDS_DAYS)
    due = {"created_at__gte": since - held, "created_at__lte": timezone.now() - held}
    taken = SandboxCapture.objects.filter(**due).exclude(charge__status=VOIDED)
    for row in taken.select_related("charge").order_by("created_at", "pk"):
        yield of_capture(row, row.created_at + held)
    given = SandboxRefund.objects.filter(**due).exclude(charge__status=VOIDED)
    for back in given.select_related("charge").order_by("created_at", "pk"):
        yield _line(back, SettledKind.REFUND, -back.amount, 0, back.created_at + held)


def of_capture(row: SandboxCapture, at: datetime) -> Settled:
    """The line of a capture that is paid out ``at`` that moment."""
    return _line(row, SettledKind.CHARGE, row.amount, fee(row.amount), at)


def _line(
    row: SandboxCapture | SandboxRefund, kind: SettledKind, amount: int, fee: int, at: datetime
) -> Settled:
    return Settled(
        reference=str(row.pk),
        kind=kind,
        amount=amount,
        fee=fee,
        currency=row.charge.currency,
        at=at,
        key=row.charge.idempotency_key,
        payout=f"payout_{at:%Y%m%d}",
    )
