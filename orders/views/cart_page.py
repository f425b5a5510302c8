"""The cart as it is drawn: page, region of the page, or drawer."""

from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from catalog.fragments import vary_by_fragment, wanted_fragment
from orders import shown_lines, summary
from orders.carts import cart as carts
from orders.carts import saved, sharing
from orders.carts.saved import Keeper
from orders.models import Cart, CartItem, SavedItem
from orders.promotions.buyer import buyer_of
from orders.promotions.reckoning import discounts_of
from orders.shipping import estimate
from shop.redirects import see_other

DRAWER = "cart-drawer-body"
REGION = "cart"
REGIONS = {DRAWER: "orders/_drawer.html", REGION: "orders/_cart.html"}


def respond(
    request: HttpRequest,
    cart: Cart | None,
    extra: Mapping[str, object],
    status: int = 200,
    *,
    items: list[CartItem] | None = None,
    keeper: Keeper | None = None,
) -> HttpResponse:
    """The cart as page, region or drawer; ``items`` where they are known."""
    if items is None:
        items = carts.items_of(cart) if cart else []
    template = REGIONS.get(wanted_fragment(request), "orders/cart.html")
    context: dict[str, object] = {"items": items, **extra}
    if cart and items:
        context |= _contents(request, cart, items)
    if template != REGIONS[DRAWER]:
        context["saved"] = _saved_lines(saved.items_of(keeper or saved.keeper_of(request)))
    response = render(request, template, context, status=status)
    vary_by_fragment(response)
    if cart:
        carts.remember(response, cart)
    return response


def changed(
    request: HttpRequest,
    cart: Cart | None,
    *,
    removed: CartItem | None = None,
    forgotten: SavedItem | None = None,
    keeper: Keeper | None = None,
) -> HttpResponse:
    """What follows a change: the region drawn anew, or the page, with what can be undone.

    ``forgotten`` was taken off the list of things put aside; ``keeper`` is whose list that is, for
    a guest whose cookie is only on its way.
    """
    if wanted_fragment(request) not in REGIONS:
        response = see_other("orders:cart")
        if removed is not None:
            response["Location"] += f"?removed={removed.variant_id}&quantity={removed.quantity}"
        elif forgotten is not None:
            response["Location"] += (
                f"?forgotten={forgotten.variant_id}&quantity={forgotten.quantity}"
            )
    else:
        extra = {"is_changed": True, "removed": removed, "forgotten": forgotten}
        response = respond(request, cart, extra, keeper=keeper)
    if cart is not None:
        carts.remember(response, cart)
    return response


def refused(
    request: HttpRequest, cart: Cart, words: list[str], *, status: int = 409
) -> HttpResponse:
    """The cart as it is, with what was wrong above it."""
    return respond(request, cart, {"problems": [{"text": text} for text in words]}, status=status)


def _contents(request: HttpRequest, cart: Cart, items: list[CartItem]) -> dict[str, object]:
    """What page and drawer show of a cart that holds something."""
    shown = shown_lines.cart_lines(items, currency=cart.currency)
    discounts = discounts_of(items, currency=cart.currency, buyer=buyer_of(cart))
    goods_total = discounts.goods_total - discounts.total
    expected = estimate.of_cart(cart, items, goods_total=goods_total)
    return {
        "lines": shown,
        "subtotal": sum(line.price.current for line in shown),
        "estimate": expected,
        "summary": summary.of_cart(
            items,
            currency=cart.currency,
            option=expected.chosen,
            country=expected.country,
            discounts=discounts,
        ),
        "free_delivery": summary.free_delivery(expected.chosen, goods_total),
        "changes": [line for line in shown if line.note],
        "count": sum(item.quantity for item in items),
        "currency": cart.currency,
        "share_url": request.build_absolute_uri(sharing.path_of(items)),
    }


def _saved_lines(rows: list[SavedItem]) -> list[shown_lines.Line]:
    """What was put aside, at today's prices."""
    if not rows:
        return []
    cart = Cart(currency=settings.SHOP_CURRENCY)
    items = [
        CartItem(
            id=row.pk,
            cart=cart,
            variant=row.variant,
            quantity=row.quantity,
            unit_price=row.variant.price,
        )
        for row in rows
    ]
    shown = shown_lines.cart_lines(items, currency=cart.currency)
    return [
        replace(
            line,
            update_url=reverse("orders:cart_take_back", args=[row.pk]),
            remove_url=reverse("orders:saved_remove", args=[row.pk]),
        )
        for row, line in zip(rows, shown, strict=True)
    ]
