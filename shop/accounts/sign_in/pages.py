"""Where one is signed in, what happened to the account, and its e-mail address."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.credentials import NewAddressForm
from shop.accounts.letters.about_sign_in import reset_path
from shop.accounts.models import DeviceSession, User
from shop.accounts.sign_in import email_changes, past, sessions, throttle
from shop.accounts.sign_in.errors import AddressTaken
from shop.accounts.step_up import fresh_sign_in
from shop.middleware import private_page
from shop.redirects import see_other


@require_POST
@login_required
@private_page
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign out one device of one's own; the one in use signs out like everywhere."""
    user = cast("User", request.user)
    row = get_object_or_404(DeviceSession, pk=session_id, user=user)
    if row.session_key == request.session.session_key:
        sessions.end(user, row.pk)
        logout(request)
        return redirect("account_login")
    sessions.end(user, row.pk)
    messages.success(request, _("The device is signed out."))
    return redirect("accounts:security")


@require_POST
@login_required
@private_page
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out all devices but this one."""
    ended = sessions.end_others(cast("User", request.user), keep=request.session.session_key)
    words = ngettext("%d other device is signed out.", "%d other devices are signed out.", ended)
    messages.success(request, words % ended)
    return redirect("accounts:security")


@require_safe
@login_required
@private_page
def history(request: HttpRequest) -> HttpResponse:
    """What happened to the account, the newest first."""
    page = past.page_of(cast("User", request.user), request.GET)
    return render(request, "account/security/history.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def change_email(request: HttpRequest) -> HttpResponse:
    """Ask for another address; it counts once its mailbox was proven. Nobody learns who has it."""
    user = cast("User", request.user)
    form = NewAddressForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        throttle.spend(request, "email_change", account=user.email)
        email_changes.ask(user=user, new=form.cleaned_data["email"])
        words = _("Look into the mailbox of %(email)s: the link there completes the change.")
        messages.success(request, words % {"email": form.cleaned_data["email"]})
        return redirect("accounts:email")
    context = {"form": form, "waiting": email_changes.waiting_for(user)}
    return render(request, "account/email.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def undo_email(request: HttpRequest, token: str) -> HttpResponse:
    """Put the address before back; then the owner chooses a new password."""
    change = email_changes.read(token)
    problem = "" if change else _("This link was used already, or is too old.")
    if request.method == "POST" and change is not None:
        try:
            with transaction.atomic():
                user = email_changes.undo(change)
        except (User.DoesNotExist, AddressTaken):
            problem = _("This cannot be done any more. Please write to us.")
        else:
            if request.user.is_authenticated:
                logout(request)
            return see_other(reset_path(user))
    context = {"change": change, "problem": problem}
    return render(request, "account/email_undo.html", context, status=410 if problem else 200)
