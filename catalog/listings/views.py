"""Pages that list products: categories, collections, brands."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog import freshness
from catalog.content.social import social_picture
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.listings.collections import read_collections
from catalog.listings.listing import Listing, read_listing
from catalog.listings.places import Place
from catalog.models import Brand
from catalog.products.structured_data import breadcrumb_data
from catalog.tree import Crumb, tree_of
from inventory.availability import IN_STOCK
from shop import page_cache

#: The parts of a listing that htmx asks for.
FRAGMENTS = {
    "results": "catalog/_results.html",
    "product-grid": "catalog/_more.html",
    "facets-count": "catalog/_count.html",
}


@require_safe
@page_cache.shared
def category(request: HttpRequest, path: str) -> HttpResponse:
    page_cache.made_of(freshness.place(path))
    tree = tree_of(request)
    node = tree.at(path)
    if node is None:
        raise Http404(gettext("There is no such category."))
    place = Place(UUID(node.id), node.url, gettext("Featured"), path=path)
    context = {
        "category": node,
        "crumbs": tree.crumbs(path),
        "social_picture": social_picture(node.picture.src if node.picture else ""),
    }
    return _listing_page(request, "catalog/category.html", place, context)


@require_safe
@page_cache.shared
def collections(request: HttpRequest) -> HttpResponse:
    context = {
        "collections": read_collections(),
        "crumbs": _crumbs(Crumb(gettext("Collections"), "")),
        "canonical_url": request.build_absolute_uri(reverse("catalog:collections")),
    }
    return render(request, "catalog/collections.html", context)


@require_safe
@page_cache.shared
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    found = next((one for one in read_collections() if one.slug == slug), None)
    if found is None:
        raise Http404(gettext("There is no such collection."))
    # Any product may come to meet a rule, so any change of one may change the page.
    page_cache.made_of(freshness.place(found.id), freshness.place(freshness.EVERYWHERE))
    all_of_them = Crumb(gettext("Collections"), reverse("catalog:collections"))
    context = {
        "collection": found,
        "crumbs": _crumbs(all_of_them, Crumb(found.title, found.url)),
        "social_picture": social_picture(found.picture.src if found.picture else ""),
    }
    place = Place(UUID(found.id), found.url, gettext("Featured"))
    return _listing_page(request, "catalog/collection.html", place, context)


@require_safe
@page_cache.shared
def brands(request: HttpRequest) -> HttpResponse:
    page_cache.made_of((freshness.NAMESPACE, freshness.BRANDS))
    context = {
        "brands": Brand.objects.order_by("name").only("name", "slug")[:1000],
        "crumbs": _crumbs(Crumb(gettext("Brands"), "")),
        "canonical_url": request.build_absolute_uri(reverse("catalog:brands")),
    }
    return render(request, "catalog/brands.html", context)


@require_safe
@page_cache.shared
def brand(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Brand.objects.select_related("image"), slug=slug)
    page_cache.made_of(
        (freshness.NAMESPACE, freshness.BRANDS),
        freshness.place(str(found.pk)),
        freshness.place(freshness.EVERYWHERE),
    )
    all_of_them = Crumb(gettext("Brands"), reverse("catalog:brands"))
    url = reverse("catalog:brand", args=[slug])
    context = {
        "brand": found,
        "crumbs": _crumbs(all_of_them, Crumb(found.name, url)),
        "social_picture": social_picture(found.image.url if found.image else ""),
    }
    place = Place(found.pk, url, gettext("Newest"))
    return _listing_page(request, "catalog/brand.html", place, context)


def _listing_page(
    request: HttpRequest, template: str, place: Place, context: dict[str, Any]
) -> HttpResponse:
    is_appended = wanted_fragment(request) == "product-grid"
    listing = read_listing(place, request.GET, tree=tree_of(request), is_appended=is_appended)
    context |= {
        "canonical_url": request.build_absolute_uri(listing.canonical_url),
        "breadcrumb_data": breadcrumb_data(context["crumbs"], request.build_absolute_uri),
    }
    return listing_response(request, template, listing, context)


def listing_response(
    request: HttpRequest, template: str, listing: Listing, context: dict[str, Any]
) -> HttpResponse:
    """The page, or the part of it that htmx asks for."""
    fragment = wanted_fragment(request)
    template = FRAGMENTS.get(fragment, template)
    if "in_stock" in request.GET:
        page_cache.made_of(IN_STOCK)
    response = render(request, template, {"listing": listing, **context})
    if fragment in ("results", "product-grid"):
        # What a form sends is complete; what the address bar shows is short and canonical.
        response["HX-Push-Url"] = listing.state_url
    vary_by_fragment(response)
    return response


def _crumbs(*steps: Crumb) -> list[Crumb]:
    return [Crumb(gettext("Home"), reverse("catalog:home")), *steps]
