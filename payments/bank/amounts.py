"""Amounts and days as banks write them: 1.234,56 or 1,234.56, 02.03.2026 or 03/02/2026."""

import re
from collections.abc import Iterable
from datetime import date

from shop.money import decimals_of

#: Larger than any transfer, in digits before the point.
_MOST_DIGITS = 12
_NUMBER = re.compile(r"[0-9][0-9.,'’ ]*")
_SIGNS = {"+": 1, "-": -1, "−": -1}
_DAY = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T].*)?")


def decimal_sign(cells: Iterable[str]) -> str:
    """What stands before the cents in all the cells of a column: a point or a comma.

    A cell alone may not tell: 1.234 is one thing in Berlin and another in Dublin.
    """
    votes = {".": 0, ",": 0}
    for cell in cells:
        found = re.search(r"([.,])(\d+)\D*$", cell)
        other = {".": ",", ",": "."}.get(found[1], "") if found else ""
        if found and (len(found[2]) != 3 or (other and other in cell[: found.start()])):
            votes[found[1]] += 1
    return "," if votes[","] >= votes["."] else "."


def minor_units(cell: str, sign: str, currency: str) -> int:
    """The amount of a cell in minor units of ``currency``; ``sign`` stands before its cents.

    Raises ValueError for what is none, such as a formula.
    """
    text = re.sub(r"(?i)[\s\xa0]|€|\$|£|[A-Z]{3}$|^[A-Z]{3}", "", cell)
    factor = 1
    if text and text[0] in _SIGNS:
        factor, text = _SIGNS[text[0]], text[1:]
    elif text and text[-1] in _SIGNS:
        factor, text = _SIGNS[text[-1]], text[:-1]
    elif text.startswith("(") and text.endswith(")"):
        factor, text = -1, text[1:-1]
    if not text.isascii() and not re.fullmatch(r"[0-9.,’]+", text):
        raise ValueError(cell)
    if not _NUMBER.fullmatch(text):
        raise ValueError(cell)
    whole, point, cents = text.partition(sign)
    group = "." if sign == "," else ","
    if not _is_grouped(whole, group) or not re.fullmatch(r"[0-9]*", cents):
        raise ValueError(cell)
    digits, decimals = re.sub(r"\D", "", whole), decimals_of(currency)
    if len(digits) > _MOST_DIGITS or len(cents.rstrip("0")) > decimals or (point and not cents):
        raise ValueError(cell)
    return factor * int(digits + cents[:decimals].ljust(decimals, "0"))


def _is_grouped(whole: str, group: str) -> bool:
    """Whether thousands are set apart as people do, if at all."""
    parts = re.split(f"[{re.escape(group)}'’]", whole)
    first, *rest = parts
    return (
        all(part.isdigit() for part in parts)
        and all(len(part) == 3 for part in rest)
        and (not rest or len(first) <= 3)
    )


def is_month_first(cells: Iterable[str]) -> bool:
    """Whether the days of a column name the month first, as in the United States."""
    for cell in cells:
        found = _DAY.fullmatch(cell)
        if found and "/" in cell and len(found[1]) <= 2:
            if int(found[1]) > 12:
                return False
            if int(found[2]) > 12:
                return True
    return False


def day(cell: str, *, month_first: bool) -> date:
    """The day that a cell says. Raises ValueError."""
    found = _DAY.fullmatch(cell)
    if found is None:
        raise ValueError(cell)
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        return date(first, second, third)
    year = third + 2000 if len(found[3]) <= 2 else third
    return date(year, first, second) if month_first else date(year, second, first)
