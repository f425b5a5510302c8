"""Pages in several languages: each has an address of its own, ``?lang=de``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import urlencode

#: The parameter of an address that names its language; a visitor's choice is in a cookie.
PARAMETER = "lang"


@dataclass(frozen=True)
class Alternate:
    """The same page in another language; ``code`` is one of LANGUAGES or "x-default"."""

    code: str
    url: str


class LanguageAddressMiddleware:
    """Speaks the language that the address names; stands after Django's LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        code = language_of_address(request)
        if code:
            translation.activate(code)
            request.LANGUAGE_CODE = code
        return self.get_response(request)


def language_of_address(request: HttpRequest) -> str:
    """The language that the address of ``request`` names, or "" if it leaves it open."""
    code = request.GET.get(PARAMETER, "")
    return code if code in dict(settings.LANGUAGES) and len(settings.LANGUAGES) > 1 else ""


def in_language(url: str, code: str) -> str:
    """``url`` as the address of the page in the language ``code``; as it is for ""."""
    if not code:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({PARAMETER: code})}"


def alternates(url: str) -> list[Alternate]:
    """The addresses of a page in all languages; none in a shop that speaks only one."""
    if len(settings.LANGUAGES) < 2:
        return []
    named = [Alternate(code, in_language(url, code)) for code, _name in settings.LANGUAGES]
    return [*named, Alternate("x-default", url)]
