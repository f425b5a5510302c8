"""Trying all invariants against the database."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from audit.chain import verifying
from shop.operations.invariants import (
    coupons,
    credit,
    ledgers,
    letters,
    orders,
    payments,
    returns,
    stock,
)
from shop.operations.invariants.base import Invariant

ALL = (
    *stock.INVARIANTS,
    *orders.INVARIANTS,
    *payments.INVARIANTS,
    *coupons.INVARIANTS,
    *credit.INVARIANTS,
    *returns.INVARIANTS,
    *letters.INVARIANTS,
    *ledgers.INVARIANTS,
)
#: Rows that are named of each invariant that is broken.
MOST_NAMED = 20


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold for ``count`` rows, the first of which are ``named``."""

    invariant: Invariant
    count: int
    named: tuple[str, ...]


def violations(*, most_named: int = MOST_NAMED) -> Iterator[Violation]:
    """What does not hold, one statement for each invariant."""
    for invariant in ALL:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT what, count(*) OVER () FROM ({invariant.sql}) found"  # noqa: S608
                f" ORDER BY what LIMIT {int(most_named)}"
            )
            rows = cursor.fetchall()
        if rows:
            yield Violation(invariant, rows[0][1], tuple(what for what, _ in rows))
    broken = [str(finding) for finding in verifying.recent()]
    if broken:
        yield Violation(ledgers.CHAIN, len(broken), tuple(broken[:most_named]))
