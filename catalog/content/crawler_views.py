"""What machines read: sitemaps, robots.txt, security.txt and the product feed."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog.content import feeds, sitemaps

TEXT = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"
HOUR_SECONDS, DAY_SECONDS = 3600, 24 * 3600
#: security.txt is to be looked through again within this time, in days.
SECURITY_DAYS = 180
_CLOSED = ("/cart/", "/checkout/", "/order/", "/account/", "/admin/", "/preferences/", "/search/")
#: Parameters of a listing that make no page of its own; two facets at once may still be found.
_CLOSED_QUERIES = ("sort=", "min=", "max=")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponseBase:
    parts = sitemaps.index(request.build_absolute_uri)
    return _kept(StreamingHttpResponse(parts, content_type=XML), HOUR_SECONDS)


@require_safe
def sitemap_section(request: HttpRequest, section: str) -> HttpResponseBase:
    if section not in sitemaps.sections():
        raise Http404(gettext("There is no such sitemap."))
    parts = sitemaps.section(section, request.build_absolute_uri)
    return _kept(StreamingHttpResponse(parts, content_type=XML), HOUR_SECONDS)


@require_safe
def sitemap_products(request: HttpRequest, start: UUID) -> HttpResponseBase:
    parts = sitemaps.products(start, request.build_absolute_uri)
    return _kept(StreamingHttpResponse(parts, content_type=XML), HOUR_SECONDS)


@require_safe
def robots(request: HttpRequest) -> HttpResponseBase:
    lines = ["User-agent: *"]
    lines += [f"Disallow: {path}" for path in _CLOSED]
    for place in ("/c/", "/collections/", "/brands/"):
        lines += [f"Disallow: {place}*?*{name}" for name in _CLOSED_QUERIES]
        lines.append(f"Disallow: {place}*?*&*&")
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('catalog:sitemap'))}", ""]
    return _kept(HttpResponse("\n".join(lines), content_type=TEXT), DAY_SECONDS)


@require_safe
def security(request: HttpRequest) -> HttpResponseBase:
    """Whom to tell about a hole in the shop (RFC 9116)."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    expires = (midnight + timedelta(days=SECURITY_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {request.build_absolute_uri(reverse('catalog:security'))}",
    ]
    if settings.SECURITY_POLICY_URL:
        lines.append(f"Policy: {settings.SECURITY_POLICY_URL}")
    text = "\n".join([*lines, ""])
    return _kept(HttpResponse(text, content_type=TEXT), DAY_SECONDS)


@require_safe
def feed(request: HttpRequest, form: str) -> HttpResponseBase:
    if form not in feeds.FORMATS:
        raise Http404(gettext("There is no such feed."))
    file = feeds.current(form, request.build_absolute_uri)
    facts = file.stat()
    etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    unchanged = get_conditional_response(request, etag, int(facts.st_mtime))
    kind = XML if form == "xml" else "text/csv; charset=utf-8"
    response = unchanged or FileResponse(file.open("rb"), content_type=kind)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(facts.st_mtime)
    return _kept(response, feeds.FRESH_SECONDS)


def _kept(response: HttpResponseBase, seconds: int) -> HttpResponseBase:
    response["Cache-Control"] = f"public, max-age={seconds}"
    return response
