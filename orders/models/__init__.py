"""Tables of cart, checkout and orders."""

from orders.models.cart_figures import CartChange, CartMetric
from orders.models.carts import Cart, CartItem
from orders.models.checkouts import Checkout
from orders.models.delivery import PickUpPoint, ShippingMethod, ShippingZone
from orders.models.drafts import Draft, DraftPrice
from orders.models.edits import OrderEdit
from orders.models.fulfillment import OrderEvent, OrderNote, OrderTag, Shipment, ShipmentItem
from orders.models.gifts import GiftCardWish
from orders.models.idempotency import IdempotencyKey
from orders.models.invoices import Invoice, InvoiceKind, InvoiceSeries
from orders.models.mails import OrderMail
from orders.models.orders import Order, OrderAddress, OrderItem, OrderStatusChange
from orders.models.promotions import Coupon, CouponUsage, Promotion
from orders.models.return_items import ReturnItem, ReturnPhoto
from orders.models.returns import Return, ReturnStatusChange
from orders.models.saved import SavedItem
from orders.models.taxes import TaxRate
from orders.models.withdrawals import Withdrawal

__all__ = [
    "Cart",
    "CartChange",
    "CartItem",
    "CartMetric",
    "Checkout",
    "Coupon",
    "CouponUsage",
    "Draft",
    "DraftPrice",
    "GiftCardWish",
    "IdempotencyKey",
    "Invoice",
    "InvoiceKind",
    "InvoiceSeries",
    "Order",
    "OrderAddress",
    "OrderEdit",
    "OrderEvent",
    "OrderItem",
    "OrderMail",
    "OrderNote",
    "OrderStatusChange",
    "OrderTag",
    "PickUpPoint",
    "Promotion",
    "Return",
    "ReturnItem",
    "ReturnPhoto",
    "ReturnStatusChange",
    "SavedItem",
    "Shipment",
    "ShipmentItem",
    "ShippingMethod",
    "ShippingZone",
    "TaxRate",
    "Withdrawal",
]
