"""Pages of the catalog."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog import freshness
from catalog.content.social import social_picture
from catalog.freshness import EVERYWHERE
from catalog.home import read_home
from catalog.pictures import media_files
from catalog.products.structured_data import shop_data
from catalog.tree import tree_of
from shop import page_cache
from shop.held import at_one_moment


@require_safe
@page_cache.shared
@at_one_moment(*freshness.OF_LISTINGS)
def home(request: HttpRequest) -> HttpResponse:
    page_cache.made_of(freshness.place(EVERYWHERE))
    data = shop_data(
        name=settings.SHOP_NAME, email=settings.SHOP_EMAIL, absolute=request.build_absolute_uri
    )
    context = {
        "page": read_home(tree_of(request)),
        "shop_data": data,
        "canonical_url": request.build_absolute_uri(reverse("catalog:home")),
        "social_picture": social_picture(),
        "has_newsletter": True,
    }
    return render(request, "catalog/home.html", context)


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    found = media_files.find(path)
    if found is None:
        raise Http404(gettext("There is no such file."))
    return media_files.answer(request, found)
