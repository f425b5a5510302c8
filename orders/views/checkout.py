"""The first two steps of checkout: contact and address, delivery. Payment has the others."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import messages as flash
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.fragments import vary_by_fragment, wanted_fragment
from inventory.errors import InventoryError
from orders import messages, summary
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.checkouts.steps import steps
from orders.errors import OrdersError
from orders.forms import BusinessForm, ContactForm, ContactOptionsForm, DeliveryForm
from orders.models import Checkout, PickUpPoint, ShippingMethod
from orders.shipping.delivery import DeliveryOption, points, reached_countries
from shop.accounts.forms import PARTS, AddressForm
from shop.middleware import private_page
from shop.redirects import see_other

StepView = Callable[[HttpRequest, Checkout], HttpResponse]
Respond = Callable[[HttpRequest], HttpResponseBase]

BILLING = "billing"
CONTACT_REGIONS = {"address": "orders/_address.html", "billing": "orders/_billing.html"}


def step(view: StepView) -> Respond:
    """Give a step its checkout with the stock held anew, or go back to the cart with the reason."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @private_page
    @wraps(view)
    def respond(request: HttpRequest) -> HttpResponse:
        cart = carts.current(request)
        if cart is None:
            pending = carts.last_checked_out(request)
            order = getattr(pending, "order", None)
            return redirect("payments:payment" if order and order.is_payable else "orders:cart")
        if request.method != "POST":
            checkout = Checkout.objects.with_choices().filter(cart=cart).first()
            if checkout is None:
                return redirect("orders:cart")
            checkout.cart = cart
            return view(request, checkout)
        try:
            checkout = acts.begin(cart=cart)
        except (OrdersError, InventoryError) as error:
            words = messages.explain(error, items=carts.items_of(cart), currency=cart.currency)
            return _back_to_cart(request, words)
        checkout.cart = cart
        return view(request, checkout)

    return respond


@dataclass(frozen=True)
class ContactForms:
    """The forms that step 1 is made of."""

    email: ContactForm
    address: AddressForm
    options: ContactOptionsForm
    business: BusinessForm
    billing: AddressForm
    is_billing_same: bool

    @property
    def shown(self) -> list[Form]:
        """Those that the page has now."""
        forms: list[Form] = [self.email, self.address, self.business, self.options]
        return forms if self.is_billing_same else [*forms, self.billing]


