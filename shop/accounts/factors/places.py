"""Where to go on after a factor was added."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shop.accounts.step_up import destination
from shop.redirects import see_other


def after_adding(request: HttpRequest, *, has_codes: bool) -> HttpResponse:
    """To the new recovery codes, if there are any to keep, and then to where it was asked for."""
    to = destination(request, "accounts:security")
    if not has_codes:
        return see_other(to)
    return see_other(f"{reverse('accounts:recovery_codes')}?{urlencode({'next': to})}")
