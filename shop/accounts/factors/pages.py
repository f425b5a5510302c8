"""The security page, and the page that asks staff to set up a second factor."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shop.accounts.factors import held
from shop.accounts.models import User
from shop.accounts.step_up import destination
from shop.middleware import private_page
from shop.redirects import see_other


@require_safe
@login_required
@private_page
def security(request: HttpRequest) -> HttpResponse:
    """What protects the account: password, factors, and where it is open."""
    user = cast("User", request.user)
    factors = held.held_by(user)
    context = {
        "factors": factors,
        "codes_left": factors.codes_left,
        "is_needed": held.is_needed_by(user),
    }
    return render(request, "account/security.html", context)


@require_safe
@login_required
@private_page
def set_up(request: HttpRequest) -> HttpResponse:
    """For who needs a second factor and has none: which one shall it be?"""
    to = destination(request, "accounts:security")
    if held.has_factor(cast("User", request.user)):
        return see_other(to)
    return render(request, "account/factors/set_up.html", {"next": to})
