"""What pages that take money may load besides our own: what the providers in use need."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from payments.providers import names, provider

P = ParamSpec("P")


def loads_providers(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let the page of ``view`` load what its ways to pay need; no other page may."""

    @wraps(view)
    def widened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if more := _needed():
            response["Content-Security-Policy"] = build_policy(update=more)
        return response

    return widened


def _needed() -> dict[str, list[str]]:
    needed: dict[str, list[str]] = {}
    for name in names():
        for directive, sources in provider(name).can.policy.items():
            needed.setdefault(directive, []).extend(sources)
    return needed
