"""Settlements as a file, of providers that are not asked for them.

A CSV in UTF-8 with these columns: ``reference`` (of the line), ``kind`` (CHARGE, REFUND, DISPUTE,
OTHER), ``payment`` (the provider's reference of it, or our key), ``amount`` and ``fee`` (as
54.90), ``currency``, ``payout`` and ``settled_at`` (ISO 8601).
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from payments.errors import PaymentsError
from payments.providers.listed import Settled, SettledKind
from shop.money import InvalidAmount, to_minor

COLUMNS: Final = (
    "reference", "kind", "payment", "amount", "fee", "currency", "payout", "settled_at",
)  # fmt: skip


class SettlementFileRefused(PaymentsError):
    """The file cannot be read; ``line`` is where, 1 for the header."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line


def read(lines: Iterable[str]) -> list[Settled]:
    """All lines of the file, or none: raises :class:`SettlementFileRefused`."""
    rows = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise SettlementFileRefused(1, f"no column {missing[0]}")
    return list(_settled(rows))


def _settled(rows: "csv.DictReader[str]") -> Iterator[Settled]:
    for place, row in enumerate(rows, start=2):
        try:
            currency = row["currency"].upper()
            yield Settled(
                reference=_filled(row["reference"]),
                kind=SettledKind(row["kind"].upper()),
                amount=to_minor(Decimal(row["amount"]), currency),
                fee=to_minor(Decimal(row["fee"] or "0"), currency),
                currency=currency,
                at=_moment(row["settled_at"]),
                key=row["payment"],
                payment=row["payment"],
                payout=row["payout"],
            )
        except (InvalidAmount, InvalidOperation, ValueError, AttributeError) as error:
            raise SettlementFileRefused(place, str(error) or "cannot be read") from error


def _filled(text: str) -> str:
    if not text:
        raise ValueError("no reference")
    return text


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(f"no time: {text}")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