@step
def contact(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """Step 1: e-mail and address."""
    data = request.POST if request.method == "POST" else None
    region = CONTACT_REGIONS.get(wanted_fragment(request))
    if data is not None and region:
        # Another country, or a billing address of its own: new fields, and no verdict yet.
        return _render_contact(request, checkout, _typed_forms(checkout, data), template=region)
    if data is None:
        return _render_contact(request, checkout, _stored_forms(checkout))
    forms = _posted_forms(checkout, data)
    # All of them speak up, not only the first that is wrong.
    validity = [form.is_valid() for form in forms.shown]
    if not all(validity):
        return _render_contact(request, checkout, forms, status=422)
    checkout.email = forms.email.cleaned_data["email"]
    checkout.wants_news = forms.options.cleaned_data["wants_news"]
    checkout.shipping_address = forms.address.cleaned_data
    checkout.vat_number = forms.business.cleaned_data["vat_number"]
    checkout.billing_address = None if forms.is_billing_same else forms.billing.cleaned_data
    checkout.save()
    return see_other("orders:delivery")


@step
def delivery(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """Step 2: how the parcel travels."""
    if not checkout.email or not checkout.shipping_address:
        return redirect("orders:checkout")
    items = carts.items_of(checkout.cart)
    options = acts.delivery_options(checkout, items)
    by_code = {option.method.code: option for option in options}
    data = request.POST if request.method == "POST" else None
    usual = summary.usual_option(options)
    liked = [option for option in options if option.method.pk == checkout.cart.shipping_method_id]
    usual = next(iter(liked), usual)
    current = checkout.shipping_method or (usual.method if usual else None)
    asked = data if data is not None else request.GET
    near = _near(checkout, asked.get("near", ""))
    places = points(near) if any(_is_pick_up(option) for option in options) else []
    form = DeliveryForm(
        data,
        methods=[(option.method.code, option.method.name) for option in options],
        points=[(str(place.pk), place.name) for place in places],
        initial={"note": checkout.customer_note},
    )
    if data is not None and form.is_valid():
        option = by_code[form.cleaned_data["method"]]
        try:
            acts.choose_delivery(
                checkout=checkout,
                method=option.method,
                point=_collected_at(option, places, form.cleaned_data.get("point", "")),
                note=form.cleaned_data["note"],
            )
        except InventoryError as error:
            currency = checkout.cart.currency
            return _back_to_cart(request, messages.explain(error, items=items, currency=currency))
        return see_other("payments:payment")
    chosen = by_code.get(asked.get("method", current.code if current else "")) or usual
    context = {
        "form": form,
        "choices": [_choice(option, is_chosen=option == chosen) for option in options],
        "places": _places(places, asked.get("point", "") or str(checkout.pick_up_point_id)),
        "near": near["postal_code"],
        "collects": chosen is not None and _is_pick_up(chosen),
        "summary": summary.of_checkout(checkout, items, option=chosen),
        **steps(2, values=(checkout.email,)),
    }
    is_summary = wanted_fragment(request) == "order-summary"
    template = "orders/_summary.html" if is_summary else "orders/delivery.html"
    status = 422 if data is not None else 200
    response = render(request, template, context, status=status)
    vary_by_fragment(response)
    return response


def _stored_forms(checkout: Checkout) -> ContactForms:
    """Step 1 as it was left."""
    billing = checkout.billing_address
    is_same = billing is None
    initial = AddressForm.initial_from
    options = {"billing_same": is_same, "wants_news": checkout.wants_news}
    return ContactForms(
        email=ContactForm(initial={"email": checkout.email}),
        address=AddressForm(
            countries=reached_countries(),
            initial=initial(checkout.shipping_address or {"country": checkout.cart.country}),
        ),
        business=BusinessForm(initial={"vat_number": checkout.vat_number}),
        options=ContactOptionsForm(initial=options),
        billing=AddressForm(prefix=BILLING, section=BILLING, initial=initial(billing)),
        is_billing_same=is_same,
    )


def _typed_forms(checkout: Checkout, data: QueryDict) -> ContactForms:
    """Step 1 as it was typed so far, without a word about what is missing."""
    is_same = data.get("billing_same") == "on"
    options = {"billing_same": is_same, "wants_news": data.get("wants_news") == "on"}
    billing = _typed_address(data, BILLING) or AddressForm.initial_from(checkout.billing_address)
    return ContactForms(
        email=ContactForm(initial={"email": data.get("email", "")}),
        address=AddressForm(countries=reached_countries(), initial=_typed_address(data)),
        business=BusinessForm(initial={"vat_number": data.get("vat_number", "")}),
        options=ContactOptionsForm(initial=options),
        billing=AddressForm(prefix=BILLING, section=BILLING, initial=billing),
        is_billing_same=is_same,
    )


def _typed_address(data: QueryDict, prefix: str = "") -> dict[str, str]:
    """Initial values from what was typed so far."""
    names = {part: f"{prefix}-{part}" if prefix else part for part in PARTS}
    return {part: str(data[name]) for part, name in names.items() if data.get(name)}


def _posted_forms(checkout: Checkout, data: QueryDict) -> ContactForms:
    """Step 1 as it was sent, to be judged; a billing form nobody has seen yet is not."""
    typed = _typed_forms(checkout, data)
    billing = typed.billing
    if f"{BILLING}-country" in data:
        billing = AddressForm(data, prefix=BILLING, section=BILLING)
    return ContactForms(
        email=ContactForm(data),
        address=AddressForm(data, countries=reached_countries()),
        business=BusinessForm(data),
        options=ContactOptionsForm(data),
        billing=billing,
        is_billing_same=typed.is_billing_same,
    )


def _render_contact(
    request: HttpRequest,
    checkout: Checkout,
    forms: ContactForms,
    *,
    template: str = "orders/contact.html",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {
        "forms": forms,
        "shown_forms": forms.shown,
        "has_errors": any(form.errors for form in forms.shown),
        "asks_billing": status == 422 and not (forms.is_billing_same or forms.billing.is_bound),
        **steps(1),
    }
    if template not in CONTACT_REGIONS.values():
        context["summary"] = summary.of_checkout(checkout, carts.items_of(checkout.cart))
    response = render(request, template, context, status=status)
    vary_by_fragment(response)
    return response


def _choice(option: DeliveryOption, *, is_chosen: bool) -> dict[str, object]:
    """A delivery method for ``radio_cards.html``."""
    days = summary.arrival(option.arrives_from, option.arrives_until)
    words = _("Ready %(days)s") if _is_pick_up(option) else _("Arrives %(days)s")
    return {
        "value": option.method.code,
        "title": option.method.name,
        "note": words % {"days": days},
        "price": option.price,
        "currency": option.method.currency,
        "icon": "",
        "selected": is_chosen,
    }


def _is_pick_up(option: DeliveryOption) -> bool:
    return option.method.kind == ShippingMethod.Kind.PICK_UP


def _near(checkout: Checkout, typed: str) -> dict[str, str]:
    """Where the shopper looks for a place to collect: what was typed, or the address."""
    address = checkout.shipping_address or {}
    code = typed.replace("\0", "").strip()[:20] or address.get("postal_code", "")
    return {"country": address.get("country", ""), "postal_code": code}


def _collected_at(
    option: DeliveryOption, places: list[PickUpPoint], chosen: str
) -> PickUpPoint | None:
    """The place chosen, or the nearest; none for a parcel."""
    if not _is_pick_up(option) or not places:
        return None
    return next((place for place in places if str(place.pk) == chosen), places[0])


def _places(places: list[PickUpPoint], chosen: str) -> list[dict[str, object]]:
    """Where orders are collected, for ``radio_cards.html``; the nearest is chosen at first."""
    known = [str(place.pk) for place in places]
    selected = chosen if chosen in known else next(iter(known), "")
    return [
        {
            "value": str(place.pk),
            "title": place.name,
            "note": " · ".join(
                filter(
                    None,
                    [
                        f"{place.line1}, {place.postal_code} {place.city}",
                        place.opening_hours,
                        place.instructions,
                    ],
                )
            ),
            "price": None,
            "currency": "",
            "icon": "",
            "selected": str(place.pk) == selected,
        }
        for place in places
    ]


def _back_to_cart(request: HttpRequest, words: list[str]) -> HttpResponse:
    for text in words:
        flash.warning(request, text)
    return see_other("orders:cart")
