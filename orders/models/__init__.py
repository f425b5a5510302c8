"""Tables of cart, checkout and orders."""

from orders.models.carts import Cart, CartItem
from orders.models.checkouts import Checkout
from orders.models.delivery import ShippingMethod, TaxRate
from orders.models.orders import Order, OrderAddress, OrderItem, OrderStatusChange

__all__ = [
    "Cart",
    "CartItem",
    "Checkout",
    "Order",
    "OrderAddress",
    "OrderItem",
    "OrderStatusChange",
    "ShippingMethod",
    "TaxRate",
]
