"""What inventory refuses."""

from dataclasses import dataclass
from datetime import date
from typing import Any
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


class AdjustedAlready(InventoryError):
    """Under this key another change was posted before."""

    def __init__(self, movement: Any) -> None:
        super().__init__(f"{movement.quantity_change:+d} units were posted under this key")
        self.movement = movement


class BelowReserved(InventoryError):
    """The change would leave fewer units than are promised to shoppers."""

    def __init__(self, on_hand: int, reserved: int) -> None:
        super().__init__(f"{reserved} of {on_hand} units are reserved")
        self.on_hand = on_hand
        self.reserved = reserved


class EmptyTransfer(InventoryError):
    """A transfer needs lines to be sent."""


class TransferNotAllowed(InventoryError):
    """The transfer is not in a status that allows the step."""

    def __init__(self, number: str, status: str) -> None:
        super().__init__(f"{number} is {status}")
        self.number = number
        self.status = status


class MoreThanSent(InventoryError):
    """More units of a line would have arrived than were sent."""

    def __init__(self, line_id: UUID, missing: int) -> None:
        super().__init__(f"only {missing} units of line {line_id} are under way")
        self.line_id = line_id
        self.missing = missing


class NotOrderable(InventoryError):
    """The purchase order is not in a state that allows the step, or has no lines."""

    def __init__(self, purchase_order: Any) -> None:
        super().__init__(f"{purchase_order} is {purchase_order.status}")
        self.purchase_order = purchase_order


class DayPassed(InventoryError):
    """Goods cannot be expected on a day that is over."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is over")
        self.day = day


class NoExchangeRate(NotOrderable):
    """The supplier's currency is not the shop's, and nobody said what it is worth."""


class NotReceivable(InventoryError):
    """Nothing came, or what came is not on the purchase order, or it awaits no goods."""

    def __init__(self, purchase_order: Any) -> None:
        super().__init__(f"{purchase_order} ({purchase_order.status}) cannot be received like this")
        self.purchase_order = purchase_order


class ReceivedAlready(InventoryError):
    """Under this key another delivery of the purchase order was checked in before."""

    def __init__(self, receipt: Any) -> None:
        super().__init__(f"a delivery of {receipt.purchase_order} has this key")
        self.receipt = receipt


class TooManyReceived(InventoryError):
    """More units came than were ordered, of each of ``lines``."""

    def __init__(self, lines: list[Any]) -> None:
        super().__init__(f"{len(lines)} lines brought more than was ordered")
        self.lines = lines


class NotCounting(InventoryError):
    """The stocktake is not in a state that allows the step, or nothing was counted."""

    def __init__(self, stocktake: Any) -> None:
        super().__init__(f"{stocktake} is {stocktake.status}")
        self.stocktake = stocktake


class CountedBySelf(InventoryError):
    """Who counted does not approve it while somebody else may."""

    def __init__(self, stocktake: Any) -> None:
        super().__init__(f"{stocktake} is for somebody else to approve")
        self.stocktake = stocktake


class NotOnSheet(InventoryError):
    """The stocktake does not count this shelf."""


@dataclass(frozen=True)
class CountConflict:
    """A shelf that would hold fewer units than the ``orders`` (numbers) and carts were promised."""

    stock: Any
    variance: int
    orders: list[str]


class CountBelowReserved(InventoryError):
    """The count leaves fewer units than are promised to shoppers, for each of ``conflicts``."""

    def __init__(self, conflicts: list[CountConflict]) -> None:
        super().__init__(f"{len(conflicts)} shelves would hold less than is promised")
        self.conflicts = conflicts


class HoldEnded(InventoryError):
    """What ``owner`` held for a checkout ran out, or is not what is wanted any more."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"{owner} does not hold that")
        self.owner = owner
