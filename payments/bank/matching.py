"""Whose money a line is: by its reference, by the order's number, or by amount and name.

Some statements for a whole file, however many lines it has.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F
from stdnum import iso11649

from orders.models import Order
from payments.models import Awaited, BankLine

Match = BankLine.Match

_NUMBER = re.compile(r"\bORD\W{0,3}(20\d\d)\W{0,3}(\d{1,9})(?!\d)", re.IGNORECASE)
#: ISO 11649: RF, two check digits, up to 21 signs.
_SHORTEST, _LONGEST = 5, 25
#: Orders of one amount that names are compared with.
_MOST_OF_AMOUNT = 50


def match(lines: Sequence[BankLine]) -> None:
    """Give each line its likely order; saves nothing. At most five statements."""
    by_reference = _orders_by_reference(lines)
    by_number = _orders_by_number(lines)
    for line in lines:
        named = _first(by_reference, references_in(line.text))
        if named is not None and named.currency == line.currency:
            line.order, line.match = named, Match.REFERENCE
            continue
        numbered = _first(by_number, numbers_in(line.text))
        if numbered is not None and numbered.currency == line.currency:
            line.order, line.match = numbered, Match.NUMBER
    _suggest([line for line in lines if line.order is None], {line.order_id for line in lines})


def references_in(text: str) -> list[str]:
    """Every creditor reference in a text, with or without blanks in it, the longest first."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    found = []
    for begin in re.finditer(r"(?=RF\d\d)", plain):
        start = begin.start()
        for length in range(_LONGEST, _SHORTEST - 1, -1):
            candidate = plain[start : start + length]
            if len(candidate) == length and iso11649.is_valid(candidate):
                found.append(candidate)
    return found


def numbers_in(text: str) -> list[str]:
    """Every order number in a text, as orders have them."""
    return [f"ORD-{year}-{number.zfill(6)}" for year, number in _NUMBER.findall(text)]


def _first(known: Mapping[str, Order], names: Iterable[str]) -> Order | None:
    return next((known[name] for name in names if name in known), None)


def _orders_by_reference(lines: Iterable[BankLine]) -> dict[str, Order]:
    wanted = {one for line in lines for one in references_in(line.text)}
    if not wanted:
        return {}
    rows = Awaited.objects.filter(reference__in=wanted).select_related("order")
    return {row.reference: row.order for row in rows}


def _orders_by_number(lines: Iterable[BankLine]) -> dict[str, Order]:
    wanted = {one for line in lines for one in numbers_in(line.text)}
    return {row.number: row for row in Order.objects.filter(number__in=wanted)} if wanted else {}


def _suggest(lines: Sequence[BankLine], taken: set[object]) -> None:
    """By amount and name: of the orders that await just so much, the one of whoever sent it."""
    if not lines:
        return
    awaited = Awaited.objects.filter(order__status=Order.Status.PENDING)
    rows = awaited.annotate(due=F("order__total") - F("order__credit_applied")).filter(
        due__in={line.amount for line in lines}
    )
    of_amount: defaultdict[tuple[int, str], list[Order]] = defaultdict(list)
    for row in rows.select_related("order").prefetch_related("order__addresses"):
        known = of_amount[row.due, row.order.currency]
        if row.order_id not in taken and len(known) < _MOST_OF_AMOUNT:
            known.append(row.order)
    for line in lines:
        likely = [
            order
            for order in of_amount[line.amount, line.currency]
            if _names(line.name) & _names(*(row.full_name for row in order.addresses.all()))
        ]
        if len(likely) == 1:
            line.order, line.match = likely[0], Match.SUGGESTED


def _names(*texts: str) -> set[str]:
    """The words of names that tell people apart."""
    return {word for text in texts for word in re.findall(r"\w{3,}", text.casefold())}
