"""The page that asks who is signed in to prove themselves once more."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.factors import proof, staff_rule, ways
from shop.accounts.factors.forms import CodeForm, PasskeyForm, PasswordForm
from shop.accounts.factors.held import held_by
from shop.accounts.models import User
from shop.accounts.sign_in import sessions
from shop.accounts.step_up import destination, resume
from shop.middleware import private_page
from shop.redirects import see_other

STEP = "step-up"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def step_up(request: HttpRequest) -> HttpResponseBase:
    """Password, code or passkey; then on to where it was asked for."""
    user = cast("User", request.user)
    wants_factor = staff_rule.wants_factor(request)
    if request.method != "POST" and proof.is_fresh(request) and not wants_factor:
        return see_other(destination(request))
    way = request.POST.get("way", "")
    password = PasswordForm(request.POST if way == "password" else None)
    code = CodeForm(request.POST if way == "code" else None)
    passkey = PasskeyForm(request.POST if way == "passkey" else None)
    if _is_proven(request, user, password, code, passkey, wants_factor=wants_factor):
        # Whoever knew the session's key before knows it no more.
        before = request.session.session_key
        request.session.cycle_key()
        sessions.change_key(before, request)
        note(SecurityEvent.Kind.STEPPED_UP, user_id=user.pk, payload={"way": way})
        return resume(request)
    context = {
        "factors": held_by(user),
        "wants_factor": wants_factor,
        "has_password": user.has_usable_password() and not wants_factor,
        "password": password,
        "code": code,
        "passkey": passkey,
        "forms": [password, code, passkey],
        "next": destination(request),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "account/factors/step_up.html", context, status=status)


def _is_proven(
    request: HttpRequest,
    user: User,
    password: PasswordForm,
    code: CodeForm,
    passkey: PasskeyForm,
    *,
    wants_factor: bool,
) -> bool:
    """Try the one form that was sent, and note in the session what it proved."""
    if password.is_bound:
        if wants_factor or not ways.try_password(request, user, password):
            return False
        proof.note_password(request, user)
        return True
    used = None
    if code.is_bound:
        used = ways.try_code(request, user, code, step=STEP)
    elif passkey.is_bound:
        used = ways.try_passkey(request, user, passkey, step=STEP)
    if used is not None:
        proof.note_factor(request, used)
    return used is not None
