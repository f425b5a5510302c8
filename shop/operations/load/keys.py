"""Keys of generated rows: time-ordered like all others, but told by seed and number alone."""

from uuid import UUID

#: Rows of load data are as if made at the turn of the century, in milliseconds since 1970: no
#: other row of this shop is that old, so their keys are a range of their own.
EPOCH_MS = 946_684_800_000
#: Products that one seed can make; each has a millisecond of its own.
MOST_PRODUCTS = 1_000_000_000
MOST_SEEDS = 100
#: What a key says of the table it is for; see ``tables.NUMBERS`` for the others.
PRODUCT = 0x010
#: Rows of one table that belong to one product at most.
ROOM = 4096


def product_ms(seed: int, number: int) -> int:
    """The millisecond of the keys of a product and its rows."""
    return EPOCH_MS + seed * MOST_PRODUCTS + number


def key(ms: int, table: int, number: int) -> str:
    """A UUIDv7 in hexadecimal: a time in milliseconds, a table and a number within both."""
    return f"{ms:012x}7{table:03x}{0x8000_0000_0000_0000 | number:016x}"


def product_key(seed: int, number: int) -> str:
    """The key of a product."""
    return key(product_ms(seed, number), PRODUCT, 0)


def first_key(seed: int) -> UUID:
    """The lowest key that rows of ``seed`` can have; the one of the next seed ends them."""
    return UUID(int=product_ms(seed, 0) << 80)


def number_of(product_id: UUID, seed: int) -> int:
    """The number of a product, from its key."""
    return (product_id.int >> 80) - product_ms(seed, 0)
