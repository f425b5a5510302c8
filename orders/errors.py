"""What carts, checkout and orders refuse. Errors carry facts; the pages pick the words."""

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import date

    from orders.models import Order, Return, Shipment
    from orders.prices.pricing import Totals


class OrdersError(Exception):
    """Base of every refusal of this app; nothing was written."""


class NotForSale(OrdersError):
    """The variant is unknown, unpublished, or not sold at all."""

    def __init__(self, variant_ids: list[UUID]) -> None:
        super().__init__(f"{len(variant_ids)} variants are not for sale")
        self.variant_ids = variant_ids


class CartFull(OrdersError):
    """The cart would hold more than one order may, in units."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} units")
        self.limit = limit


class LineFull(CartFull):
    """A line would hold more units than one may."""


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


class CouponRefused(OrdersError):
    """The code is of no use for this cart: ``reason`` is a ``promotions.offers.Refusal``.

    ``missing`` is what lacks to the coupon's minimum, in minor units; ``other`` is the code or
    promotion that it does not go together with.
    """

    def __init__(self, code: str, reason: str, *, missing: int = 0, other: str = "") -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.missing = missing
        self.other = other


class CouponLapsed(CouponRefused):
    """The coupon was used up by others, or by this person, while the order was being placed."""


class TooManyCodes(OrdersError):
    """A cart takes at most ``limit`` codes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} codes")
        self.limit = limit


class NothingToPack(OrdersError):
    """A parcel needs a piece at the least."""


class TooManyPacked(OrdersError):
    """More units than lie in no parcel yet; ``left`` has those by order line."""

    def __init__(self, left: dict[UUID, int]) -> None:
        super().__init__(f"only {sum(left.values())} units are left to pack")
        self.left = left


class ParcelNotAllowed(OrdersError):
    """The parcel cannot become ``wanted`` from the status it has, or not any more."""

    def __init__(self, parcel: "Shipment", wanted: str) -> None:
        super().__init__(f"parcel {parcel.pk} is {parcel.status}, not to become {wanted}")
        self.parcel = parcel
        self.wanted = wanted


class TrackingTaken(OrdersError):
    """Another parcel of the carrier has this tracking number."""

    def __init__(self, tracking_number: str) -> None:
        super().__init__(f"{tracking_number} is taken")
        self.tracking_number = tracking_number


class AddressFixed(OrdersError):
    """The address cannot be changed any more: a parcel was packed, or the order has ended."""


class AddressElsewhere(OrdersError):
    """Another country or region: delivery and tax were agreed for the one the order has."""


class NothingToCredit(OrdersError):
    """There is no invoice, or nothing left of it to give back."""


class InvalidVatNumber(OrdersError):
    """What was typed is not a VAT number of the European Union."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"{typed!r} is no VAT number")
        self.typed = typed


class UnknownVatNumber(OrdersError):
    """The register says that nobody has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is not registered")
        self.number = number


class KeyReused(OrdersError):
    """The key of a request stands for another request already, or is not a key."""

    def __init__(self, key: str) -> None:
        super().__init__("the key stands for another request")
        self.key = key


class KeyTaken(Exception):
    """The key of a request is there already; who handed it in looks up what it stands for."""

    def __init__(self, key: str) -> None:
        super().__init__("the key is there already")
        self.key = key


class SavedListFull(OrdersError):
    """The list of things put aside has as many as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} pieces")
        self.limit = limit


class BadLink(OrdersError):
    """The link to a cart is not one of ours, or was cut."""


class EmailFixed(OrdersError):
    """The address of the order cannot be corrected any more."""

    def __init__(self, order: "Order") -> None:
        super().__init__(f"{order.number} keeps its address")
        self.order = order


class ReturnWindowOver(OrdersError):
    """The time to send something back is over; ``until`` was its last day, None: none began."""

    def __init__(self, until: "date | None") -> None:
        super().__init__(f"returns were possible until {until}")
        self.until = until


class NothingToReturn(OrdersError):
    """A return needs a piece at the least, and one that may be sent back."""


class TooManyReturned(OrdersError):
    """More units than may be returned; ``left`` has those by order line."""

    def __init__(self, left: dict[UUID, int]) -> None:
        super().__init__(f"only {sum(left.values())} units may be returned")
        self.left = left


class ExchangeRefused(OrdersError):
    """What was chosen instead of ``title`` costs more than it, or is no choice."""

    def __init__(self, title: str, *, is_dearer: bool) -> None:
        super().__init__(f"{title} is not exchanged for this")
        self.title = title
        self.is_dearer = is_dearer


class ReturnNotAllowed(OrdersError):
    """The return cannot go to ``wanted`` from the status it has."""

    def __init__(self, request: "Return", wanted: str) -> None:
        super().__init__(f"{request.number} is {request.status}, not to become {wanted}")
        self.request = request
        self.wanted = wanted


class InspectionIncomplete(OrdersError):
    """Each line needs as many accepted and rejected units as came back, and where they go."""


class DraftGone(OrdersError):
    """The draft was placed, or nobody touched it for so long that it was closed."""


class DiscountTooHigh(OrdersError):
    """More was agreed than ``limit``, in minor units, allows who agreed it."""

    def __init__(self, amount: int, limit: int) -> None:
        super().__init__(f"{amount} is above {limit}")
        self.amount = amount
        self.limit = limit


class EditRefused(OrdersError):
    """The lines cannot be changed like this: ``reason`` is an ``orders.edits.edits.Refusal``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DifferenceDue(OrdersError):
    """An edit made the order dearer by ``amount`` minor units, which nobody has paid yet."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} is still to be paid")
        self.amount = amount
