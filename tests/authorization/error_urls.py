"""The shop with pages that go wrong. Read only once DEBUG is off, as tests have it."""

from django.urls import path

from shop import errors
from shop.urls import urlpatterns as shop_patterns


def bad(request):
    return errors.bad_request(request)


def busy(request):
    raise errors.TooManyRequests(30)


def broken(request):
    raise LookupError


def away(request):
    return errors.service_unavailable(request)


urlpatterns = [
    *shop_patterns,
    path("t/400/", bad),
    path("t/429/", busy),
    path("t/500/", broken),
    path("t/503/", away),
]
handler400, handler403 = "shop.errors.bad_request", "shop.errors.permission_denied"
handler404, handler429 = "shop.errors.page_not_found", "shop.errors.too_many_requests"
handler500 = "shop.errors.server_error"
