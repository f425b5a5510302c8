"""The cart: page, drawer, and everything that changes it."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.fragments import wanted_fragment
from catalog.models import Product, ProductVariant
from catalog.products import product_page
from catalog.wares import find_published
from inventory.errors import InventoryError
from orders import messages
from orders.carts import cart as carts
from orders.checkouts import checkout, defaults
from orders.errors import NotAllowed, OrdersError
from orders.models import Cart, CartItem, Order
from orders.placed import lifecycle
from orders.shipping import estimate
from orders.views.cart_page import DRAWER, REGIONS, changed, refused, respond
from orders.views.moments import at_one_look
from shop.middleware import private_page
from shop.redirects import see_other

MAX_DIGITS = 4


@require_safe
@private_page
@at_one_look
def show(request: HttpRequest) -> HttpResponse:
    """The cart page, or its fragment for the drawer and for the page itself."""
    found = carts.contents_of(request)
    if found is None:
        pending = _pending_order(request)
        extra = {"pending": pending, "forgotten": _undoable(request, "forgotten")}
        return respond(request, None, extra)
    extra = {
        "removed": _undoable(request, "removed"),
        "forgotten": _undoable(request, "forgotten"),
    }
    return respond(request, found.cart, extra, items=found.items)


@require_POST
@private_page
def add(request: HttpRequest) -> HttpResponse:
    """Add a product's chosen variant; without a choice the product page asks for it."""
    item = put_in(request)
    if isinstance(item, HttpResponse):
        return item
    title = item.variant.product.title
    if wanted_fragment(request) == DRAWER:
        response = respond(request, item.cart, {"added": title, "is_changed": True})
    else:
        flash.success(request, _("%(title)s is in your cart.") % {"title": title})
        response = see_other("orders:cart")
    carts.remember(response, item.cart)
    return response


def put_in(request: HttpRequest, *, is_enough: bool = False) -> CartItem | HttpResponse:
    """The line of the variant that a product page sent, or that page with what was wrong.

    With ``is_enough`` a line that is there already stays as it is.
    """
    slug = request.POST.get("product", "").replace("\0", "")[:200]
    chosen = {
        option: request.POST[option][:50] for option in ("color", "size") if option in request.POST
    }
    variant = find_published(slug, chosen)
    if variant is None:
        product = get_object_or_404(Product.objects.published(), slug=slug)
        if product.is_gift_card:
            # Its own page asks for whom it is.
            return see_other(product)
        errors = {"size": _("Choose a size")}
        return product_page.respond(request, product, chosen=chosen, errors=errors, status=422)
    quantity = _number(request.POST.get("quantity", "1"))
    if not quantity:
        errors = {"stock": _("Type the quantity as a number.")}
        return product_page.respond(
            request, variant.product, chosen=chosen, errors=errors, status=422
        )
    cart = carts.open_for(request)
    may_be_there = is_enough and not cart._state.adding
    item = cart.items.filter(variant=variant).first() if may_be_there else None
    if item is not None:
        return item
    try:
        item = carts.add(cart=cart, variant=variant, quantity=quantity)
    except (OrdersError, InventoryError) as error:
        item = CartItem(cart=cart, variant=variant)
        words = messages.explain(error, items=[item], currency=cart.currency)
        errors = {"stock": " ".join(words)}
        response = product_page.respond(
            request, variant.product, chosen=chosen, errors=errors, status=409
        )
        carts.remember(response, cart)
        return response
    item.variant = variant
    return item


