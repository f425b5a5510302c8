"""The first two steps of checkout: contact and address, delivery. Payment has the others."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from catalog.fragments import vary_by_fragment, wanted_fragment
from inventory.errors import InventoryError
from orders import messages, summary
from orders.carts import cart as carts
from orders.carts.contents import Contents
from orders.checkouts import checkout as acts
from orders.checkouts.steps import steps
from orders.errors import OrdersError
from orders.shipping.delivery import needs_parcel
from orders.views import saved_addresses
from orders.views.contact_forms import (
    ContactForms,
    posted_forms,
    stored_forms,
    typed_address,
    typed_forms,
)
from orders.views.delivery_part import delivery_part
from orders.views.moments import at_one_look
from orders.views.saved_addresses import SavedAddresses
from orders.views.signed_out import without_cart
from shop.middleware import private_page
from shop.redirects import see_other

StepView = Callable[[HttpRequest, Contents], HttpResponse]
Respond = Callable[[HttpRequest], HttpResponseBase]

CONTACT_REGIONS = {"address": "orders/_contact_parts.html", "billing": "orders/_billing.html"}


def step(view: StepView) -> Respond:
    """Give a step the cart with its checkout, or go back to the cart with what stands in the way.

    A step that was sent holds the stock anew.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @private_page
    @at_one_look
    @wraps(view)
    def respond(request: HttpRequest) -> HttpResponse:
        found = carts.contents_of(request)
        if found is None:
            pending = carts.last_checked_out(request)
            order = getattr(pending, "order", None)
            if order is not None and order.is_payable:
                return redirect("payments:payment")
            return without_cart(request)
        if found.checkout is None and request.method != "POST":
            return redirect("orders:cart")
        try:
            if found.checkout is None:
                found = replace(found, checkout=acts.begin(cart=found.cart))
            response = view(request, found)
            if request.method == "POST" and response.status_code != HTTPStatus.SEE_OTHER:
                # A step that is not done yet renews the hold too.
                acts.begin(cart=found.cart)
        except (OrdersError, InventoryError) as error:
            words = messages.explain(error, items=found.items, currency=found.cart.currency)
            return back_to_cart(request, words)
        return response

    return respond


@step
def contact(request: HttpRequest, found: Contents) -> HttpResponse:
    """Step 1: e-mail and address."""
    checkout = found.in_checkout
    data = request.POST if request.method == "POST" else None
    region = CONTACT_REGIONS.get(wanted_fragment(request))
    if data is not None and region:
        # Another country, or a billing address of its own: new fields, and no verdict yet.
        checkout.shipping_address = typed_address(data)
        return _render_contact(request, found, typed_forms(checkout, data), template=region)
    saved = saved_addresses.of_checkout(checkout, data)
    if data is None:
        return _render_contact(request, found, stored_forms(checkout), saved=saved)
    forms = posted_forms(checkout, saved.filled(data))
    if not forms.are_valid():
        if forms.address.errors:
            saved = saved.with_fields_shown()
        return _render_contact(request, found, forms, saved=saved, status=422)
    forms.answer(checkout)
    acts.keep(checkout=checkout, items=found.items)
    saved.keep(checkout)
    return see_other("orders:delivery")


@step
def delivery(request: HttpRequest, found: Contents) -> HttpResponse:
    """Step 2: how the parcel travels."""
    checkout, items = found.in_checkout, found.items
    if not checkout.email or not checkout.shipping_address:
        return redirect("orders:checkout")
    if not needs_parcel(items):
        return redirect("payments:payment")
    data = request.POST if request.method == "POST" else None
    asked = {name: str(text) for name, text in (data or request.GET).items()}
    part = delivery_part(checkout, items, asked=asked, data=data)
    if data is not None and part.form.is_valid():
        part.choose(checkout)
        return see_other("payments:payment")
    context = {
        "part": part,
        "form": part.form,
        "summary": summary.of_checkout(checkout, items, option=part.chosen),
        **steps(2, values=(checkout.email,)),
    }
    is_summary = wanted_fragment(request) == "order-summary"
    template = "orders/_summary.html" if is_summary else "orders/delivery.html"
    status = 422 if data is not None else 200
    response = render(request, template, context, status=status)
    vary_by_fragment(response)
    return response


def _render_contact(
    request: HttpRequest,
    found: Contents,
    forms: ContactForms,
    *,
    saved: SavedAddresses | None = None,
    template: str = "orders/contact.html",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {
        "forms": forms,
        "saved": saved if saved and saved.owner else None,
        "shown_forms": forms.shown,
        "has_errors": any(form.errors for form in forms.shown),
        "url": reverse("orders:checkout"),
        "sign_in_url": sign_in_url(request, back=request.path),
        **steps(1),
    }
    if template != CONTACT_REGIONS["billing"]:
        context["summary"] = summary.of_checkout(found.in_checkout, found.items)
    response = render(request, template, context, status=status)
    vary_by_fragment(response)
    return response


def sign_in_url(request: HttpRequest, *, back: str) -> str:
    """Where to sign in and come ``back`` from; "" for who is signed in."""
    if request.user.is_authenticated:
        return ""
    return f"{reverse('account_login')}?{urlencode({'next': back}, safe='/')}"


def back_to_cart(request: HttpRequest, words: list[str]) -> HttpResponse:
    """The cart, with what stands in the way of its checkout."""
    for text in words:
        flash.warning(request, text)
    return see_other("orders:cart")
