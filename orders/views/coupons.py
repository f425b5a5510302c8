"""Codes of the cart: given and taken out."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from catalog.fragments import wanted_fragment
from orders import messages
from orders.carts import cart as carts
from orders.errors import OrdersError
from orders.promotions import codes
from orders.views.cart_page import REGIONS, respond
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Codes one address may try in a quarter of an hour: typing errors, not guessing.
TRIES, WINDOW_SECONDS = 20, 15 * 60


@require_POST
@private_page
def add(request: HttpRequest) -> HttpResponse:
    """Use a code; what is wrong with it is said beside it, and what was typed stays."""
    limit(request, "coupon", most=TRIES, seconds=WINDOW_SECONDS, limited=gettext("codes"))
    cart = carts.current(request)
    if cart is None:
        return see_other("orders:cart")
    typed = request.POST.get("code", "").replace("\0", "").strip()[:60]
    if not typed:
        extra = {"coupon_typed": "", "coupon_error": gettext("Enter the code.")}
        return respond(request, cart, extra, status=422)
    email = getattr(request.user, "email", "") if request.user.is_authenticated else ""
    try:
        codes.add(cart=cart, typed=typed, email=email)
    except OrdersError as error:
        words = " ".join(messages.explain(error, items=[], currency=cart.currency))
        extra = {"coupon_typed": typed, "coupon_error": words}
        return respond(request, cart, extra, status=422)
    return _shown(request)


@require_POST
@private_page
def remove(request: HttpRequest) -> HttpResponse:
    """Take a code out of the cart."""
    cart = carts.current(request)
    if cart is not None:
        try:
            codes.remove(cart=cart, code=request.POST.get("code", "")[:60])
        except OrdersError:
            return see_other("orders:cart")
    return _shown(request)


def _shown(request: HttpRequest) -> HttpResponse:
    if wanted_fragment(request) not in REGIONS:
        return see_other("orders:cart")
    return respond(request, carts.current(request), {})
