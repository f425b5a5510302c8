"""Gift cards and store credit in checkout: given, taken out, used."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from orders.models import Checkout
from payments import purchases
from payments.credit import accounts, chosen
from payments.errors import CreditRefused, TooManyCards
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Codes one address may try in a quarter of an hour: typing errors, not guessing.
TRIES, WINDOW_SECONDS = 10, 15 * 60
#: Where credit is chosen; the first is the usual one.
PAGES = {"payment": "payments:payment", "express": "payments:express"}


@dataclass(frozen=True)
class CreditPart:
    """What ``payments/_credit.html`` shows; amounts in minor units."""

    cards: tuple[chosen.Part, ...]
    balance: int
    is_used: bool
    keeps_out: bool
    error: str
    page: str


def credit_part(
    request: HttpRequest, plan: chosen.Plan, checkout: Checkout, page: str = "payment"
) -> CreditPart:
    """Credit as it is chosen so far. One query for a member, none for a guest."""
    cart = checkout.cart
    words = {
        "refused": _("This code cannot be used. Check what you typed."),
        "full": _("An order takes %(most)s gift cards at most.") % {"most": chosen.MOST_CARDS},
    }
    return CreditPart(
        cards=tuple(part for part in plan.parts if part.card_id),
        balance=accounts.balance_of(cart.user_id, cart.currency) if cart.user_id else 0,
        is_used=bool(checkout.credit.get("account")),
        keeps_out=bool(plan.kept_out),
        error=words.get(request.GET.get("credit", ""), ""),
        page=page,
    )


@require_POST
@sensitive_post_parameters("code")
@private_page
def add(request: HttpRequest) -> HttpResponse:
    """Pay with a gift card; a code that cannot be used is told beside the field."""
    limit(request, "gift-card", most=TRIES, seconds=WINDOW_SECONDS, limited=_("codes"))
    purchase = purchases.current(request)
    if isinstance(purchase, HttpResponse):
        return purchase
    try:
        chosen.add_card(checkout=purchase.checkout, typed=request.POST.get("code", ""))
    except CreditRefused:
        return _back(request, "refused")
    except TooManyCards:
        return _back(request, "full")
    return _back(request)


@require_POST
@private_page
def remove(request: HttpRequest) -> HttpResponse:
    """Do not pay with a card after all."""
    purchase = purchases.current(request)
    if isinstance(purchase, HttpResponse):
        return purchase
    chosen.remove_card(checkout=purchase.checkout, card_id=request.POST.get("card", ""))
    return _back(request)


@require_POST
@private_page
def use_account(request: HttpRequest) -> HttpResponse:
    """Pay with store credit, or not."""
    purchase = purchases.current(request)
    if isinstance(purchase, HttpResponse):
        return purchase
    is_used = request.POST.get("use") == "yes"
    chosen.use_account(checkout=purchase.checkout, is_used=is_used)
    return _back(request)


def _back(request: HttpRequest, problem: str = "") -> HttpResponse:
    """The page of checkout that asked."""
    url = reverse(PAGES.get(request.POST.get("page", ""), PAGES["payment"]))
    query = f"?credit={problem}" if problem else ""
    return see_other(f"{url}{query}")
