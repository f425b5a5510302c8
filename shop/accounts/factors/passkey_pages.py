"""Adding, naming and removing one's passkeys."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from shop.accounts.factors import changes, passkeys
from shop.accounts.factors.errors import LastFactor, LastWayIn, PasskeyRefused, TooManyPasskeys
from shop.accounts.factors.forms import NewPasskeyForm, PasskeyNameForm
from shop.accounts.factors.places import after_adding
from shop.accounts.models import User
from shop.accounts.step_up import destination, fresh_sign_in
from shop.middleware import private_page
from shop.redirects import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def add(request: HttpRequest) -> HttpResponse:
    """A name and a new passkey."""
    user = cast("User", request.user)
    form = NewPasskeyForm(request.POST or None, initial={"name": _first_name(user)})
    if form.is_valid():
        try:
            has_codes = changes.add_passkey(request, user, **form.cleaned_data)
        except PasskeyRefused:
            form.add_error(None, gettext("The passkey could not be added. Please try again."))
        except TooManyPasskeys as error:
            words = gettext("You have %d passkeys. Remove one to add another.")
            form.add_error(None, words % error.most)
        else:
            messages.success(request, gettext("Your passkey is added."))
            return after_adding(request, has_codes=has_codes)
    elif "credential" in form.errors:
        form.add_error(None, form.errors.pop("credential")[0])
    context = {"form": form, "next": destination(request, "accounts:security")}
    status = 422 if form.is_bound else 200
    return render(request, "account/factors/passkey_add.html", context, status=status)


@require_POST
@private_page
@fresh_sign_in
def options(request: HttpRequest) -> HttpResponse:
    """What the browser's script needs to make a passkey."""
    return JsonResponse(passkeys.creation_options(request, cast("User", request.user)))


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for one of one's passkeys."""
    passkey = get_object_or_404(passkeys.passkeys_of(cast("User", request.user)), pk=pk)
    form = PasskeyNameForm(request.POST or None, initial={"name": passkey.data["name"]})
    if form.is_valid():
        passkeys.rename(passkey, form.cleaned_data["name"])
        return see_other("accounts:security")
    status = 422 if form.is_bound else 200
    return render(request, "account/factors/passkey_rename.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@fresh_sign_in
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, and removes one of one's passkeys."""
    user = cast("User", request.user)
    passkey = get_object_or_404(passkeys.passkeys_of(user), pk=pk)
    context = {"name": passkey.data["name"]}
    if request.method != "POST":
        return render(request, "account/factors/passkey_remove.html", context)
    try:
        changes.remove(user, passkey)
    except (LastFactor, LastWayIn) as error:
        context["refused"] = (
            gettext("Who works here needs a second factor. Add another one first.")
            if isinstance(error, LastFactor)
            else gettext("You could not sign in any more. Choose a password first.")
        )
        return render(request, "account/factors/passkey_remove.html", context, status=422)
    messages.success(request, gettext("Your passkey is removed."))
    return see_other("accounts:security")


def _first_name(user: User) -> str:
    """A name to start from, which nobody needs to change."""
    count = passkeys.passkeys_of(user).count()
    return gettext("Passkey %d") % (count + 1)
