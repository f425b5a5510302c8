"""Which part of a page a request asks for: a URL answers whole pages and, to htmx, parts."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers


def wanted_fragment(request: HttpRequest) -> str:
    """The id of the element that htmx will fill, or "" when the whole page is wanted.

    Going back in the browser's history always wants the page.
    """
    sent = request.META
    if sent.get("HTTP_HX_REQUEST") != "true":
        return ""
    if sent.get("HTTP_HX_HISTORY_RESTORE_REQUEST") == "true":
        return ""
    # htmx 4 sends "div#results" where htmx 2 sends "results".
    target: str = sent.get("HTTP_HX_TARGET", "")
    return target.rpartition("#")[2]


def vary_by_fragment(response: HttpResponseBase) -> None:
    """Tell caches that page and fragments of one URL are different answers."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
