"""A placed order, seen by whoever has its link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orders import summary
from orders.models import Order, OrderAddress
from shop.middleware import private_page

Status = Order.Status


@require_safe
@private_page
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Thank you, and what happens next; can be reloaded and printed."""
    order = get_object_or_404(Order, token=token)
    if order.status == Status.PENDING:
        return redirect("payments:payment")
    items = list(order.items.all())
    addresses = {address.type: address for address in order.addresses.all()}
    context = {
        "order": order,
        "summary": summary.of_order(order, items),
        "shipping_address": addresses.get(OrderAddress.Type.SHIPPING),
        "timeline": timeline(order),
    }
    return render(request, "orders/confirmation.html", context)


def timeline(order: Order) -> list[dict[str, object]]:
    """The order's life for ``timeline.html``: what was, what is, what comes."""
    times = {
        Status.PAID: order.paid_at,
        Status.FULFILLED: order.fulfilled_at,
        Status.SHIPPED: order.shipped_at,
        Status.DELIVERED: order.delivered_at,
    }
    steps: list[dict[str, object]] = [
        {"name": _("Placed"), "state": "done", "at": order.placed_at, "note": ""}
    ]
    if order.status == Status.CANCELED:
        steps.append({"name": _("Canceled"), "state": "problem", "at": order.canceled_at})
        return steps
    reached = list(times)[: list(times).index(Status(order.status)) + 1]
    for status, at in times.items():
        state = "future"
        if status in reached:
            state = "current" if status == order.status else "done"
        expected = ""
        if status == Status.DELIVERED and state == "future":
            expected = summary.arrival(order.delivery_from, order.delivery_until)
        steps.append({"name": status.label, "state": state, "at": at, "expected": expected})
    return steps
