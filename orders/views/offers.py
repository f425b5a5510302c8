"""A piece that came back and is kept for someone for a while."""

from django.contrib import messages as flash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.models import ProductVariant, Subscription
from catalog.wishes import offers
from inventory import reservations
from inventory.errors import InventoryError
from orders import lines, messages
from orders.carts import cart as carts
from orders.errors import OrdersError
from orders.models import Cart, CartItem
from shop.middleware import private_page
from shop.redirects import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Say what is kept and until when; a POST puts it into the cart, with the unit kept for it."""
    subscription = get_object_or_404(
        Subscription.objects.select_related("variant__product"), token=token
    )
    variant = subscription.variant
    if request.method == "POST":
        cart = carts.open_for(request)
        try:
            with transaction.atomic():
                owner = offers.owner_of(subscription)
                came = reservations.hand_over(owner=owner, to=carts.owner_of(cart))
                # Sent once more, the form finds the piece where its first click has put it.
                if came or not _is_in(cart, variant):
                    carts.add(cart=cart, variant=variant)
        except (OrdersError, InventoryError) as error:
            item = CartItem(cart=cart, variant=variant)
            for words in messages.explain(error, items=[item], currency=cart.currency):
                flash.error(request, words)
            return see_other("orders:offer", token)
        flash.success(request, _("%(title)s is in your cart.") % {"title": variant.product.title})
        response = see_other("orders:cart")
        carts.remember(response, cart)
        return response
    own = carts.current(request)
    context = {
        "product": variant.product,
        "choice": lines.choice(variant.option_values),
        "kept_until": offers.kept_until(subscription, *([carts.owner_of(own)] if own else [])),
        "is_in_cart": own is not None and _is_in(own, variant),
    }
    return render(request, "orders/offer.html", context)


def _is_in(cart: Cart, variant: ProductVariant) -> bool:
    return cart.items.filter(variant=variant).exists()
