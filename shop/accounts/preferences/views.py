"""Pages of what one is told: the choices of a member, and the way out that a mail names."""

from typing import cast

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from shop.accounts.models import NotificationPreference, User
from shop.accounts.newsletter import subscriptions
from shop.accounts.preferences import links, preferences
from shop.accounts.preferences.forms import PreferencesForm
from shop.middleware import private_page
from shop.redirects import see_other

Channel = NotificationPreference.Channel
#: What mail programs post to unsubscribe without a page (RFC 8058).
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private_page
def notifications(request: HttpRequest) -> HttpResponse:
    """What the person wants to be told."""
    user = cast("User", request.user)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            preferences.choose(user_id=user.pk, wanted=form.wanted)
            if form.cleaned_data["news"] != user.has_marketing_consent:
                subscriptions.choose(user=user, is_wanted=form.cleaned_data["news"])
            flash.success(request, _("Your choices are saved."))
            return see_other("accounts:notifications")
    choices = preferences.chosen(user.pk)
    form = PreferencesForm(choices=choices, news=user.has_marketing_consent)
    context = {"preferences": form, "has_newsletter": True}
    return render(request, "account/preferences/notifications.html", context)


# The token proves more than a cookie would, and mail programs have none.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop one kind of mail by the link in it: with a button here, or straight from the program."""
    found = links.read(token)
    if found is None:
        raise Http404(_("There is no such link."))
    user_id, kind = found
    get_object_or_404(User, pk=user_id)
    if request.method == "POST":
        is_wanted = request.POST.get("again") == "yes"
        preferences.choose(user_id=user_id, wanted={(kind, Channel.EMAIL): is_wanted})
        if request.POST.get(_ONE_CLICK[0]) == _ONE_CLICK[1]:
            return HttpResponse(status=204)
        return see_other("accounts:stop", token)
    context = {"kind": kind.label, "is_wanted": preferences.wants(user_id, kind)}
    return render(request, "account/preferences/stop.html", context)
