"""Links to the lines of a cart, and what else would go with them."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.cards import Card
from catalog.models import Product, ProductCategory, ProductVariant
from catalog.products import looks
from catalog.ready_cards import ready_cards
from orders import shown_lines
from orders.carts import cart as carts
from orders.carts import filling, sharing
from orders.errors import BadLink, CartGone
from orders.models import Cart, CartItem
from shop.middleware import private_page
from shop.redirects import see_other

#: Pieces below the cart.
ADDITIONS = 4


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What a link brings, at today's prices; pressing the button puts it into the own cart."""
    try:
        quantities = sharing.quantities_of(token)
    except BadLink as error:
        raise Http404 from error
    if request.method == "POST":
        return _fill(request, quantities)
    rows = ProductVariant.objects.select_related("product__brand").in_bulk(list(quantities))
    cart = Cart(currency=settings.SHOP_CURRENCY)
    items = [
        CartItem(cart=cart, variant=rows[key], quantity=units, unit_price=rows[key].price)
        for key, units in quantities.items()
        if key in rows
    ]
    lines = shown_lines.cart_lines(items, currency=cart.currency)
    context = {
        "lines": lines,
        "subtotal": sum(line.price.current for line in lines),
        "currency": cart.currency,
        "notes": [line for line in lines if line.note],
    }
    response = render(request, "orders/shared_cart.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@private_page
def additions(request: HttpRequest) -> HttpResponse:
    """Up to four pieces that go with what was put into the cart last."""
    cart = carts.current(request)
    rows = cart.items.select_related("variant__product").order_by("-created_at") if cart else []
    items = list(rows)
    cards = _cards_for(items) if items else []
    return render(request, "orders/_additions.html", {"cards": cards})


def _fill(request: HttpRequest, quantities: dict[UUID, int]) -> HttpResponse:
    cart = carts.open_for(request)
    try:
        short = filling.add_all(cart=cart, quantities=quantities, is_enough=True)
    except CartGone:
        return see_other("orders:cart")
    if any(row.added for row in short) or len(short) < len(quantities):
        flash.success(request, _("The pieces of the link are in your cart."))
    for row in short:
        words = (
            _("%(title)s cannot be bought now.")
            if not row.added
            else _("Only %(added)d of %(wanted)d of %(title)s are left; those are in your cart.")
        )
        flash.warning(request, words % vars(row))
    response = see_other("orders:cart")
    carts.remember(response, cart)
    return response


def _cards_for(items: list[CartItem]) -> list[Card]:
    """Cards of what completes the look of the latest piece that has a place in the tree."""
    inside = {item.variant.product_id for item in items}
    latest: Product = items[0].variant.product
    places = ProductCategory.objects.filter(product=latest, is_primary=True)
    path = places.values_list("category__path", flat=True).first()
    if path is None:
        return []
    picks = looks.pick(latest, path, items[0].variant.option_values.get("color", ""))
    wanted = [key for key in [*picks.look, *picks.similar] if key not in inside]
    [cards] = ready_cards(wanted[: 2 * ADDITIONS])
    return [card for card in cards if not card.is_sold_out][:ADDITIONS]
