"""What lies on the demo shop's shelves: mostly plenty, some sizes low, some gone."""

import zlib
from collections.abc import Collection, Sequence

from catalog.models import ProductVariant
from inventory.models import Location, Stock

REORDER_POINT = 3
REORDER_QUANTITY = 20


def stocks(
    variants: Sequence[ProductVariant], sold_out: Collection[str], location: Location
) -> list[Stock]:
    """One row per variant; those whose SKU is in ``sold_out`` begin empty."""
    return [
        Stock(
            variant=variant,
            location=location,
            opening_balance=0 if variant.sku in sold_out else units(variant),
            low_stock_threshold=REORDER_POINT,
            reorder_quantity=REORDER_QUANTITY,
            shelf=variant.sku.split("-")[0],
        )
        for variant in variants
    ]


def units(variant: ProductVariant) -> int:
    """How many there are to begin with; the same for the same SKU every time.

    Of a hundred variants eight are gone and twelve down to the last three. A product's primary
    variant always has plenty, so that every garment can be bought in some size.
    """
    lot = zlib.crc32(variant.sku.encode())
    share, rest = lot % 100, lot // 100
    if not variant.is_primary and share < 8:
        return 0
    if not variant.is_primary and share < 20:
        return 1 + rest % 3
    return 12 + rest % 30
