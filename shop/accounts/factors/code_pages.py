"""The recovery codes: shown once, downloaded, made anew."""

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from shop.accounts.factors import changes, recovery
from shop.accounts.factors.held import held_by
from shop.accounts.models import User
from shop.accounts.step_up import destination, fresh_sign_in
from shop.middleware import private_page
from shop.redirects import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def codes(request: HttpRequest) -> HttpResponse:
    """New codes to keep, or how many are left and a button for new ones."""
    user = cast("User", request.user)
    factors = held_by(user)
    if not factors.lasting:
        return see_other("accounts:security")
    to = destination(request, "accounts:security")
    if "kept" in request.POST:
        recovery.put_away(request)
        return see_other(to)
    if request.method == "POST":
        changes.make_codes(request, user)
        return see_other("accounts:recovery_codes")
    context = {
        "codes": recovery.shown(request, user),
        "codes_left": factors.codes_left,
        "next": to,
    }
    return render(request, "account/factors/codes.html", context)


@require_safe
@private_page
@fresh_sign_in
def codes_file(request: HttpRequest) -> HttpResponse:
    """The same codes as a file of text, as long as they are shown."""
    user = cast("User", request.user)
    shown = recovery.shown(request, user)
    if not shown:
        raise Http404
    lines = [
        gettext("Recovery codes of %(email)s at %(shop)s, made on %(day)s.")
        % {
            "email": user.email,
            "shop": settings.SHOP_NAME,
            "day": date_format(timezone.localdate()),
        },
        gettext("Each works once, in place of a code of your authenticator app or a passkey."),
        "",
        *shown,
        "",
    ]
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response
