"""Setting up the authenticator app, also anew on another phone, and removing it."""

from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from shop.accounts.factors import authenticator_app, changes
from shop.accounts.factors.errors import LastFactor, WrongCode
from shop.accounts.factors.forms import AppCodeForm
from shop.accounts.factors.places import after_adding
from shop.accounts.models import User
from shop.accounts.step_up import destination, fresh_sign_in
from shop.middleware import private_page
from shop.qr import code_of
from shop.redirects import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def set_up(request: HttpRequest) -> HttpResponse:
    """The secret as a picture and as text; a code of the app proves that it has it."""
    user = cast("User", request.user)
    form = AppCodeForm(request.POST or None)
    if form.is_valid():
        try:
            has_codes = changes.add_app(request, user, form.cleaned_data["code"])
        except WrongCode:
            form.add_error("code", gettext("This code does not fit. Check the clock of the phone."))
        else:
            messages.success(request, gettext("Your authenticator app is set up."))
            return after_adding(request, has_codes=has_codes)
    secret = authenticator_app.offered_secret(request)
    address = authenticator_app.address_of(user, secret)
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "address": address,
        "code": code_of(address),
        "has_app": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        "next": destination(request, "accounts:security"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "account/factors/app_set_up.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def remove(request: HttpRequest) -> HttpResponse:
    """Asks, and removes the app."""
    user = cast("User", request.user)
    app = get_object_or_404(Authenticator, user=user, type=Authenticator.Type.TOTP)
    if request.method != "POST":
        return render(request, "account/factors/app_remove.html")
    try:
        changes.remove(user, app)
    except LastFactor:
        refused = gettext("Who works here needs a second factor. Add another one first.")
        context = {"refused": refused}
        return render(request, "account/factors/app_remove.html", context, status=422)
    messages.success(request, gettext("Your authenticator app is removed."))
    return see_other("accounts:security")
