"""The short way: from a product or the cart to the page that asks everything at once."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from catalog.fragments import wanted_fragment
from inventory.errors import InventoryError
from orders import messages
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.checkouts import defaults
from orders.errors import OrdersError
from orders.views.cart import put_in
from orders.views.checkout import back_to_cart
from orders.views.moments import at_one_look
from shop.middleware import private_page
from shop.redirects import see_other


@require_POST
@private_page
@at_one_look
def start(request: HttpRequest) -> HttpResponse:
    """Buy the cart, and first of all the product that was chosen, if one was.

    The whole page moves, also where htmx asked for a part of it.
    """
    cart = carts.current(request)
    if "product" in request.POST:
        put = put_in(request, is_enough=True)
        if isinstance(put, HttpResponse):
            return put
        cart = put.cart
    if cart is None:
        return see_other("orders:cart")
    try:
        checkout = acts.begin(cart=cart)
    except (OrdersError, InventoryError) as error:
        items = carts.items_of(cart)
        words = messages.explain(error, items=items, currency=cart.currency)
        response = back_to_cart(request, words)
    else:
        checkout.cart = cart
        defaults.fill_in(checkout=checkout)
        response = see_other("payments:express")
    if wanted_fragment(request):
        response = HttpResponse(headers={"HX-Redirect": response["Location"]})
    carts.remember(response, cart)
    return response
