"""Holding stock as nobody should: read, think, write. For control runs, which have to oversell."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from django.db import connection
from django.db.models import Q

from inventory import reservations
from inventory.models import Stock

#: How long a buyer thinks between reading and writing, in seconds.
THOUGHT = 0.05
#: Constraints that refuse what no code should ask for, by table.
GUARDS = {
    "stock_on_hand_not_negative": "inventory_stock",
    "stock_reserved_within_on_hand": "inventory_stock",
    "movement_balance_not_negative": "inventory_movement",
}


def replace_holding() -> None:
    """Let this process hold stock without locks and without looking at what is there."""
    reservations._locked_stocks = _read
    reservations._shift_reserved = _write


def _read(which: Q) -> list[Stock]:
    rows = Stock.objects.of_products().filter(which).select_related("location")
    stocks = list(rows.order_by("pk"))
    time.sleep(THOUGHT)
    return stocks


def _write(stocks: list[Stock], change: Mapping[UUID, int], **_when: bool) -> None:
    with connection.cursor() as cursor:
        for stock in stocks:
            cursor.execute(
                "UPDATE inventory_stock SET reserved = reserved + %s WHERE id = %s",
                [change.get(stock.pk, 0), stock.pk],
            )


@contextmanager
def constraints_dropped() -> Iterator[None]:
    """No constraint of the shelves until the end of the block; what broke them is kept."""
    with connection.cursor() as cursor:
        kept = {}
        for name, table in GUARDS.items():
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
            )
            [kept[name]] = cursor.fetchone()
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, table in GUARDS.items():
                body = kept[name].removesuffix(" NOT VALID")
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {body} NOT VALID")
