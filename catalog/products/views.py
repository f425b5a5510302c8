"""The page of a product, what its cards ask for, and what stands where a product was."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog import freshness
from catalog.cards import cards_of
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.goods import goods_of, with_goods
from catalog.models import Product, Redirect
from catalog.products import looks, previews, product_page
from catalog.products.choices import read_choices
from catalog.products.composition import readable
from catalog.shown_products import read_published
from catalog.tree import tree_of
from shop import page_cache
from shop.held import at_one_moment
from shop.redirects import see_other


@require_safe
@page_cache.shared
@at_one_moment(*freshness.OF_LISTINGS)
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A published product; a draft for who has its link; a word about one that is gone."""
    token = request.GET.get("preview", "")
    if token:
        return _preview(request, slug, token)
    found = read_published(slug)
    if found is None:
        return _gone(request, slug)
    if found.is_gift_card:
        return redirect(found)
    return product_page.respond(request, found, chosen=_chosen(request))


@require_safe
@page_cache.shared
def card(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The picture of a product card in ``?color=``; the product itself without htmx."""
    product = get_object_or_404(with_goods(Product.objects.published()), slug=slug)
    [[goods]] = goods_of([product])
    [shown] = cards_of([goods], read_choices(), [request.GET.get("color", "")])
    if not _is_htmx(request):
        return see_other(shown.url)
    response = render(request, "catalog/_card_picture.html", {"card": shown})
    vary_by_fragment(response)
    return response


@require_safe
@page_cache.shared
def sizes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The sizes of a product in ``?color=``, for its card; the product itself without htmx."""
    product = get_object_or_404(with_goods(Product.objects.published()), slug=slug)
    if not _is_htmx(request):
        return see_other(f"{product.get_absolute_url()}#size")
    return product_page.quick_add(request, product, color=request.GET.get("color", ""))


def _preview(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    product = readable(Product.objects.all()).filter(slug=slug).first()
    if product is None or not previews.may_preview(product, token):
        raise Http404(gettext("There is no such product."))
    response = product_page.respond(request, product, chosen=_chosen(request), is_preview=True)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _gone(request: HttpRequest, slug: str) -> HttpResponse:
    """410 with pieces like it for a product that was on sale once; 404 for all else."""
    once = Product.all_objects.filter(slug=slug, published_at__lte=timezone.now())
    product = with_goods(once).order_by("-published_at").first()
    if product is None or Redirect.objects.filter(old_path=request.path).exists():
        raise Http404(gettext("There is no such product."))
    path = product.category_path or ""  # type: ignore[attr-defined]
    picks = looks.pick(product, path, "")
    _look, similar = looks.arranged(looks.Picks([], [*picks.similar, *picks.look]))
    context = {
        "product": product,
        "crumbs": tree_of(request).crumbs(path),
        "cards": similar,
    }
    return render(request, "catalog/gone.html", context, status=410)


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("color", "size")}


def _is_htmx(request: HttpRequest) -> bool:
    return bool(wanted_fragment(request)) or request.headers.get("HX-Request") == "true"
