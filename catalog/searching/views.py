"""The search page, and what its field offers while someone types."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog import freshness
from catalog.content.pages import matching_pages
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.listings.listing import read_listing
from catalog.listings.places import Place
from catalog.listings.views import listing_response
from catalog.models.listed import EVERYWHERE
from catalog.models.searching import RULES
from catalog.searching import search, vocabulary
from catalog.searching import terms as search_terms
from catalog.searching.query import MOST_CHARACTERS, words_of
from catalog.searching.rules import Rules, read_rules
from catalog.searching.suggestions import MOST_ON_NARROW, MOST_OPTIONS, suggestions
from catalog.tree import tree_of
from shop import page_cache
from shop.held import at_one_moment

#: Categories offered where nothing was found, or nothing searched for.
POPULAR_CATEGORIES = 8
_OPTIONS = "search-options-"


@require_safe
@page_cache.shared
@at_one_moment(*freshness.OF_LISTINGS, (freshness.NAMESPACE, RULES))
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, or for a mistyped search what was meant; a way on in any case."""
    page_cache.made_of(freshness.place(freshness.EVERYWHERE))
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:MOST_CHARACTERS]
    fragment = wanted_fragment(request)
    if fragment.startswith(_OPTIONS):
        return _suggestions(request, query, fragment.removeprefix(_OPTIONS))
    if not query:
        popular = [(term, _url(term)) for term in search_terms.popular()]
        context = {"popular": popular, "places": _popular_places(request)}
        return render(request, "catalog/search.html", context)
    rules = read_rules()
    target = rules.target_of(query) or search.url_of_code(query)
    if target:
        return redirect(target)
    return _found(request, query, rules, fragment)


def _found(request: HttpRequest, query: str, rules: Rules, fragment: str) -> HttpResponse:
    is_exact = request.GET.get("exact") == "1"
    hits, shown, proposals = search.find(query, rules), query, list[str]()
    if not hits.ids:
        proposals = vocabulary.corrections(query)
        # A reading that leaves words out is only proposed.
        if proposals and not is_exact and len(words_of(proposals[0])) == len(words_of(query)):
            meant = search.find(proposals[0], rules)
            if meant.ids:
                hits, shown = meant, proposals[0]
    kept = [("q", shown)] + [("exact", "1")] * is_exact
    place = Place(
        EVERYWHERE,
        reverse("catalog:search"),
        gettext("Relevance"),
        kept=tuple(kept),
        found=hits.ids,
        is_all=hits.is_all,
    )
    listing = read_listing(
        place, request.GET, tree=tree_of(request), is_appended=fragment == "product-grid"
    )
    search_terms.note_results(query, 0 if shown != query else len(hits.ids))
    context: dict[str, Any] = {"query": query, "shown": shown, "is_found": bool(hits.ids)}
    if not fragment:
        context["help_pages"] = matching_pages(query)
    if shown != query:
        context["exact_url"] = _url(query, exact="1")
    elif not hits.ids:
        context["proposals"] = [(one, _url(one)) for one in proposals]
        context["places"] = _popular_places(request)
    return listing_response(request, "catalog/search.html", listing, context)


def _popular_places(request: HttpRequest) -> list[Any]:
    return tree_of(request).branches()[:POPULAR_CATEGORIES]


def _suggestions(request: HttpRequest, query: str, suffix: str) -> HttpResponse:
    suffix = suffix if suffix in ("header", "sheet", "page") else "header"
    most = MOST_ON_NARROW if suffix == "sheet" else MOST_OPTIONS
    groups = suggestions(query, tree_of(request), read_rules(), most=most)
    context = {
        "suffix": suffix,
        "query": query,
        "groups": groups,
        "total": sum(len(group.options) for group in groups),
        "all_url": _url(query),
    }
    response = render(request, "components/search_options.html", context)
    vary_by_fragment(response)
    return response


def _url(query: str, **others: str) -> str:
    return f"{reverse('catalog:search')}?{urlencode({'q': query, **others})}"
