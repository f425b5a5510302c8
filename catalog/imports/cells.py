"""How values stand in cells: each kind reads text into a plain JSON value and writes it back.

Reading what was written gives the same value. Text that a spreadsheet would run as a formula is
written with an apostrophe before it (:mod:`shop.spreadsheets`), which reading takes away again.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import nh3
from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django_countries.fields import Country

from catalog.imports.errors import CellRefused
from shop import moments
from shop.money import InvalidAmount, to_major, to_minor
from shop.spreadsheets import armored, bared

#: What a cell may hold, and what is written to a file.
Cell = str | int | Decimal | None
#: Between the values of a list.
SEPARATOR = "|"
#: Beyond this a price is a slip of the keyboard, in minor units.
MAX_AMOUNT = 10**11
MAX_UNITS = 1_000_000
LONGEST_TEXT = 100_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: What a spreadsheet shows instead of a value it cannot tell.
_BROKEN = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"no", "n", "false", "0"})


class Kind(Protocol):
    """Reads and writes one kind of value."""

    def read(self, text: str) -> Any:
        """The value of a cell that is not blank. Raises :class:`CellRefused`."""

    def write(self, value: Any) -> Cell:
        """The cell for ``value``, which is never None."""


def taken(text: str) -> str:
    """What a cell of a file says. Raises :class:`CellRefused` for what is no value at all."""
    if "\0" in text:
        raise CellRefused(_("holds characters that are not text"))
    if text.strip() in _BROKEN:
        raise CellRefused(_("is %s, an error of the spreadsheet") % text.strip())
    if text.lstrip().startswith("="):
        raise CellRefused(_("is a formula: give its value, or text after an apostrophe"))
    return bared(text)


def plain(value: Any) -> Any:
    """A model's value as JSON holds it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Country):
        return value.code or ""
    return value


@dataclass(frozen=True)
class Words:
    """Text of at most ``longest`` characters; ``is_prose`` may have lines and loses its markup."""

    longest: int
    is_prose: bool = False

    def read(self, text: str) -> str:
        if _CONTROL.search(text):
            raise CellRefused(_("holds characters that are not text"))
        clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if self.is_prose and "<" in clean:
            clean = html.unescape(nh3.clean(clean, tags=set())).strip()
        if not self.is_prose:
            clean = " ".join(clean.split())
        if len(clean) > self.longest:
            raise CellRefused(_("is longer than %d characters") % self.longest)
        return clean

    def write(self, value: str) -> str:
        return armored(_CONTROL.sub("", value))


@dataclass(frozen=True)
class Pattern:
    """Text of a fixed form, such as an address or a code."""

    pattern: str
    longest: int
    expected: Callable[[], str]

    def read(self, text: str) -> str:
        clean = text.strip()
        if len(clean) > self.longest or not re.fullmatch(self.pattern, clean, re.ASCII):
            raise CellRefused(self.expected())
        return clean

    def write(self, value: str) -> str:
        return armored(value)


@dataclass(frozen=True)
class Amount:
    """Money in minor units; the cell has major units of the shop's currency, as 49.90."""

    def read(self, text: str) -> int:
        clean = text.strip().replace("\N{NO-BREAK SPACE}", "")
        if not re.fullmatch(r"[-+]?[0-9]{1,30}(?:[.,][0-9]{1,30})?", clean, re.ASCII):
            raise CellRefused(_("is not an amount such as 49.90"))
        if len(re.split("[.,]", clean.lstrip("+-0"))[0]) > 12:
            raise CellRefused(_("is too large"))
        try:
            return _bounded(to_minor(Decimal(clean.replace(",", ".")), settings.SHOP_CURRENCY))
        except InvalidAmount as error:
            raise CellRefused(_("is no amount of %s") % settings.SHOP_CURRENCY) from error

    def write(self, value: int) -> Decimal:
        return to_major(value, settings.SHOP_CURRENCY)


@dataclass(frozen=True)
class MinorAmount:
    """Money in minor units, written as such: 4990."""

    def read(self, text: str) -> int:
        if not re.fullmatch(r"[-+]?[0-9]{1,30}", text.strip(), re.ASCII):
            raise CellRefused(_("is not a whole number of minor units, such as 4990"))
        return _bounded(int(text))

    def write(self, value: int) -> int:
        return value


