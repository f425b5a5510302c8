"""The door of the back office: the shop's own sign-in, and for staff a second factor."""

from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shop.accounts.factors import staff_rule
from shop.accounts.step_up import destination
from shop.redirects import see_other


def lead_in(request: HttpRequest) -> HttpResponse:
    """Whoever comes to the door is led on: to sign in, to a second factor, or away."""
    to = destination(request, "admin:index")
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(to)
    if not (user.is_active and user.is_staff):
        return render(request, "admin/login.html", {"next": to}, status=403)
    if staff_rule.lets_in(request):
        return see_other(to)
    page = "accounts:step_up" if staff_rule.wants_factor(request) else "accounts:set_up_factor"
    return see_other(f"{reverse(page)}?{urlencode({REDIRECT_FIELD_NAME: to})}")
