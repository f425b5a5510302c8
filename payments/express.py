"""The express page: contact, delivery, payment and review at once, sent together."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit import recording
from catalog.fragments import vary_by_fragment, wanted_fragment
from inventory.errors import InventoryError
from orders import messages, summary
from orders.carts import cart as carts
from orders.carts.contents import Contents
from orders.checkouts import checkout as acts
from orders.checkouts import defaults
from orders.errors import CartGone, KeyReused, OrdersError
from orders.forms import BusinessForm
from orders.models import Checkout, OrderAddress
from orders.shipping.delivery import needs_parcel
from orders.summary import Summary
from orders.views import saved_addresses
from orders.views.checkout import back_to_cart, sign_in_url
from orders.views.contact_forms import (
    ContactForms,
    posted_forms,
    stored_forms,
    typed_address,
    typed_forms,
)
from orders.views.delivery_part import DeliveryPart, delivery_part
from orders.views.moments import at_one_look
from orders.views.saved_addresses import SavedAddresses
from payments import completion, purchases
from payments.credit import chosen
from payments.credit_part import Refused, credit_part
from payments.means import Choice
from payments.models import Payment
from payments.policy import loads_providers
from payments.sent import Sent
from shop.middleware import private_page
from shop.redirects import see_other

#: Parts that are drawn anew while the page is filled in.
REGIONS = ("address", "billing", "delivery", "order-summary")


@dataclass(frozen=True)
class Page:
    """A cart's checkout with its kinds of forms; ``delivery`` is None where nothing is sent."""

    found: Contents
    contact: ContactForms
    saved: SavedAddresses
    delivery: DeliveryPart | None
    choice: Choice

    @property
    def checkout(self) -> Checkout:
        return self.found.in_checkout

    @property
    def forms(self) -> list[Form]:
        """In the order of the page."""
        delivery = [self.delivery.form] if self.delivery else []
        return [*self.contact.shown, *delivery, self.choice.part]

    @property
    def is_blank(self) -> bool:
        """Whether nothing of a person is in contact and address."""
        return self.contact.are_blank and self.saved.owner is None

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms)

    @property
    def is_contact_known(self) -> bool:
        """Whether contact and address need no more than a look."""
        is_right = not any(form.errors for form in self.contact.shown)
        return is_right and bool(self.checkout.email and self.checkout.shipping_address)

    @property
    def is_delivery_known(self) -> bool:
        is_right = self.delivery is not None and not self.delivery.form.errors
        return is_right and defaults.is_complete(self.checkout)

    @property
    def summary(self) -> Summary:
        """Lines and amounts, as far as the page says where it goes and how."""
        option = self.delivery.chosen if self.delivery else None
        return summary.of_checkout(self.checkout, self.found.items, option=option)

    def are_answers_valid(self) -> bool:
        """Whether all but the card is right; all of it speaks up, not only the first wrong part."""
        forms = [self.delivery.form] if self.delivery else []
        validity = [self.contact.are_valid(), *(form.is_valid() for form in forms)]
        return all(validity)

    def keep(self) -> None:
        """Keep valid answers and renew the hold, unless another window has just ordered the cart.

        Raises :class:`CartGone` and what :func:`orders.checkouts.checkout.begin` raises.
        """
        with recording.batch(is_one=True):
            carts.lock(self.found.cart)
            if self.delivery:
                self.delivery.choose(self.checkout)
            else:
                acts.keep(checkout=self.checkout, items=self.found.items)
            self.saved.keep(self.checkout)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number", "security_code", "expiry")
@private_page
@at_one_look
@loads_providers
def express(request: HttpRequest) -> HttpResponse:
    """All that checkout asks, on one page; sent once, it is the order."""
    found = carts.contents_of(request)
    if found is None:
        return _ordered_meanwhile(request)
    if request.method != "POST":
        return _render(request, _stored(found)) if found.checkout else redirect("orders:cart")
    try:
        if found.checkout is None:
            found = replace(found, checkout=acts.begin(cart=found.cart))
        return _receive(request, found)
    except CartGone:
        return _ordered_meanwhile(request)
    except (OrdersError, InventoryError) as error:
        return back_to_cart(request, _explain(error, found))


def with_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page as it is kept, with what is wrong with the gift card's code."""
    found = carts.contents_of(request)
    if found is None or found.checkout is None:
        return redirect("orders:cart")
    return _render(request, _stored(found), refused=refused, status=422)


def _receive(request: HttpRequest, found: Contents) -> HttpResponse:
    """What was sent: a part to draw anew, a way to another step, or the order."""
    shown = request.POST.get("show", "")
    if wanted_fragment(request) in REGIONS or shown in ("delivery", "places"):
        acts.begin(cart=found.cart)
        return _render(request, _typed(found, request.POST), is_typed=True)
    page = _posted(found, request.POST)
    is_valid = page.are_answers_valid()
    due = 0
    if shown == "credit":
        # Gift cards are given in the payment step, which knows all that was typed here.
        page = replace(page, choice=_choice(found, page.delivery))
    else:
        due = _plan(page, page.summary).due
        is_valid = (not due or page.choice.is_valid()) and is_valid
    if not is_valid:
        acts.begin(cart=found.cart)
        return _render(request, page, status=422)
    page.keep()
    if shown == "credit":
        return see_other("payments:payment")
    if due and not _keep_method(page, due):
        return _render(request, page, status=422)
    try:
        return completion.once(request, page.checkout, lambda sent: _pay(request, page, sent))
    except KeyReused:
        problems = [_("This page was sent before with another amount. Please look once more.")]
        return _render(request, page, problems=problems, status=409)


