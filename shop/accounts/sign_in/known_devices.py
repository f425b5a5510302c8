"""Browsers that signed in to an account before: a signed cookie, which no guessing stranger has.

They are counted apart from everyone else, so that a stranger who guesses at an account, even from
the same network, does not keep its owner out. A first sign-in elsewhere is told to the owner.
"""

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import get_random_string, salted_hmac

COOKIE: Final = "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
COOKIE_SECONDS: Final = 365 * 24 * 3600
#: Accounts that one browser remembers, the latest.
MOST: Final = 5
_SALT: Final = "accounts.known_device"


def id_for(request: HttpRequest, account: str) -> str:
    """The id of this browser, if it signed in with the address ``account`` before; else empty."""
    device, accounts = _read(request)
    return device if device and _digest(account) in accounts else ""


def remember(request: HttpRequest, response: HttpResponseBase, account: str) -> None:
    """Let this browser be known to ``account`` from now on."""
    device, accounts = _read(request)
    digest = _digest(account)
    kept = [digest, *(one for one in accounts if one != digest)][:MOST]
    response.set_cookie(
        COOKIE,
        signing.dumps([device or get_random_string(22), *kept], salt=_SALT),
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        device, *accounts = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return device, accounts


def _digest(account: str) -> str:
    return salted_hmac(_SALT, account.strip().lower(), algorithm="sha256").hexdigest()[:22]