@dataclass(frozen=True)
class Whole:
    """A number from 0 to ``most``."""

    most: int

    def read(self, text: str) -> int:
        clean = text.strip()
        if not re.fullmatch(r"[0-9]{1,12}(?:\.0+)?", clean, re.ASCII):
            raise CellRefused(_("is not a whole number from 0 to %d") % self.most)
        number = int(clean.partition(".")[0])
        if number > self.most:
            raise CellRefused(_("is not a whole number from 0 to %d") % self.most)
        return number

    def write(self, value: int) -> int:
        return value


@dataclass(frozen=True)
class YesNo:
    """True or false, in words."""

    def read(self, text: str) -> bool:
        word = text.strip().lower()
        if word not in _YES | _NO:
            raise CellRefused(_("is neither yes nor no"))
        return word in _YES

    def write(self, value: bool) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True)
class OneOf:
    """A word of a TextChoices, or its label."""

    choices: type[TextChoices]

    def read(self, text: str) -> str:
        word = text.strip().casefold()
        for choice in self.choices:
            if word in (choice.value.casefold(), str(choice.label).casefold()):
                return str(choice.value)
        known = ", ".join(self.choices.values)
        raise CellRefused(_("is none of %s") % known)

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class ListOf:
    """Several values with a bar between them, each once, in their order or, ``is_set``, sorted."""

    each: Kind
    most: int = 100
    is_set: bool = False

    def read(self, text: str) -> list[Any]:
        parts = [self.each.read(part) for part in text.split(SEPARATOR) if part.strip()]
        if len(parts) > self.most:
            raise CellRefused(_("holds more than %d values") % self.most)
        return sorted(set(parts)) if self.is_set else list(dict.fromkeys(parts))

    def write(self, value: list[str]) -> str:
        return armored(SEPARATOR.join(value))


@dataclass(frozen=True)
class Moment:
    """A time in ISO form; without a zone it is the shop's."""

    def read(self, text: str) -> str:
        clean = text.strip()
        try:
            moment = parse_datetime(clean)
            day = parse_date(clean) if moment is None else None
            if moment is None and day is not None:
                moment = datetime(day.year, day.month, day.day)
            if moment is not None and timezone.is_naive(moment):
                moment = timezone.make_aware(moment)
            universal = moment.astimezone(UTC) if moment is not None else None
        except (ValueError, OverflowError):
            universal = None
        if universal is None or not moments.can_hold(universal):
            raise CellRefused(_("is not a time such as 2026-03-01 08:00"))
        return universal.isoformat()

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Fibers:
    """Composition as ``part:fiber:percent``, such as ``shell:cotton:98|shell:elastane:2``."""

    def read(self, text: str) -> list[dict[str, Any]]:
        fibers, sums = [], dict[str, int]()
        for entry in text.split(SEPARATOR):
            part, _colon, rest = (piece.strip() for piece in entry.partition(":"))
            fiber, _colon, percent = (piece.strip() for piece in rest.partition(":"))
            if not (
                part and fiber and percent.isascii() and percent.isdigit() and len(percent) < 4
            ):
                raise CellRefused(_("is not like shell:cotton:98|shell:elastane:2"))
            fibers.append({"part": part[:50], "fiber": fiber[:50], "percent": int(percent)})
            sums[part] = sums.get(part, 0) + int(percent)
        if any(total != 100 for total in sums.values()) or any(not f["percent"] for f in fibers):
            raise CellRefused(_("does not add up to 100 percent for each part"))
        return fibers

    def write(self, value: list[dict[str, Any]]) -> str:
        rows = (f"{row.get('part', '')}:{row.get('fiber', '')}:{row['percent']}" for row in value)
        return armored(SEPARATOR.join(rows))


def _bounded(amount: int) -> int:
    if amount < 0:
        raise CellRefused(_("is negative"))
    if amount > MAX_AMOUNT:
        raise CellRefused(_("is too large"))
    return amount
