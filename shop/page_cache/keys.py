"""Which requests may get the same page."""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import get_language_from_request

#: Parameters that say where a visitor came from and change nothing on the page.
TRACKING = frozenset(
    {"fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid"}
)
#: Bounds of what is worth keeping; anyone can think up longer addresses.
MOST_QUERY_CHARACTERS = 400
MOST_PARAMETERS = 20
MOST_FRAGMENT_CHARACTERS = 60
_FRAGMENT_HEADERS = (
    "HTTP_HX_REQUEST",
    "HTTP_HX_TARGET",
    "HTTP_HX_HISTORY_RESTORE_REQUEST",
    "HTTP_HX_BOOSTED",
)


def page_key(request: HttpRequest) -> str | None:
    """The name of the page that ``request`` asks for; None when it cannot be a shared one."""
    if request.method not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in request.META:
        return None
    if request.path.startswith(settings.PAGE_CACHE_SKIPS):
        return None
    query = canonical_query(request.META.get("QUERY_STRING", ""))
    if query is None:
        return None
    fragment = [request.META.get(name, "") for name in _FRAGMENT_HEADERS]
    if max(map(len, fragment)) > MOST_FRAGMENT_CHARACTERS:
        return None
    try:
        host = request.get_host()
    except SuspiciousOperation:
        return None
    told = [
        request.scheme or "",
        host,
        request.path,
        query,
        get_language_from_request(request),
        *choices_of(request).values(),
        *(fragment if fragment[0] else ()),
    ]
    return blake2b("\0".join(told).encode("utf-8", "replace"), digest_size=16).hexdigest()


def canonical_query(text: str) -> str | None:
    """The parameters in order of their names, without tracking; None when there are too many."""
    if not text:
        return ""
    if len(text) > MOST_QUERY_CHARACTERS:
        return None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return None
    kept = [pair for pair in pairs if not is_tracking(pair[0])]
    if any(name == "preview" for name, _value in kept):
        return None
    # The order of one parameter's values may matter, that of the names does not.
    kept.sort(key=lambda pair: pair[0])
    return urlencode(kept)


def is_tracking(name: str) -> bool:
    return name in TRACKING or name.startswith("utm_")


def choices_of(request: HttpRequest) -> dict[str, str]:
    """What shared pages may show of a visitor's cookies: the choices of few values, by cookie."""
    return {cookie: read(request) for cookie, read in _choices()}


@cache
def _choices() -> list[tuple[str, Callable[[HttpRequest], str]]]:
    return [(cookie, import_string(path)) for cookie, path in settings.PAGE_CACHE_CHOICES.items()]
