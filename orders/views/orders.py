"""Thanks for an order, seen by whoever has its link, and what its shopper may add to it."""

from functools import lru_cache

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orders import summary
from orders.carts import cart as carts
from orders.errors import EmailFixed
from orders.forms import ContactForm
from orders.models import InvoiceKind, Order, OrderAddress, OrderItem
from orders.placed import corrections, order_page, thanks
from orders.placed.ownership import is_own
from orders.views.moments import at_one_look
from shop import cache
from shop.accounts.credentials import SignUpForm
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

Status = Order.Status

#: Corrections of an address from one place in an hour.
MOST_CORRECTIONS = 5


@require_safe
@private_page
@at_one_look
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Thank you, and what happens next; can be reloaded and printed."""
    order = _find(token)
    if order.status == Status.PENDING and order_page.awaited_of(order) is None:
        return redirect("payments:payment")
    return _render(request, order, ContactForm(initial={"email": order.email}))


@require_POST
@private_page
def correct_email(request: HttpRequest, token: str) -> HttpResponse:
    """Another address for an order, from the browser that placed it."""
    order = _find(token)
    if not is_own(request, order):
        raise Http404
    limit(request, "correct-email", most=MOST_CORRECTIONS, seconds=3600)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _render(request, order, form, status=422)
    try:
        corrections.correct_email(order_id=order.pk, email=form.cleaned_data["email"])
    except EmailFixed:
        flash.warning(request, _("It is too late to correct the address here. Please write to us."))
    else:
        flash.success(request, _("We write to the new address from now on."))
    return see_other(order)


def _find(token: str) -> Order:
    order = thanks.find(token)
    if order is None:
        raise Http404
    return order


def _render(
    request: HttpRequest, order: Order, form: ContactForm, *, status: int = 200
) -> HttpResponse:
    items: list[OrderItem] = list(order.items.all())
    addresses = {address.type: address for address in order.addresses.all()}
    is_shoppers = is_own(request, order)
    context = {
        "order": order,
        "summary": summary.of_order(order, items),
        "shipping_address": addresses.get(OrderAddress.Type.SHIPPING),
        "timeline": order_page.timeline(order),
        "awaited": order_page.awaited_of(order),
        "invoice": next(
            (one for one in order.invoices.all() if one.kind == InvoiceKind.INVOICE), None
        ),
        "email_form": form if is_shoppers and corrections.is_correctable(order) else None,
        # Offered to each guest alike, so that it tells nobody who has an account.
        "account_form": (
            _blank_sign_up(get_language() or "") if is_shoppers and not order.customer_id else None
        ),
    }
    # A guest's cart is found by the token that this order's had: there is none any more.
    version = carts.count_version(request) if is_shoppers and not order.customer_id else None
    with cache.already_fetched({version: 0} if version else {}):
        return render(request, "orders/confirmation.html", context, status=status)


@lru_cache(maxsize=20)
def _blank_sign_up(_language: str) -> SignUpForm:
    """The form as it is first shown, the same for all, so that it is drawn once."""
    return SignUpForm()
