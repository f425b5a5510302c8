"""What a visitor is about to pay."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from orders import summary
from orders.carts import cart as carts
from orders.models import Checkout, Order


@dataclass(frozen=True)
class Purchase:
    """What is about to be paid: an open cart's checkout, or the order it already became."""

    checkout: Checkout
    order: Order | None
    summary: summary.Summary

    @property
    def total(self) -> int:
        return self.summary.total

    @property
    def currency(self) -> str:
        return self.summary.currency


def current(request: HttpRequest) -> Purchase | HttpResponse:
    """What the visitor is about to pay, or where they must go first."""
    cart = carts.current(request)
    if cart is not None:
        checkout = Checkout.objects.with_choices().filter(cart=cart).first()
        if checkout is None:
            return redirect("orders:cart")
        checkout.cart = cart
        if not checkout.email or not checkout.shipping_address:
            return redirect("orders:checkout")
        if checkout.shipping_method is None:
            return redirect("orders:delivery")
        items = carts.items_of(cart)
        if not items:
            return redirect("orders:cart")
        return Purchase(checkout, None, summary.of_checkout(checkout, items))
    done = carts.last_checked_out(request)
    order = getattr(done, "order", None)
    if done is None or order is None:
        return redirect("orders:cart")
    if order.paid_at:
        return redirect(order)
    if not order.is_payable:
        return redirect("orders:cart")
    checkout = Checkout.objects.with_choices().get(cart=done)
    checkout.cart = done
    return Purchase(checkout, order, summary.of_order(order, list(order.items.all())))
