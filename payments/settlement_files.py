"""Settlements as a file, of providers that are not asked for them.

A CSV in UTF-8 with these columns: ``reference`` (of the line), ``kind`` (CHARGE, REFUND, DISPUTE,
OTHER), ``payment`` (the provider's reference of it, or our key), ``amount`` and ``fee`` (as
54.90), ``currency``, ``payout`` and ``settled_at`` (ISO 8601).
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
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
#: Characters of a field.
_LONGEST: Final = 200


class SettlementFileRefused(PaymentsError):
    """The file cannot be read; ``line`` is where, 1 for the header."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line


def read(lines: Iterable[str]) -> list[Settled]:
    """All lines of the file, or none: raises :class:`SettlementFileRefused`."""
    rows = csv.DictReader(lines)
    try:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise SettlementFileRefused(1, f"no column {missing[0]}")
        return list(_settled(rows))
    except csv.Error as error:
        raise SettlementFileRefused(rows.line_num + 1, str(error)) from error


def _settled(rows: "csv.DictReader[str]") -> Iterator[Settled]:
    for place, row in enumerate(rows, start=2):
        try:
            _check(row)
            currency = row["currency"].upper()
            yield Settled(
                reference=row["reference"],
                kind=SettledKind(row["kind"].upper()),
                amount=to_minor(Decimal(row["amount"]), currency),
                fee=to_minor(Decimal(row["fee"] or "0"), currency),
                currency=currency,
                at=_moment(row["settled_at"]),
                key=row["payment"],
                payment=row["payment"],
                payout=row["payout"],
            )
        except (InvalidAmount, InvalidOperation, ValueError) as error:
            raise SettlementFileRefused(place, str(error) or "cannot be read") from error


def _check(row: Mapping[str, str | None]) -> None:
    """Refuse a line that is cut off, without a reference, or with what nobody can keep."""
    if not row["reference"]:
        raise ValueError("no reference")
    for name in COLUMNS:
        text = row[name]
        if text is None:
            raise ValueError(f"no {name}")
        if len(text) > _LONGEST or "\0" in text:
            raise ValueError(f"{name} is no word of at most {_LONGEST} characters")


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(f"no time: {text}")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
