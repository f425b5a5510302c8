"""A placed order, seen and still changed by whoever has its link or its account."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.fragments import vary_by_fragment, wanted_fragment
from orders.carts import cart as carts
from orders.documents import invoice_pdf
from orders.errors import AddressElsewhere, AddressFixed, NotAllowed
from orders.forms import MessageForm
from orders.models import Order, OrderAddress
from orders.placed import addresses, lifecycle, order_page, reorder
from shop.accounts.forms import AddressForm
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Changes and documents asked for from one address of the net in an hour.
MOST, HOUR = 60, 3600
#: The part of the page that looks again by itself.
STATUS = "order-status"


@require_safe
@private_page
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Where the order is, and what can still be done about it."""
    order = get_object_or_404(order_page.readable(), token=token)
    return render_order(request, order, page_url=reverse("orders:order", args=[token]))


def render_order(
    request: HttpRequest,
    order: Order,
    *,
    page_url: str,
    template: str = "orders/order.html",
    **more: Any,
) -> HttpResponse:
    """The page of an order that was read by :func:`order_page.readable`, or its status alone."""
    context = {
        "page": order_page.of_order(order),
        "order": order,
        "page_url": page_url,
        "message_form": MessageForm(),
        **more,
    }
    is_poll = wanted_fragment(request) == STATUS
    response = render(request, "orders/_order_status.html" if is_poll else template, context)
    vary_by_fragment(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Says what canceling means; posting does it."""
    order = get_object_or_404(order_page.readable(), token=token)
    if request.method != "POST":
        if not lifecycle.is_cancelable_by_customer(order, order.shipments.all()):
            return _too_late(request, order)
        return render(request, "orders/order_cancel.html", {"order": order})
    _limited(request)
    try:
        lifecycle.cancel_by_customer(
            order.pk, reason=_("Canceled by the customer"), actor_id=_member(request)
        )
    except NotAllowed:
        return _too_late(request, order)
    flash.success(request, _("Your order is canceled."))
    return see_other("orders:order", token)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def change_address(request: HttpRequest, token: str) -> HttpResponse:
    """Where the parcel goes, while nothing is packed."""
    order = get_object_or_404(order_page.readable(), token=token)
    current = addresses.newest(order.addresses.all()).get(OrderAddress.Type.SHIPPING)
    if current is None or not addresses.is_changeable(order, order.shipments.all()):
        return _too_late(request, order)
    initial = AddressForm.initial_from(vars(current) | {"country": str(current.country)})
    data = request.POST if request.method == "POST" else None
    form = AddressForm(data, countries=[str(current.country)], initial=initial)
    if data is not None:
        _limited(request)
    if data is not None and form.is_valid():
        try:
            addresses.change(order_id=order.pk, address=form.cleaned_data)
        except AddressFixed:
            return _too_late(request, order)
        except AddressElsewhere:
            form.add_error(None, _("Delivery and tax were agreed for the region you gave before."))
        else:
            flash.success(request, _("The delivery address is changed."))
            return see_other("orders:order", token)
    status = 422 if data is not None else 200
    context = {"order": order, "form": form}
    return render(request, "orders/order_address.html", context, status=status)


@require_POST
@private_page
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Put what is still sold into the cart, and say what is not."""
    order = get_object_or_404(Order, token=token)
    _limited(request)
    done = reorder.buy_again(request, order)
    if done.added:
        flash.success(request, _("The pieces of your order are in the cart."))
    if done.fewer:
        flash.warning(request, _("Fewer than before are left of: %s") % _listed(done.fewer))
    if done.missing:
        flash.warning(request, _("No longer to be had: %s") % _listed(done.missing))
    response = see_other("orders:cart")
    carts.remember(response, done.cart)
    return response


@require_safe
@private_page
def invoice(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """An invoice or credit note of the order, as PDF."""
    order = get_object_or_404(Order, token=token)
    found = get_object_or_404(order.invoices, number=number)
    _limited(request)
    return pdf(invoice_pdf.draw(found), f"{found.number}.pdf")


def pdf(content: bytes, name: str) -> HttpResponse:
    """A document to keep."""
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": disposition}
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _member(request: HttpRequest) -> Any:
    return request.user.pk if request.user.is_authenticated else None


def _limited(request: HttpRequest) -> None:
    limit(request, "order-page", most=MOST, seconds=HOUR, limited=_("Your order was asked a lot."))


def _too_late(request: HttpRequest, order: Order) -> HttpResponse:
    flash.error(request, _("That is not possible any more: the order has moved on."))
    return see_other("orders:order", order.token)
