"""What inventory refuses."""

from dataclasses import dataclass
from uuid import UUID


class InventoryError(Exception):
    """Base of every refusal of this app; nothing was written."""


@dataclass(frozen=True)
class Shortage:
    """How far the shelves fall short for one variant, in units."""

    variant_id: UUID
    wanted: int
    available: int


class OutOfStock(InventoryError):
    """Not enough units for each of ``shortages``."""

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(f"{len(shortages)} variants fall short")
        self.shortages = shortages


class TooManyHolds(InventoryError):
    """The person already has as many live reservations of this variant as one person may."""

    def __init__(self, variant_id: UUID) -> None:
        super().__init__(f"too many live reservations of variant {variant_id}")
        self.variant_id = variant_id


class NothingToAdjust(InventoryError):
    """An adjustment needs a change and a reason."""


class BelowReserved(InventoryError):
    """The change would leave fewer units than are promised to shoppers."""

    def __init__(self, on_hand: int, reserved: int) -> None:
        super().__init__(f"{reserved} of {on_hand} units are reserved")
        self.on_hand = on_hand
        self.reserved = reserved
