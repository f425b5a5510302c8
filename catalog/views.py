"""Pages of the catalog."""

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog import media_files, product_page, search
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.goods import with_goods
from catalog.home import read_home
from catalog.listing import Listing, read_listing
from catalog.models import Category, Product, ProductCategory
from catalog.structured_data import breadcrumb_data, shop_data
from catalog.tree import tree_of

#: The parts of a listing that htmx asks for.
LISTING_FRAGMENTS = {"results": "catalog/_results.html", "product-grid": "catalog/_more.html"}
MEDIA_SECONDS = 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    data = shop_data(
        name=settings.SHOP_NAME, email=settings.SHOP_EMAIL, absolute=request.build_absolute_uri
    )
    context = {
        "page": read_home(tree_of(request)),
        "shop_data": data,
        "canonical_url": request.build_absolute_uri(reverse("catalog:home")),
    }
    return render(request, "catalog/home.html", context)


@require_safe
def category(request: HttpRequest, path: str) -> HttpResponse:
    tree = tree_of(request)
    node = tree.at(path)
    if node is None:
        raise Http404(gettext("There is no such category."))
    place = Category(path=path)
    places = ProductCategory.objects.filter(
        product=OuterRef("pk"), category__in=Category.objects.within(path)
    )
    featured = Subquery(places.order_by("position").values("position")[:1])
    listing = read_listing(
        Product.objects.published().in_category(place),
        request.GET,
        url=node.url,
        order=[featured.asc(), "-published_at", "-pk"],
        order_label=gettext("Featured"),
        tree=tree,
        below=path,
        is_appended=wanted_fragment(request) == "product-grid",
    )
    crumbs = tree.crumbs(path)
    context = {
        "category": node,
        "crumbs": crumbs,
        "canonical_url": request.build_absolute_uri(listing.canonical_url),
        "breadcrumb_data": breadcrumb_data(crumbs, request.build_absolute_uri),
    }
    return _listing_response(request, "catalog/category.html", listing, context)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(with_goods(Product.objects.published()), slug=slug)
    chosen = {name: request.GET.get(name, "") for name in ("color", "size")}
    return product_page.respond(request, found, chosen=chosen)


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").replace("\0", "").strip()[: search.MOST_CHARACTERS]
    fragment = wanted_fragment(request)
    if fragment.startswith("search-options-"):
        return _suggestions(request, query, fragment.removeprefix("search-options-"))
    if not query:
        places = tree_of(request).branches()
        return render(request, "catalog/search.html", {"places": places})
    sku_url = search.url_of_sku(query)
    if sku_url:
        return redirect(sku_url)
    listing = read_listing(
        search.matching(query),
        request.GET,
        url=reverse("catalog:search"),
        order=search.relevance(query),
        order_label=gettext("Relevance"),
        tree=tree_of(request),
        kept=[("q", query)],
        is_appended=fragment == "product-grid",
    )
    return _listing_response(request, "catalog/search.html", listing, {"query": query})


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    found = media_files.find(path)
    if found is None:
        raise Http404(gettext("There is no such file."))
    response: HttpResponseBase
    unchanged = get_conditional_response(request, found.etag, found.changed_at)
    if unchanged is not None:
        response = unchanged
    else:
        is_shown = found.mime_type in media_files.SHOWN_TYPES
        response = FileResponse(
            found.path.open("rb"), content_type=found.mime_type, as_attachment=not is_shown
        )
    response["ETag"] = found.etag
    response["Last-Modified"] = http_date(found.changed_at)
    response["Cache-Control"] = f"public, max-age={MEDIA_SECONDS}"
    # Whatever the file holds, opened on its own it can load and run nothing.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _listing_response(
    request: HttpRequest, template: str, listing: Listing, context: dict[str, object]
) -> HttpResponse:
    fragment = wanted_fragment(request)
    template = LISTING_FRAGMENTS.get(fragment, template)
    response = render(request, template, {"listing": listing, **context})
    if fragment in LISTING_FRAGMENTS:
        # What a form sends is complete; what the address bar shows is short and canonical.
        response["HX-Push-Url"] = listing.state_url
    vary_by_fragment(response)
    return response


def _suggestions(request: HttpRequest, query: str, suffix: str) -> HttpResponse:
    groups = search.suggestions(query, tree_of(request))
    context = {
        "suffix": suffix if suffix in ("header", "sheet", "page") else "header",
        "query": query,
        "groups": groups,
        "total": sum(len(group.options) for group in groups),
        "all_url": f"{reverse('catalog:search')}?{urlencode({'q': query})}",
    }
    response = render(request, "components/search_options.html", context)
    vary_by_fragment(response)
    return response
