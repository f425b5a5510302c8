"""Whether a visitor is the one who placed an order, and not somebody who only has its link."""

from django.http import HttpRequest

from orders.carts import cart as carts
from orders.models import Order


def is_own(request: HttpRequest, order: Order) -> bool:
    """A member's order is the member's; a guest's is the browser's that holds the cart's token."""
    if order.customer_id:
        return request.user.pk == order.customer_id
    cart = order.cart
    return cart is not None and request.COOKIES.get(carts.COOKIE) == cart.token
