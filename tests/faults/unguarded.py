"""Holding stock as nobody should: read, think, write. For control runs, which have to oversell."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from uuid import UUID

from django.db import connection
from django.db.models import Q

from inventory import locked, reservations
from inventory.models import Reservation, Stock

#: How long a buyer thinks between reading and writing, in seconds.
THOUGHT = 0.5
#: Constraints that refuse what no code should ask for, by table.
GUARDS = {
    "stock_on_hand_not_negative": "inventory_stock",
    "stock_reserved_within_on_hand": "inventory_stock",
    "movement_balance_not_negative": "inventory_movement",
}


def replace_holding() -> None:
    """Let this process hold stock without locks and without looking at what is there."""
    _replace(locked, "SHELVES", _Unlocked())
    _replace(reservations, "_shift_reserved", _write)


def _replace(module: ModuleType, name: str, by: object) -> None:
    if not hasattr(module, name):
        raise AttributeError(f"{module.__name__}.{name} holds no stock any more")
    setattr(module, name, by)


class _Unlocked:
    """The shelves that are asked for as they were a thought ago."""

    def read(self, *, variants: list[UUID], first_at: UUID | None, owner: str) -> list[Stock]:
        own = Reservation.objects.filter(owner=owner, order=None, status="ACTIVE").values("stock")
        place = Q(location__can_ship=True) | Q(location=first_at)
        rows = Stock.objects.of_products().filter(place & Q(variant__in=variants) | Q(pk__in=own))
        stocks = list(rows.select_related("location").order_by("pk"))
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
    """No constraint of the shelves until the end of the block; what broke them is kept.

    They are back for new rows only: see :func:`validate_constraints`.
    """
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


def validate_constraints() -> None:
    """The constraints are as they were, once nothing is left of what broke them."""
    with connection.cursor() as cursor:
        for name, table in GUARDS.items():
            cursor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
