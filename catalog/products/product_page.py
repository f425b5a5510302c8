"""Answers with a product page, with a part of it, or with the sizes that a card asks for."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.goods import goods_of, with_goods
from catalog.models import Product
from catalog.products import looks, sizing
from catalog.products.buy_box import sizes_of
from catalog.products.choices import read_choices
from catalog.products.composition import Wanted, compose, readable, shown_color
from catalog.products.ready_pages import make_page, ready_page, site_of
from catalog.tree import tree_of

#: The parts that htmx asks for.
_FRAGMENTS = {
    "gallery-and-buybox": "catalog/_gallery_and_buybox.html",
    "buybox": "catalog/_buybox.html",
    "zoom-body": "catalog/_zoom.html",
}


def respond(
    request: HttpRequest,
    product: Product,
    *,
    chosen: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    is_preview: bool = False,
) -> HttpResponse:
    """The page of ``product`` with the options ``chosen``, or the part of it that htmx wants.

    ``errors`` are sentences by option. A form that comes back to htmx replaces the buy box,
    whatever it was going to fill; one of a product card comes back in the sheet.
    """
    fragment = wanted_fragment(request)
    is_refused = bool(fragment and errors)
    if is_refused and request.POST.get("from") == "card":
        return quick_add(
            request, product, color=chosen.get("color", ""), errors=errors, status=status
        )
    wanted = Wanted(
        color=chosen.get("color", ""),
        size=chosen.get("size", ""),
        view=request.GET.get("view", ""),
        unit=sizing.chosen_unit(request),
    )
    if not hasattr(product, "review_rows"):
        product = readable(Product.objects.filter(pk=product.pk)).get()
    if is_refused or fragment in _FRAGMENTS:
        template = "catalog/_buybox.html" if is_refused else _FRAGMENTS[fragment]
        response = _part(request, product, wanted, template, errors=errors, status=status)
    else:
        response = _whole(
            request, product, wanted, errors=errors, status=status, is_preview=is_preview
        )
    if is_refused:
        response["HX-Retarget"] = "#buybox"
        response["HX-Reswap"] = "outerHTML"
    vary_by_fragment(response)
    return response


def quick_add(
    request: HttpRequest,
    product: Product,
    *,
    color: str,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The sizes of ``product`` in a color, each a button that puts it into the cart.

    ``errors`` bring the buttons back in the sheet, with what was wrong above them. Two queries,
    and those of a cold cache.
    """
    if not hasattr(product, "variant_rows"):
        product = with_goods(Product.objects.filter(pk=product.pk)).get()
    [[goods]] = goods_of([product])
    color = shown_color(goods, color)
    context = {
        "product": product,
        "color": color,
        "sizes": sizes_of(goods, read_choices(), goods.in_color(color), ""),
        "error": " ".join((errors or {}).values()),
    }
    response = render(request, "components/quick_add.html", context, status=status)
    if errors:
        response["HX-Retarget"] = "#sheet-body"
        response["HX-Reswap"] = "innerHTML"
    vary_by_fragment(response)
    return response


def _part(
    request: HttpRequest,
    product: Product,
    wanted: Wanted,
    template: str,
    *,
    errors: Mapping[str, str] | None,
    status: int,
) -> HttpResponse:
    [[goods]] = goods_of([product])
    page = compose(goods, tree_of(request), wanted)
    return render(request, template, {"page": page, "errors": errors or {}}, status=status)


def _whole(
    request: HttpRequest,
    product: Product,
    wanted: Wanted,
    *,
    errors: Mapping[str, str] | None,
    status: int,
    is_preview: bool,
) -> HttpResponse:
    if errors or is_preview:
        ready = make_page(
            site_of(request),
            product,
            tree_of(request),
            wanted,
            errors=errors,
            is_preview=is_preview,
        )
    elif (held := ready_page(request, product, wanted)) is not None:
        ready = held
    else:
        raise Http404(gettext("There is no such product."))
    look, similar = looks.arranged(ready.picks)
    context: dict[str, Any] = {
        "ready": ready,
        "look": look,
        "similar": similar,
        "errors": errors or {},
        "is_preview": is_preview,
    }
    return render(request, "catalog/product.html", context, status=status)
