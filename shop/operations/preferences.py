"""Choices a visitor makes for this browser: theme, language, and how close rows of lists stand."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from shop.redirects import see_other

THEME_COOKIE: Final = "theme"
THEMES: Final = ("system", "light", "dark")
DENSITY_COOKIE: Final = "list_density"
DENSITIES: Final = ("roomy", "compact")
YEAR_SECONDS: Final = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """The theme this visitor has chosen."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "system"


def density_of(request: HttpRequest) -> str:
    """How close the rows of lists stand in the back office."""
    density = request.COOKIES.get(DENSITY_COOKIE, "")
    return density if density in DENSITIES else DENSITIES[0]


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember System, Light or Dark, and go back."""
    return _remember(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember one of the shop's languages, and go back."""
    language = request.POST.get("language", "")
    known = [code for code, _name in settings.LANGUAGES if check_for_language(code)]
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, language, known)


@require_POST
def set_density(request: HttpRequest) -> HttpResponse:
    """Remember whether lists are roomy or compact, and go back."""
    return _remember(request, DENSITY_COOKIE, request.POST.get("density", ""), DENSITIES)


def _remember(
    request: HttpRequest, cookie: str, value: str, allowed: Sequence[str]
) -> HttpResponse:
    to = request.POST.get("next", "")
    # A path alone: any other word would be looked up as the name of a view.
    if not to.startswith("/") or not url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        to = "/"
    response = see_other(to)
    if value in allowed:
        response.set_cookie(
            cookie, value, max_age=YEAR_SECONDS, secure=settings.HTTPS, samesite="Lax"
        )
    return response
