"""The views that the shop's pages are compared with; ``size`` is in bytes."""

from functools import lru_cache
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from catalog.models import Product

LINE = "<p>A page that holds as many bytes as the one it is compared with.</p>\n"


@lru_cache(maxsize=64)
def page_of(size: int) -> str:
    """A page of exactly ``size`` bytes."""
    return (LINE * (size // len(LINE) + 1))[:size]


@require_safe
def constant(request: HttpRequest, size: int) -> HttpResponse:
    """(a) What Django and the shop's middleware cost without any work."""
    return HttpResponse(page_of(size))


@require_safe
def from_redis(request: HttpRequest, size: int) -> HttpResponse:
    """(b) The page as one value of Django's cache."""
    key = f"bench-page:{size}"
    page = cache.get(key)
    if page is None:
        page = page_of(size)
        cache.set(key, page, timeout=None)
    return HttpResponse(page)


@require_safe
def one_select(request: HttpRequest, size: int, product_id: UUID) -> HttpResponse:
    """(c) The page after one SELECT by primary key."""
    title = Product.objects.values_list("title", flat=True).get(pk=product_id)
    return HttpResponse(f"<!-- {title} -->"[:size].ljust(64)[:size] + page_of(max(size - 64, 0)))
