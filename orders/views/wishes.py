"""Pieces between cart and wishlist."""

from uuid import UUID

from django.contrib import messages as flash
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import WishlistFull
from catalog.models import ProductVariant, WishlistItem
from catalog.products.choices import find_variant
from catalog.wishes import wishlist
from catalog.wishes.wishlist import Holder
from inventory.errors import InventoryError
from orders import messages
from orders.carts import cart as carts
from orders.errors import OrdersError
from orders.models import Cart, CartItem
from orders.views.cart import line_of
from shop.middleware import private_page
from shop.redirects import see_other


@require_POST
@private_page
def keep(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Move a line of the cart to the wishlist."""
    cart, item = line_of(request, item_id)
    if cart is None or item is None:
        return _to_cart(request, "")
    holder = wishlist.holder_of(request) or wishlist.new_guest()
    product, undo = item.variant.product, ""
    try:
        with transaction.atomic():
            wishlist.add(
                holder=holder,
                product=product,
                option_values=item.variant.option_values,
                variant=item.variant,
            )
            carts.set_quantity(cart=cart, item_id=item.pk, quantity=0)
    except WishlistFull:
        flash.error(request, _("Your wishlist is full. The piece stays in the cart."))
    except OrdersError as error:
        _explain(request, error, item)
    else:
        flash.success(request, _("%(title)s is on your wishlist.") % {"title": product.title})
        undo = f"?removed={item.variant_id}&quantity={item.quantity}"
    response = _to_cart(request, undo)
    wishlist.remember(response, holder)
    return response


@require_POST
@private_page
def add(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Put a wish into the cart; with "move" it leaves the wishlist."""
    holder = wishlist.holder_of(request)
    if holder is None:
        raise Http404
    wish = get_object_or_404(
        wishlist.items_of(holder).select_related("product", "variant__product"), pk=wish_id
    )
    variant = _variant_of(wish, request.POST.get("size", "")[:50])
    if variant is None:
        flash.info(
            request, _("Choose color and size of %(title)s.") % {"title": wish.product.title}
        )
        return see_other(wish.product)
    cart = carts.open_for(request)
    try:
        with transaction.atomic():
            carts.add(cart=cart, variant=variant)
            if "move" in request.POST:
                wishlist.remove(holder=holder, item_id=wish.pk)
    except (OrdersError, InventoryError) as error:
        _explain(request, error, CartItem(cart=cart, variant=variant))
    else:
        flash.success(request, _("%(title)s is in your cart.") % {"title": wish.product.title})
    return _back_to_wishes(cart, holder)


def _variant_of(wish: WishlistItem, size: str) -> ProductVariant | None:
    """The variant wished for, or the one in the color wished for that ``size`` makes clear."""
    if wish.variant is not None and not wish.variant.is_deleted:
        return wish.variant
    chosen = wish.option_values | ({"size": size} if size else {})
    found = find_variant(wish.product, chosen)
    if found is None:
        live = wish.product.variants.select_related("product")
        if size:
            live = live.filter(option_values__size=size)
        # A product of one color, or of one piece, needs no more said.
        fitting = list(live[:2])
        found = fitting[0] if len(fitting) == 1 else None
    return found


def _to_cart(request: HttpRequest, query: str) -> HttpResponse:
    """The whole page, whatever asked: both counts in the header and the words above change."""
    url = reverse("orders:cart") + query
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)


def _explain(request: HttpRequest, error: OrdersError | InventoryError, item: CartItem) -> None:
    for words in messages.explain(error, items=[item], currency=item.cart.currency):
        flash.error(request, words)


def _back_to_wishes(cart: Cart, holder: Holder) -> HttpResponse:
    response = see_other("catalog:wishlist")
    carts.remember(response, cart)
    wishlist.remember(response, holder)
    return response
