"""Pages of the newsletter: asking for it, confirming that, and leaving."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.models import NewsletterSubscription, User
from shop.accounts.newsletter import links, subscriptions
from shop.accounts.newsletter.forms import ConsentForm, NewsletterForm
from shop.accounts.newsletter.subscriptions import Place, Status
from shop.accounts.views import MAIL_IS_IN_FILES
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

#: Wishes for the newsletter from one address of the net in an hour.
ASKED, HOUR = 10, 3600
#: What mail programs post to unsubscribe without a page (RFC 8058).
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def ask(request: HttpRequest) -> HttpResponse:
    """The form by itself; its POST comes from every page."""
    if request.method != "POST":
        return _page(request, "page", form=NewsletterForm(initial={"place": Place.PAGE}))
    form = NewsletterForm(request.POST)
    is_fragment = request.headers.get("HX-Request") == "true"
    if not form.is_valid():
        if not is_fragment:
            return _page(request, "page", status=422, form=form)
        form.focus_on_error()
        return render(request, "components/newsletter_form.html", {"form": form}, status=422)
    limited = gettext("The newsletter was asked for several times from here within the hour.")
    limit(request, "newsletter", most=ASKED, seconds=HOUR, limited=limited)
    if not form.is_a_trap_filled:
        subscriptions.ask(
            email=form.cleaned_data["email"],
            place=form.cleaned_data["place"],
            site_url=request.build_absolute_uri("/"),
        )
    if is_fragment:
        return render(request, "newsletter/_thanks.html")
    return see_other("newsletter:thanks")


@require_safe
@private_page
def thanks(request: HttpRequest) -> HttpResponse:
    """The same for everyone, whether or not the address was on the list."""
    return _page(request, "thanks", mail_is_in_files=MAIL_IS_IN_FILES)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail. Only its button confirms: programs follow links, too."""
    key = links.read_confirm(token)
    if request.method == "POST" and key is not None:
        subscriptions.confirm(key)
        return see_other("newsletter:confirm", token)
    found = _find(key)
    if found is None or found.status == Status.UNSUBSCRIBED:
        return _page(request, "ended", status=404)
    is_confirmed = found.status == Status.CONFIRMED
    return _page(request, "confirm", subscription=found, is_confirmed=is_confirmed)


# The token proves more than a cookie would, and mail programs have none.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The way out that each mail names: for people with a button, for mail programs without."""
    key = links.read_unsubscribe(token)
    if key is None:
        raise Http404(gettext("There is no such link."))
    if request.method == "POST":
        subscriptions.unsubscribe(key)
        if request.POST.get(_ONE_CLICK[0]) == _ONE_CLICK[1]:
            return HttpResponse(status=204)
        return see_other("newsletter:unsubscribe", token)
    found = _find(key)
    is_on_list = found is not None and found.status != Status.UNSUBSCRIBED
    return _page(request, "unsubscribe", subscription=found, is_on_list=is_on_list)


@require_POST
@login_required
@private_page
def choose(request: HttpRequest) -> HttpResponse:
    """What a member ticks in the account."""
    form = ConsentForm(request.POST)
    is_wanted = form.is_valid() and form.cleaned_data["consent"]
    subscriptions.choose(user=cast("User", request.user), is_wanted=is_wanted)
    if is_wanted:
        messages.success(request, gettext("We write to you when there is news."))
    else:
        messages.success(request, gettext("No news will reach you any more."))
    return see_other("accounts:overview")


def _find(key: UUID | None) -> NewsletterSubscription | None:
    found: NewsletterSubscription | None = None
    if key is not None:
        found = NewsletterSubscription.objects.filter(pk=key).first()
    return found


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    # These pages are about the newsletter: its form at their foot would be a second one.
    words = {**context, "has_newsletter": True}
    return render(request, f"newsletter/{name}.html", words, status=status)
