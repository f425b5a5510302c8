"""Noting that a session is in use."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from shop.accounts.sign_in import sessions

Respond = Callable[[HttpRequest], HttpResponseBase]


class SeenMiddleware:
    """After pages of one's own: notes when the session was seen, at most once in minutes.

    Pages that visitors share answer without reading who asks, and write nothing.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_shared = hasattr(request, "visit")
        if not is_shared and _is_member(request):
            sessions.see(request)
        return response


def _is_member(request: HttpRequest) -> bool:
    """Whether the view looked who asks, and somebody was signed in; asks nothing itself."""
    user = getattr(request, "_cached_user", None)
    return user is not None and user.is_authenticated
