"""What carts, checkout and orders refuse. Errors carry facts; the pages pick the words."""

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from orders.models import Order
    from orders.pricing import Totals


class OrdersError(Exception):
    """Base of every refusal of this app; nothing was written."""


class NotForSale(OrdersError):
    """The variant is unknown, unpublished, or not sold at all."""

    def __init__(self, variant_ids: list[UUID]) -> None:
        super().__init__(f"{len(variant_ids)} variants are not for sale")
        self.variant_ids = variant_ids


class CartFull(OrdersError):
    """A line or the whole cart would exceed what one order may hold, in units."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} units")
        self.limit = limit


class CartGone(OrdersError):
    """The cart was checked out or has expired."""


class EmptyCart(OrdersError):
    """There is nothing to order."""


class CheckoutIncomplete(OrdersError):
    """A step is missing: ``step`` is "contact", "delivery" or "payment"."""

    def __init__(self, step: str) -> None:
        super().__init__(f"checkout step {step} is missing")
        self.step = step


class TotalChanged(OrdersError):
    """The order would cost something else than the shopper agreed to."""

    def __init__(self, totals: "Totals", agreed_total: int) -> None:
        super().__init__(f"agreed to {agreed_total}, would cost {totals.total}")
        self.totals = totals
        self.agreed_total = agreed_total


class SubtotalOutOfBounds(OrdersError):
    """The goods cost less or more than an order may, in minor units."""

    def __init__(self, subtotal: int, minimum: int, maximum: int) -> None:
        super().__init__(f"{subtotal} is not within {minimum} to {maximum}")
        self.subtotal = subtotal
        self.minimum = minimum
        self.maximum = maximum


class TooManyPendingOrders(OrdersError):
    """The person has as many unpaid orders as one person may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} unpaid orders")
        self.limit = limit


class NotAllowed(OrdersError):
    """The order cannot go to ``wanted`` from the status it has."""

    def __init__(self, order: "Order", wanted: str) -> None:
        super().__init__(f"{order.number} is {order.status}, not to become {wanted}")
        self.order = order
        self.wanted = wanted
