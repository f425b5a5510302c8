"""CSRF tokens as Django makes and reads them, at the price of one draw of random bytes.

``get_token`` of Django asks the system for each of 64 characters, which is a tenth of a kept page.
"""

import secrets

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH

_COUNT = len(CSRF_ALLOWED_CHARS)
#: Bytes from here on are thrown away, so that each character is as likely as any other.
_EVEN = 256 // _COUNT * _COUNT
_CHARACTER_OF = bytes(ord(CSRF_ALLOWED_CHARS[byte % _COUNT]) for byte in range(256))
_UNEVEN = bytes(range(_EVEN, 256))
_PLACE_OF = {character: place for place, character in enumerate(CSRF_ALLOWED_CHARS)}
_TWICE = CSRF_ALLOWED_CHARS * 2


def token_for(request: HttpRequest) -> str:
    """A token for forms on this page, masked anew; a visitor without a secret gets one."""
    secret: str = request.META.get("CSRF_COOKIE") or random_characters()
    # A secret that is used has its cookie renewed.
    request.META.update(CSRF_COOKIE=secret, CSRF_COOKIE_NEEDS_UPDATE=True)
    mask = random_characters()
    pairs = zip(secret, mask, strict=True)
    return mask + "".join([_TWICE[_PLACE_OF[one] + _PLACE_OF[other]] for one, other in pairs])


def random_characters() -> str:
    """As many characters as a secret has, none of which can be foretold."""
    drawn = b""
    while len(drawn) < CSRF_SECRET_LENGTH:
        drawn += secrets.token_bytes(2 * CSRF_SECRET_LENGTH).translate(_CHARACTER_OF, _UNEVEN)
    return drawn[:CSRF_SECRET_LENGTH].decode()