@require_POST
@private_page
def update(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Set a line's quantity, or step it by one; 0 removes it."""
    cart, item = line_of(request, item_id)
    if cart is None or item is None:
        flash.info(request, _("This piece is no longer in your cart."))
        return see_other("orders:cart")
    quantity = _number(request.POST.get("quantity"))
    step = {"1": 1, "-1": -1}.get(request.POST.get("change", ""), 0)
    # Enter in the number field presses the first button too: what was typed goes before it.
    is_typed = quantity is not None and quantity != item.quantity
    wanted = item.quantity + step if step and not is_typed else quantity
    if wanted is None:
        return refused(request, cart, [_("Type the quantity as a number.")], status=422)
    try:
        kept = carts.set_quantity(cart=cart, item_id=item.pk, quantity=wanted)
    except (OrdersError, InventoryError) as error:
        words = messages.explain(error, items=[item], currency=cart.currency)
        return refused(request, cart, words, status=409)
    return changed(request, cart, removed=None if kept else item)


@require_POST
@private_page
def remove(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Take a line out; the answer offers to undo."""
    cart, item = line_of(request, item_id)
    if cart is None or item is None:
        return see_other("orders:cart")
    carts.set_quantity(cart=cart, item_id=item.pk, quantity=0)
    return changed(request, cart, removed=item)


@require_POST
@private_page
def restore(request: HttpRequest, variant_id: UUID, quantity: int) -> HttpResponse:
    """Put back a line that was just removed."""
    variant = ProductVariant.objects.select_related("product").filter(pk=variant_id).first()
    if variant is None:
        raise Http404
    cart = carts.open_for(request)
    try:
        carts.add(cart=cart, variant=variant, quantity=quantity)
    except (OrdersError, InventoryError) as error:
        item = CartItem(cart=cart, variant=variant)
        words = messages.explain(error, items=[item], currency=cart.currency)
        return refused(request, cart, words, status=409)
    return changed(request, cart)


@require_POST
@private_page
def estimate_delivery(request: HttpRequest) -> HttpResponse:
    """Remember where the cart would go, and how; the answer says what that costs."""
    cart = carts.current(request)
    if cart is None:
        return see_other("orders:cart")
    estimate.choose(
        cart=cart,
        country=request.POST.get("country", "")[:2],
        method_code=request.POST.get("method", "")[:50],
    )
    if wanted_fragment(request) in REGIONS:
        return respond(request, cart, {"opens_estimate": True})
    return see_other("orders:cart")


@require_POST
@private_page
def begin_checkout(request: HttpRequest) -> HttpResponse:
    """Hold the stock and go to checkout, or say what stands in the way.

    Of whom everything is known but the card, nothing else is asked.
    """
    found = carts.contents_of(request)
    if found is None:
        return see_other("orders:cart")
    cart = found.cart
    try:
        begun = checkout.begin(cart=cart, found=found)
    except (OrdersError, InventoryError) as error:
        words = messages.explain(error, items=found.items, currency=cart.currency)
        return refused(request, cart, words, status=409)
    begun.cart = cart
    defaults.fill_in(checkout=begun)
    is_known = cart.user_id is not None and defaults.is_complete(begun)
    return see_other("payments:express" if is_known else "orders:checkout")


@require_POST
@private_page
def reopen(request: HttpRequest) -> HttpResponse:
    """Cancel the unpaid order, so that its cart can be changed again."""
    order = _pending_order(request)
    if order is not None:
        try:
            lifecycle.cancel(order.pk, reason=_("Changed by the customer"))
        except NotAllowed:
            return redirect(order)
    return see_other("orders:cart")


def line_of(request: HttpRequest, item_id: UUID) -> tuple[Cart | None, CartItem | None]:
    """The visitor's cart with the line, or what there is of both.

    A line that is not there was taken out a moment ago, by a double click or in another tab: who
    sees the cart again has lost nothing. That of a stranger is answered alike.
    """
    cart = carts.current(request)
    rows = CartItem.objects.select_related("variant__product")
    return cart, rows.filter(pk=item_id, cart=cart).first() if cart else None


def _pending_order(request: HttpRequest) -> Order | None:
    cart = carts.last_checked_out(request)
    order = getattr(cart, "order", None)
    return order if order is not None and order.is_payable else None


def _undoable(request: HttpRequest, what: str) -> CartItem | None:
    """The line the page before has removed, so that it can be put back without script."""
    try:
        variant_id = UUID(request.GET.get(what, ""))
    except ValueError:
        return None
    variant = ProductVariant.objects.select_related("product").filter(pk=variant_id).first()
    quantity = _number(request.GET.get("quantity"))
    return CartItem(variant=variant, quantity=quantity) if variant and quantity else None


def _number(text: str | None) -> int | None:
    """A count as typed, or None; bounded, because strangers type too."""
    typed = (text or "").strip()
    is_count = typed.isascii() and typed.isdigit() and len(typed) <= MAX_DIGITS
    return int(typed) if is_count else None
