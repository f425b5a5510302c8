"""Pages that list products: categories, collections, brands."""

import re
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog import freshness, overviews
from catalog.content.social import social_picture
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.listings.collections import read_collections
from catalog.listings.listing import Listing, read_listing
from catalog.listings.places import Place
from catalog.models import Brand
from catalog.products.structured_data import breadcrumb_data
from catalog.tree import TILE_WIDEST, Crumb, Picture, tree_of
from inventory.availability import IN_STOCK
from shop import page_cache
from shop.held import at_one_moment

#: The parts of a listing that htmx asks for.
FRAGMENTS = {
    "results": "catalog/_results.html",
    "product-grid": "catalog/_more.html",
    "filters-body": "catalog/_sheet.html",
    "facets-count": "catalog/_count.html",
}
#: The first paragraph of a description introduces a category, the others stand below its products.
_PARAGRAPH = re.compile(r"(?:\r?\n[ \t]*){2,}")


@require_safe
@page_cache.shared
@at_one_moment(*freshness.OF_LISTINGS)
def category(request: HttpRequest, path: str) -> HttpResponse:
    page_cache.made_of(freshness.place(path))
    tree = tree_of(request)
    node = tree.at(path)
    if node is None:
        raise Http404(gettext("There is no such category."))
    place = Place(UUID(node.id), node.url, gettext("Featured"), path=path)
    introduction, *below = _PARAGRAPH.split(node.description.strip(), maxsplit=1)
    context = {
        "category": node,
        "introduction": introduction,
        "words_below": "".join(below),
        "crumbs": tree.crumbs(path),
        "social_picture": social_picture(node.picture.src if node.picture else ""),
    }
    return _listing_page(request, "catalog/category.html", place, context)


@require_safe
@page_cache.shared
def collections(request: HttpRequest) -> HttpResponse:
    entries = overviews.collections()
    picture = entries[0].pictures[0].src if entries and entries[0].pictures else ""
    lead = gettext("Garments that belong together: by cloth, by weather, by what they cost.")
    context = {"entries": entries, "social_picture": social_picture(picture)}
    return overview(request, "catalog/collections.html", gettext("Collections"), lead, context)


@require_safe
@page_cache.shared
@at_one_moment(*freshness.OF_LISTINGS)
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
    page_cache.made_of(
        (freshness.NAMESPACE, freshness.BRANDS), freshness.place(freshness.EVERYWHERE)
    )
    entries = overviews.brands()
    lead = gettext("Who makes what we sell. Each brand names its maker and an address.")
    context = {
        "entries": entries,
        "letters": overviews.by_letter(entries) if len(entries) > overviews.PICTURED else [],
    }
    return overview(request, "catalog/brands.html", gettext("Brands"), lead, context)


@require_safe
@page_cache.shared
@at_one_moment(*freshness.OF_LISTINGS)
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
        "picture": found.image and Picture.of(found.image, "", widest=TILE_WIDEST),
        "crumbs": _crumbs(all_of_them, Crumb(found.name, url)),
        "social_picture": social_picture(found.image.url if found.image else ""),
    }
    place = Place(found.pk, url, gettext("Newest"))
    return _listing_page(request, "catalog/brand.html", place, context)


def overview(
    request: HttpRequest, template: str, title: str, lead: str, context: dict[str, Any]
) -> HttpResponse:
    """A page that leads on to the ``entries`` in ``context``; ``lead`` stands below its title."""
    crumbs = _crumbs(Crumb(title, request.path))
    frame = {
        "title": title,
        "lead": lead,
        "url": request.path,
        "crumbs": crumbs,
        "breadcrumb_data": breadcrumb_data(crumbs, request.build_absolute_uri),
        "social_picture": social_picture(),
    }
    return render(request, template, frame | context)


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
    response.content = listing.filled(response.content)
    if fragment in ("results", "product-grid"):
        # What a form sends is complete; what the address bar shows is short and canonical.
        response["HX-Push-Url"] = listing.state_url
    vary_by_fragment(response)
    return response


def _crumbs(*steps: Crumb) -> list[Crumb]:
    return [Crumb(gettext("Home"), reverse("catalog:home")), *steps]
