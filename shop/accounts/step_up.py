"""Proving oneself again before something sensitive: a stolen session is not enough for it."""

import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from shop.accounts.factors import proof
from shop.accounts.factors.sealing import InvalidToken, open_sealed, seal
from shop.redirects import see_other

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

_WAITING = "step_up_waiting"
#: An interrupted form waits for so many seconds, and is kept only up to so many characters.
WAITING_SECONDS = 600
WAITING_LENGTH = 50_000


def fresh_sign_in(view: View[P]) -> View[P]:
    """Let ``view`` answer only who proved themselves within the last ``STEP_UP_SECONDS``.

    Everyone else is asked for it first and then comes back: a page opens, a form that was sent is
    carried out. Who is not signed in is sent to sign in.
    """

    @wraps(view)
    def respond(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            here = request.get_full_path() if request.method in ("GET", "HEAD") else ""
            return redirect_to_login(here or resolve_url("accounts:overview"))
        if not proof.is_fresh(request):
            return ask(request)
        return view(request, *args, **kwargs)

    return respond


def ask(request: HttpRequest) -> HttpResponse:
    """Send who asked for this page to prove themselves; a form that they sent waits, sealed."""
    request.session.pop(_WAITING, None)
    if request.method == "POST" and not request.FILES:
        sent = json.dumps([request.path, request.POST.urlencode(), int(time.time())])
        if len(sent) <= WAITING_LENGTH:
            # It may hold what is stored nowhere in the clear, such as a new password.
            request.session[_WAITING] = seal(sent)
    query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    return see_other(f"{reverse('accounts:step_up')}?{query}")


def resume(request: HttpRequest) -> HttpResponseBase:
    """Go on where :func:`ask` interrupted: carry out the form that waits, or open the page."""
    to = destination(request)
    waiting = _take_waiting(request)
    if waiting is None or waiting[0] != to.partition("?")[0]:
        return see_other(to)
    request.path = request.path_info = waiting[0]
    request.POST = QueryDict(waiting[1])
    request.GET = QueryDict(to.partition("?")[2])
    request.resolver_match = match = resolve(waiting[0])
    return cast("HttpResponseBase", match.func(request, *match.args, **match.kwargs))


def destination(request: HttpRequest, default: str = "accounts:overview") -> str:
    """Where ``next`` of the form or the address leads if that is a page of this shop."""
    to = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A path alone: an address with its host would be ours too, but nothing needs it.
    return to if is_ours and to.startswith("/") else resolve_url(default)


def _take_waiting(request: HttpRequest) -> tuple[str, str] | None:
    sealed = request.session.pop(_WAITING, None)
    if sealed is None:
        return None
    try:
        path, form, sent_at = json.loads(open_sealed(sealed))
    except InvalidToken:
        return None
    return (path, form) if time.time() - sent_at < WAITING_SECONDS else None