def _ordered_meanwhile(request: HttpRequest) -> HttpResponse:
    """The cart became an order: whoever sent this page twice goes on with its payment."""
    purchase = purchases.current(request)
    if isinstance(purchase, HttpResponse):
        return purchase
    order = purchase.order
    if request.method != "POST" or order is None or not purchase.checkout.payment_method:
        return redirect("payments:payment")
    if order.payments.exclude(status__in=Payment.LIVE).exists():
        return redirect("payments:payment")
    return completion.take_money(request, order, purchase.checkout)


def _stored(found: Contents) -> Page:
    delivery = _delivery(found, {}, None)
    choice = _choice(found, delivery)
    checkout = found.in_checkout
    saved = saved_addresses.of_checkout(checkout, None)
    return Page(found, stored_forms(checkout), saved, delivery, choice)


def _typed(found: Contents, data: QueryDict) -> Page:
    """The page as it was typed so far; the checkout answers so, and is not saved."""
    checkout = found.in_checkout
    saved = saved_addresses.of_checkout(checkout, data)
    data = saved.filled(data)
    contact = typed_forms(checkout, data)
    _imagine(checkout, data)
    delivery = _delivery(found, data, None)
    checkout.pick_up_point = delivery.place if delivery else None
    return Page(found, contact, saved, delivery, _choice(found, delivery))


def _posted(found: Contents, data: QueryDict) -> Page:
    """The page as it was sent, to be judged."""
    checkout = found.in_checkout
    saved = saved_addresses.of_checkout(checkout, data)
    data = saved.filled(data)
    contact = posted_forms(checkout, data)
    if contact.are_valid():
        contact.answer(checkout)
    else:
        _imagine(checkout, data)
    if contact.address.errors:
        saved = saved.with_fields_shown()
    delivery = _delivery(found, data, data)
    return Page(found, contact, saved, delivery, _choice(found, delivery, data))


def _choice(
    found: Contents, delivery: DeliveryPart | None, data: QueryDict | None = None
) -> Choice:
    """Where it might be collected it may be paid there: which of both is seen when it is sent."""
    places = delivery is not None and bool(delivery.points)
    cart = found.cart
    return Choice(data, currency=cart.currency, is_collected=places, user_id=cart.user_id)


def _delivery(
    found: Contents, asked: Mapping[str, object], data: QueryDict | None
) -> DeliveryPart | None:
    if not needs_parcel(found.items):
        return None
    words = {name: str(text) for name, text in asked.items()}
    return delivery_part(found.in_checkout, found.items, asked=words, data=data)


def _plan(page: Page, totals: Summary) -> chosen.Plan:
    """What gift cards and store credit pay of it, and what is left."""
    return chosen.plan(page.checkout, total=totals.total)


def _imagine(checkout: Checkout, data: QueryDict) -> None:
    """What the order would cost depends on where it goes and on who orders."""
    checkout.email = data.get("email", "").replace("\0", "").lower()
    checkout.shipping_address = typed_address(data)
    business = BusinessForm(data)
    checkout.vat_number = business.cleaned_data["vat_number"] if business.is_valid() else ""


def _keep_method(page: Page, due: int) -> bool:
    """Keep how ``due`` is paid (minor units); False where it does not fit or is refused."""
    is_collected = page.checkout.collected_at is not None
    if not page.choice.fits(amount=due, is_collected=is_collected):
        return False
    method = page.choice.take()
    if method is None:
        return False
    purchases.keep_method(page.checkout, page.choice.provider_name, method)
    return True


def _pay(request: HttpRequest, page: Page, sent: Sent) -> HttpResponse:
    """Place the order and take its money, or say why not."""
    agreed = completion.agreed_total(request)
    try:
        order, opened = completion.place(page.checkout, agreed_total=agreed, page=sent)
    except (OrdersError, InventoryError) as error:
        return _render(request, page, problems=_explain(error, page.found), status=409)
    return completion.take_money(request, order, page.checkout, opened=opened, page=sent)


def _explain(error: OrdersError | InventoryError, found: Contents) -> list[str]:
    items = carts.items_of(found.cart)
    return messages.explain(error, items=items, currency=found.cart.currency)


def _lines(address: dict[str, str] | None) -> list[str]:
    return OrderAddress(**address).lines if address else []


def _render(
    request: HttpRequest,
    page: Page,
    *,
    problems: Sequence[str] = (),
    is_typed: bool = False,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    checkout, totals = page.checkout, page.summary
    plan = _plan(page, totals)
    is_known = page.is_contact_known and (page.is_delivery_known or page.delivery is None)
    is_kept = refused is not None or (is_known and request.method != "POST")
    url = reverse("payments:express")
    context = {
        "page": page,
        "url": url,
        "region": wanted_fragment(request),
        "key": secrets.token_urlsafe(16),
        "sign_in_url": sign_in_url(request, back=url),
        "known": ", ".join([checkout.email, *_lines(checkout.shipping_address)]),
        "folds_contact": page.is_contact_known and not is_typed,
        "folds_delivery": page.is_delivery_known and not is_typed,
        "problems": [{"text": text} for text in problems],
        "summary": plan.shown_in(totals),
        "due": plan.due,
        # Its forms leave the page, so they come once what was typed here is kept.
        "credit": credit_part(plan, checkout, "express", refused) if is_kept else None,
    }
    is_part = is_typed and context["region"] in REGIONS
    template = "payments/_express_parts.html" if is_part else "payments/express.html"
    response = render(request, template, context, status=status)
    vary_by_fragment(response)
    return response
