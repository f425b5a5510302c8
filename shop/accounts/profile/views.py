"""The page where people say who they are."""

from typing import cast

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.accounts.models import User
from shop.accounts.profile import profile
from shop.accounts.profile.errors import NameTaken
from shop.accounts.profile.forms import TAKEN, ProfileForm
from shop.middleware import private_page
from shop.redirects import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def edit(request: HttpRequest) -> HttpResponse:
    """Names, phone and language of the person."""
    user = cast("User", request.user)
    form = ProfileForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        try:
            profile.keep(user_id=user.pk, **form.said)
        except NameTaken:
            form.add_error("public_name", TAKEN)
        else:
            flash.success(request, _("Your profile is saved."))
            return see_other("accounts:overview")
    status = 422 if form.is_bound else 200
    return render(request, "account/profile/edit.html", {"form": form}, status=status)
