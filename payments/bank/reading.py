"""The lines of a statement: what came in, when, from whom, and what they wrote to it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from payments.bank.amounts import day, decimal_sign, is_month_first, minor_units
from payments.bank.columns import Columns
from payments.errors import StatementRefused
from shop.money import UnknownCurrency

#: Problems that are told at once.
MOST_PROBLEMS = 20
#: Lines that the bank has not booked yet: they come again once it has, perhaps as another amount.
_PENDING = {
    "vorgemerkt",
    "umsatz vorgemerkt",
    "umsatz vorgemerkt und nicht gebucht",
    "pending",
    "reverted",
    "declined",
    "failed",
}
_OUT = {"s", "d", "soll", "debit", "dbit", "out"}


@dataclass(frozen=True)
class Entry:
    """Money that came in; ``amount`` in minor units, ``position`` the line of the file."""

    position: int
    booked_on: date
    amount: int
    currency: str
    name: str
    account: str
    text: str
    fingerprint: str


@dataclass(frozen=True)
class Read:
    """What came in, and how many lines are about money that left, or is not booked yet."""

    entries: list[Entry]
    outgoing: int
    pending: int = 0


def read(rows: Sequence[Sequence[str]], columns: Columns, *, currency: str) -> Read:
    """Read all lines below the header; ``currency`` is meant where no column names one.

    Lines without an amount, such as a closing balance in words, are passed over. Raises
    :class:`StatementRefused` with all lines that cannot be read: a statement is read whole.
    """
    body = list(_body(rows, columns))
    sign = decimal_sign(_cell(cells, columns["amount"]) for _position, cells in body)
    month_first = is_month_first(_cell(cells, columns["day"]) for _position, cells in body)
    entries: list[Entry] = []
    problems: list[tuple[int, str, str]] = []
    seen = Counter[str]()
    outgoing = pending = 0
    for position, cells in body:
        if _cell(cells, columns.get("status")).casefold() in _PENDING:
            pending += 1
            continue
        of_line = _cell(cells, columns.get("currency")).upper() or currency
        try:
            amount = minor_units(_cell(cells, columns["amount"]), sign, of_line)
        except (ValueError, UnknownCurrency):
            problems.append((position, "amount", _cell(cells, columns["amount"])[:40]))
            continue
        try:
            booked_on = day(_cell(cells, columns["day"]), month_first=month_first)
        except ValueError:
            problems.append((position, "day", _cell(cells, columns["day"])[:40]))
            continue
        if amount <= 0 or _cell(cells, columns.get("direction")).casefold() in _OUT:
            outgoing += 1
            continue
        facts = (
            of_line,
            booked_on.isoformat(),
            str(amount),
            _cell(cells, columns.get("account")).replace(" ", "").upper()[:40],
            _cell(cells, columns.get("name"))[:200],
            " ".join(filter(None, (_cell(cells, at) for at in columns["text"])))[:1000],
        )
        plain = "\x1f".join(facts).casefold()
        # Twice the same in one file is two payments; the same again in another file is not.
        seen[plain] += 1
        digest = hashlib.sha256(f"{plain}\x1f{seen[plain]}".encode()).hexdigest()
        account, name, text = facts[3:]
        entries.append(Entry(position, booked_on, amount, of_line, name, account, text, digest))
    if problems:
        raise StatementRefused("lines", problems=problems[:MOST_PROBLEMS], count=len(problems))
    if not entries and not outgoing:
        raise StatementRefused("all_pending" if pending else "no_lines")
    return Read(entries, outgoing, pending)


def _body(rows: Sequence[Sequence[str]], columns: Columns) -> Iterator[tuple[int, Sequence[str]]]:
    for place, cells in enumerate(rows):
        if place > columns["header"] and _cell(cells, columns["amount"]):
            yield place + 1, cells


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""
