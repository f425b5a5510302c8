"""Keys of generated rows: time-ordered like all others, but told by seed and number alone."""

from datetime import datetime
from uuid import UUID

from django.db import models

from shop.operations.load.copying import Table

#: Rows of load data are as if made at the turn of the century, in milliseconds since 1970: no
#: other row of this shop is that old, so their keys are a range of their own.
EPOCH_MS = 946_684_800_000
#: Products, orders and members that one seed can make; a number of each shares a millisecond.
MOST_NUMBERS = 1_000_000_000
MOST_SEEDS = 100
#: Rows of one table that belong to one number at most.
ROOM = 4096


def own_ms(seed: int, number: int) -> int:
    """The millisecond of the keys of a product, an order or a member, and of their rows."""
    return EPOCH_MS + seed * MOST_NUMBERS + number


def key(ms: int, table: int, number: int) -> str:
    """A UUIDv7 in hexadecimal: a time in milliseconds, a table and a number within both."""
    return f"{ms:012x}7{table:03x}{0x8000_0000_0000_0000 | number:016x}"


def own_key(table: Table, seed: int, number: int, place: int = 0) -> str:
    """The key of a row that belongs to a product, an order or a member."""
    return key(own_ms(seed, number), table.number, place)


def timed_key(table: Table, at: datetime, seed: int, number: int, place: int) -> str:
    """The key of a row that is ordered by its time among those of other numbers."""
    within = (seed * MOST_NUMBERS + number) * ROOM + place
    return key(int(at.timestamp() * 1000), table.number, within)


def first_key(seed: int, number: int = 0) -> UUID:
    """The lowest key that rows of ``number`` can have; the one of the next number ends them."""
    return UUID(int=own_ms(seed, number) << 80)


def loaded(model: type[models.Model], seed: int) -> int:
    """How many things of ``model`` a load has made: one more than the last one's number."""
    ours = model._base_manager.filter(pk__gte=first_key(seed), pk__lt=first_key(seed + 1))
    last = ours.order_by("-pk").values_list("pk", flat=True).first()
    return (last.int >> 80) - own_ms(seed, 0) + 1 if last else 0
