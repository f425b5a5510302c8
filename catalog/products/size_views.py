"""Size help: the guides, the size finder, and the size of somebody who is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog import freshness, overviews
from catalog.content.social import social_picture
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.listings.views import overview
from catalog.models import Product, SizeChart
from catalog.products import sizing
from catalog.products.choices import read_choices
from catalog.products.size_forms import FinderForm
from catalog.products.structured_data import breadcrumb_data
from catalog.reviewing.review_rows import fit_of, with_counts
from catalog.tree import Crumb, tree_of
from shop import page_cache
from shop.middleware import private_page

#: How long a browser remembers the unit, in seconds.
_YEAR_SECONDS = 365 * 24 * 3600
_PARTS = {"size-guide-body": "catalog/sizes/_guide.html", "measurements": "catalog/sizes/_fit.html"}


@require_safe
@page_cache.shared
def guides(request: HttpRequest) -> HttpResponse:
    """All size charts."""
    # Each write of a chart ends the names of options, see Announced.
    page_cache.made_of(
        (freshness.NAMESPACE, freshness.BRANDS), freshness.place(freshness.EVERYWHERE)
    )
    lead = gettext(
        "Measurements of body and garment, where the tape lies, and a finder that names your size."
    )
    context = {"entries": overviews.size_guides()}
    return overview(request, "catalog/sizes/guides.html", gettext("Size guides"), lead, context)


@require_safe
@private_page
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """A chart with how to measure and the size finder; its parts for the product page.

    ``?unit=`` is kept in a cookie: it is a preference of this browser, like the theme.
    """
    chart = get_object_or_404(SizeChart, slug=slug)
    choices = read_choices()
    unit = sizing.unit_of(request)
    form = FinderForm(request.GET if "find" in request.GET else None, chart=chart, unit=unit)
    advice = None
    if form.is_bound and form.is_valid():
        advice = sizing.find_size(chart, choices, form.body())
    context = {
        "table": sizing.table_of(chart, choices, unit),
        "form": form,
        "advice": advice,
        "level": 2,
    }
    fragment = wanted_fragment(request)
    template = _PARTS.get(fragment, "catalog/sizes/guide.html")
    if fragment in _PARTS:
        context |= {"level": 3, "target": f"#{fragment}"}
    else:
        context |= _way_to(request, chart)
    response = render(request, template, context)
    if request.GET.get("unit") == unit and request.COOKIES.get(sizing.UNIT_COOKIE) != unit:
        response.set_cookie(
            sizing.UNIT_COOKIE,
            unit,
            max_age=_YEAR_SECONDS,
            secure=request.is_secure(),
            samesite="Lax",
        )
    vary_by_fragment(response)
    return response


def _way_to(request: HttpRequest, chart: SizeChart) -> dict[str, object]:
    crumbs = [
        *tree_of(request).crumbs(""),
        Crumb(gettext("Size guides"), reverse("catalog:size_guides")),
        Crumb(chart.title, chart.get_absolute_url()),
    ]
    return {
        "crumbs": crumbs,
        "breadcrumb_data": breadcrumb_data(crumbs, request.build_absolute_uri),
        "social_picture": social_picture(),
    }


@require_safe
@private_page
def your_size(request: HttpRequest, slug: str) -> HttpResponse:
    """The size of a product for the person who is signed in; a line for the buy box, or a page."""
    products = with_counts(Product.objects.published().select_related("size_chart"))
    product = get_object_or_404(products, slug=slug)
    advice = None
    if request.user.is_authenticated and product.size_chart is not None:
        advice = sizing.usual_size(
            request.user, product.size_chart, read_choices(), fit_of(product)
        )
    context = {"product": product, "advice": advice}
    is_part = wanted_fragment(request) == "your-size"
    template = "catalog/sizes/_your_size.html" if is_part else "catalog/sizes/your_size.html"
    response = render(request, template, context)
    vary_by_fragment(response)
    return response


def your_size_part(request: HttpRequest) -> str:
    """Visitor part ``your_size`` of a product page: what asks for the line, once signed in."""
    match = request.resolver_match
    slug = match.kwargs.get("slug") if match is not None else None
    if not slug or not request.user.is_authenticated:
        return ""
    url = reverse("catalog:your_size", args=[slug])
    return render_to_string("catalog/sizes/_your_size_place.html", {"url": url}).strip()
