"""Members whose session ended while they were buying find their cart again."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _


def without_cart(request: HttpRequest) -> HttpResponse:
    """Where a visitor goes who has nothing to buy: to the cart, or to sign in again.

    A session cookie that no session belongs to is what is left of a member's; the cart is kept
    with the account, and what checkout was told with the cart.
    """
    is_ended = (
        settings.SESSION_COOKIE_NAME in request.COOKIES
        and not request.user.is_authenticated
        and request.session.is_empty()
    )
    if not is_ended:
        return redirect("orders:cart")
    flash.info(request, _("You were signed out meanwhile. Sign in to go on: your cart is kept."))
    query = urlencode({"next": request.path})
    return redirect(f"{reverse('account_login')}?{query}")
