"""Putting things of the cart aside, and taking them back."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.models import ProductVariant
from inventory.errors import InventoryError
from orders import messages
from orders.carts import cart as carts
from orders.carts import saved
from orders.carts.saved import Keeper
from orders.errors import OrdersError, SavedListFull
from orders.models import CartItem
from orders.views.cart_page import changed, refused
from shop.middleware import private_page
from shop.redirects import see_other


@require_POST
@private_page
def save(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Put a line aside."""
    cart = carts.current(request)
    if cart is None:
        return see_other("orders:cart")
    keeper = saved.keeper_of(request) or saved.new_guest()
    try:
        kept = saved.save_for_later(cart=cart, item_id=item_id, keeper=keeper)
    except SavedListFull:
        return refused(request, cart, [_("Your list is full. The piece stays in the cart.")])
    except OrdersError as error:
        return refused(request, cart, messages.explain(error, items=[], currency=cart.currency))
    if kept is None:
        # Put aside already, by the first of two clicks.
        return changed(request, cart)
    response = changed(request, cart, keeper=keeper)
    saved.remember(response, keeper)
    return response


@require_POST
@private_page
def take_back(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Put a piece into the cart again."""
    keeper = _keeper_or_404(request)
    cart = carts.open_for(request)
    try:
        saved.back_to_cart(cart=cart, saved_id=saved_id, keeper=keeper)
    except (OrdersError, InventoryError) as error:
        items = [
            CartItem(cart=cart, variant=row.variant)
            for row in saved.items_of(keeper)
            if row.pk == saved_id
        ]
        return refused(request, cart, messages.explain(error, items=items, currency=cart.currency))
    return changed(request, cart)


@require_POST
@private_page
def remove(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Take a piece off the list; the answer offers to undo."""
    gone = saved.remove(saved_id=saved_id, keeper=_keeper_or_404(request))
    return changed(request, carts.current(request), forgotten=gone)


@require_POST
@private_page
def restore(request: HttpRequest, variant_id: UUID, quantity: int) -> HttpResponse:
    """Put back a piece that was just taken off the list."""
    rows = ProductVariant.objects.select_related("product")
    variant = get_object_or_404(rows, pk=variant_id)
    keeper = _keeper_or_404(request)
    try:
        saved.restore(variant=variant, quantity=quantity, keeper=keeper)
    except SavedListFull:
        flash.error(request, _("Your list is full."))
    return changed(request, carts.current(request))


def _keeper_or_404(request: HttpRequest) -> Keeper:
    keeper = saved.keeper_of(request)
    if keeper is None:
        raise Http404
    return keeper
