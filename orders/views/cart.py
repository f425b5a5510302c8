"""The cart: page, drawer, and everything that changes it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.models import Product, ProductVariant
from catalog.products import product_page
from catalog.products.choices import find_published
from inventory.errors import InventoryError
from orders import cart as carts
from orders import checkout, delivery, lifecycle, messages, summary
from orders.errors import NotAllowed, OrdersError
from orders.models import Cart, CartItem, Order
from shop.middleware import private_page
from shop.redirects import see_other

DRAWER = "cart-drawer-body"
REGION = "cart"
REGIONS = {DRAWER: "orders/_drawer.html", REGION: "orders/_cart.html"}
MAX_DIGITS = 4


@require_safe
@private_page
def show(request: HttpRequest) -> HttpResponse:
    """The cart page, or its fragment for the drawer and for the page itself."""
    cart = carts.current(request)
    if cart is None:
        pending = _pending_order(request)
        return _render(request, None, {"pending": pending})
    return _render(request, cart, {"removed": _removed(request)})


@require_POST
@private_page
def add(request: HttpRequest) -> HttpResponse:
    """Add a product's chosen variant; without a choice the product page asks for it."""
    slug = request.POST.get("product", "").replace("\0", "")[:200]
    chosen = {
        option: request.POST[option][:50] for option in ("color", "size") if option in request.POST
    }
    variant = find_published(slug, chosen)
    if variant is None:
        product = get_object_or_404(Product.objects.published(), slug=slug)
        errors = {"size": _("Choose a size")}
        return product_page.respond(request, product, chosen=chosen, errors=errors, status=422)
    product = variant.product
    cart = carts.open_for(request)
    try:
        carts.add(cart=cart, variant=variant, quantity=_number(request.POST.get("quantity")) or 1)
    except (OrdersError, InventoryError) as error:
        item = CartItem(cart=cart, variant=variant)
        words = messages.explain(error, items=[item], currency=cart.currency)
        errors = {"stock": " ".join(words)}
        response = product_page.respond(request, product, chosen=chosen, errors=errors, status=409)
        carts.remember(response, cart)
        return response
    if wanted_fragment(request) == DRAWER:
        response = _render(request, cart, {"added": variant.product.title, "is_changed": True})
    else:
        flash.success(request, _("%(title)s is in your cart.") % {"title": product.title})
        response = see_other("orders:cart")
    carts.remember(response, cart)
    return response


@require_POST
@private_page
def update(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Set a line's quantity, or step it by one; 0 removes it."""
    cart, item = _item_or_404(request, item_id)
    quantity = _number(request.POST.get("quantity"))
    step = {"1": 1, "-1": -1}.get(request.POST.get("change", ""), 0)
    # Enter in the number field presses the first button too: what was typed goes before it.
    is_typed = quantity is not None and quantity != item.quantity
    wanted = item.quantity + step if step and not is_typed else quantity
    if wanted is None:
        return _refused(request, cart, [_("Type the quantity as a number.")], status=422)
    try:
        kept = carts.set_quantity(cart=cart, item_id=item.pk, quantity=wanted)
    except (OrdersError, InventoryError) as error:
        words = messages.explain(error, items=[item], currency=cart.currency)
        return _refused(request, cart, words, status=409)
    return _changed(request, cart, removed=None if kept else item)


@require_POST
@private_page
def remove(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Take a line out; the answer offers to undo."""
    cart, item = _item_or_404(request, item_id)
    carts.set_quantity(cart=cart, item_id=item.pk, quantity=0)
    return _changed(request, cart, removed=item)


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
        return _refused(request, cart, words, status=409)
    return _changed(request, cart, removed=None)


@require_POST
@private_page
def begin_checkout(request: HttpRequest) -> HttpResponse:
    """Hold the stock and go to checkout, or say what stands in the way."""
    cart = carts.current(request)
    if cart is None:
        return see_other("orders:cart")
    try:
        checkout.begin(cart=cart)
    except (OrdersError, InventoryError) as error:
        items = carts.items_of(cart)
        words = messages.explain(error, items=items, currency=cart.currency)
        return _refused(request, cart, words, status=409)
    return see_other("orders:checkout")


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


def _item_or_404(request: HttpRequest, item_id: UUID) -> tuple[Cart, CartItem]:
    cart = carts.current(request)
    rows = CartItem.objects.select_related("variant__product")
    item = rows.filter(pk=item_id, cart=cart).first() if cart else None
    if cart is None or item is None:
        raise Http404
    return cart, item


def _pending_order(request: HttpRequest) -> Order | None:
    cart = carts.last_checked_out(request)
    order = getattr(cart, "order", None)
    return order if order is not None and order.is_payable else None


def _changed(request: HttpRequest, cart: Cart, *, removed: CartItem | None) -> HttpResponse:
    if wanted_fragment(request) not in REGIONS:
        response = see_other("orders:cart")
        if removed is not None:
            response["Location"] += f"?removed={removed.variant_id}&quantity={removed.quantity}"
    else:
        response = _render(request, cart, {"is_changed": True, "removed": removed})
    carts.remember(response, cart)
    return response


def _refused(request: HttpRequest, cart: Cart, words: list[str], *, status: int) -> HttpResponse:
    """The cart as it is, with what was wrong above it."""
    return _render(request, cart, {"problems": [{"text": text} for text in words]}, status=status)


def _render(
    request: HttpRequest, cart: Cart | None, extra: dict[str, object], status: int = 200
) -> HttpResponse:
    items = carts.items_of(cart) if cart else []
    context: dict[str, object] = {"items": items, **extra}
    if cart and items:
        context |= _contents(cart, items)
    template = REGIONS.get(wanted_fragment(request), "orders/cart.html")
    response = render(request, template, context, status=status)
    vary_by_fragment(response)
    if cart:
        carts.remember(response, cart)
    return response


def _contents(cart: Cart, items: list[CartItem]) -> dict[str, object]:
    """What page and drawer show of a cart that holds something."""
    shown = summary.cart_lines(items, currency=cart.currency)
    subtotal = sum(line.price.current for line in shown)
    option = summary.usual_option(
        delivery.options(
            country=settings.SHOP_COUNTRY,
            goods_total=subtotal,
            weight_grams=delivery.weight(items),
        )
    )
    return {
        "lines": shown,
        "subtotal": subtotal,
        "summary": summary.of_cart(items, currency=cart.currency, option=option),
        "free_delivery": summary.free_delivery(option, subtotal),
        "has_changes": any(line.note for line in shown),
        "count": sum(item.quantity for item in items),
        "currency": cart.currency,
    }


def _removed(request: HttpRequest) -> CartItem | None:
    """The line the page before has removed, so that it can be put back without script."""
    try:
        variant_id = UUID(request.GET.get("removed", ""))
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
