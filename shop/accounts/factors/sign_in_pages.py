"""Signing in with a passkey, and the second step after a password."""

from typing import cast

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from shop.accounts.factors import passkeys, proof, ways
from shop.accounts.factors.forms import CodeForm, PasskeyForm
from shop.accounts.factors.held import held_by
from shop.accounts.models import User
from shop.accounts.step_up import destination
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

STEP = "second step"


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")
def second_step(request: HttpRequest) -> HttpResponse:
    """After the password of somebody with a second factor: a code or a passkey."""
    stage: LoginStage = request._login_stage  # type: ignore[attr-defined]
    user = cast("User | None", stage.login.user)
    factors = held_by(user) if user is not None and user.is_active else None
    if user is None or factors is None or not factors.lasting or "cancel" in request.POST:
        return cast("HttpResponse", stage.abort())
    way = request.POST.get("way", "")
    code = CodeForm(request.POST if way == "code" else None)
    passkey = PasskeyForm(request.POST if way == "passkey" else None)
    used = None
    if code.is_bound:
        used = ways.try_code(request, user, code, step=STEP)
    elif passkey.is_bound:
        used = ways.try_passkey(request, user, passkey, step=STEP)
    if used is not None:
        proof.note_factor(request, used)
        return cast("HttpResponse", stage.exit())
    context = {"factors": factors, "code": code, "passkey": passkey, "forms": [code, passkey]}
    status = 422 if request.method == "POST" else 200
    return render(request, "account/factors/second_step.html", context, status=status)


@require_POST
@private_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone; whose it is, it says itself."""
    if request.user.is_authenticated:
        return see_other(destination(request))
    limit(request, "passkey", most=20, seconds=60)
    form = PasskeyForm(request.POST)
    passkey = ways.try_passkey(request, None, form, step="sign-in")
    if passkey is None:
        for error in form.non_field_errors():
            messages.error(request, str(error))
        return see_other("account_login")
    proof.note_factor(request, passkey, is_sign_in=True)
    to = destination(request, "catalog:home") if request.POST.get("next") else None
    return perform_login(request, Login(user=passkey.user, redirect_url=to))


@require_POST
@private_page
def challenge(request: HttpRequest) -> HttpResponse:
    """What the browser's script needs to ask for a passkey: of who is known by now, or any."""
    limit(request, "passkey challenge", most=60, seconds=60)
    user = request.user if request.user.is_authenticated else None
    if user is None and (stage := LoginStageController.enter(request, AuthenticateStage.key)):
        user = stage.login.user
    return JsonResponse(passkeys.request_options(request, user))
