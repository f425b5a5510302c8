"""Gift cards and store credit in checkout: given, taken out, used."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from orders.views.moments import at_one_look
from payments import express, purchases, views
from payments.credit import chosen
from payments.credit_part import Refused
from payments.errors import CreditRefused, TooManyCards
from payments.policy import loads_providers
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Codes one address may try in a quarter of an hour: typing errors, not guessing.
TRIES, WINDOW_SECONDS = 10, 15 * 60
#: Where credit is chosen; the first is the usual one.
PAGES = {"payment": "payments:payment", "express": "payments:express"}


@require_POST
@sensitive_post_parameters("code")
@private_page
@at_one_look
@loads_providers
def add(request: HttpRequest) -> HttpResponse:
    """Pay with a gift card; a code that cannot be used is told beside the field, and stays there.

    The page that asked is the answer then: a code has no place in an address or a session.
    """
    limit(request, "gift-card", most=TRIES, seconds=WINDOW_SECONDS, limited=_("codes"))
    purchase = purchases.current(request)
    if isinstance(purchase, HttpResponse):
        return purchase
    typed = request.POST.get("code", "").replace("\0", "").strip()
    try:
        chosen.add_card(checkout=purchase.checkout, typed=typed)
    except CreditRefused:
        wrong = _("This code cannot be used. Check what you typed.")
        error = wrong if typed else _("Enter the code.")
    except TooManyCards:
        error = _("An order takes %(most)s gift cards at most.") % {"most": chosen.MOST_CARDS}
    else:
        return _back(request)
    refused = Refused(typed[:60], error)
    if request.POST.get("page") == "express" and purchase.order is None:
        return express.with_refused(request, refused)
    return views.with_refused(request, purchase, refused)


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


def _back(request: HttpRequest) -> HttpResponse:
    """The page of checkout that asked."""
    return see_other(PAGES.get(request.POST.get("page", ""), PAGES["payment"]))
