"""Pages and acts of the wishlist, and the row of what was looked at lately."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from catalog.errors import WishlistFull
from catalog.fragments import vary_by_fragment, wanted_fragment
from catalog.models import Product, Wishlist, WishlistItem
from catalog.products.choices import find_variant
from catalog.wishes import recently_viewed as recent
from catalog.wishes import wishlist
from catalog.wishes.wish_cards import read_wishes
from catalog.wishes.wishlist import Holder
from shop.middleware import private_page
from shop.rate_limits import limit
from shop.redirects import see_other

REGION = "wishes"
#: Changes of wishlists from one address in a minute.
CHANGES, MINUTE = 60, 60
#: A removal can be undone for this long, in seconds.
UNDO_SECONDS = 3600
_SALT = "catalog.wish"


@require_safe
@private_page
def show(request: HttpRequest) -> HttpResponse:
    """The visitor's wishlist."""
    return _render(request, wishlist.holder_of(request), removed=request.GET.get("removed", ""))


@require_safe
@private_page
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody's list for whoever has the link, to look at."""
    rows = Wishlist.objects.exclude(share_token="")
    found = get_object_or_404(rows, share_token=token)
    wishes = read_wishes(found.items.all())
    context = {"wishes": [wish for wish in wishes if wish.price]}
    response = render(request, "catalog/wishlist/shared.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
@private_page
def heart(request: HttpRequest) -> HttpResponse:
    """Add or remove a product: the button says which, so that pressing twice does it once."""
    _limit(request)
    is_removal = "remove" in request.POST
    product = get_object_or_404(
        Product.objects.published(), pk=_key(request.POST.get("remove" if is_removal else "add"))
    )
    if is_removal:
        return _unhearted(request, product)
    holder = wishlist.holder_of(request) or wishlist.new_guest()
    chosen = _chosen(request, product)
    try:
        wishlist.add(holder=holder, product=product, **chosen)
    except WishlistFull as error:
        response = _full(request, error)
    else:
        text = gettext("%(title)s is on your wishlist.") % {"title": product.title}
        response = _changed(request, holder, text, action=gettext("Wishlist"))
    wishlist.remember(response, holder)
    return response


@require_POST
@private_page
def remove(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Take a wish off the list; the answer offers to undo."""
    _limit(request)
    holder = wishlist.holder_of(request)
    if holder is None:
        raise Http404
    taken = wishlist.remove(holder=holder, item_id=item_id)
    removed = _seal(taken[0]) if taken else ""
    if wanted_fragment(request) == REGION:
        return _render(request, holder, removed=removed, is_changed=True)
    response = see_other("catalog:wishlist")
    if removed:
        response["Location"] += f"?removed={removed}"
    return response


@require_POST
@private_page
def restore(request: HttpRequest) -> HttpResponse:
    """Undo a removal."""
    _limit(request)
    wish = _unseal(request.POST.get("wish", ""))
    if wish is None:
        raise Http404
    holder = wishlist.holder_of(request) or wishlist.new_guest()
    try:
        wishlist.put_back(holder=holder, wish=wish)
    except WishlistFull as error:
        response = _full(request, error)
    else:
        is_part = wanted_fragment(request) == REGION
        response = (
            _render(request, holder, is_changed=True) if is_part else see_other("catalog:wishlist")
        )
    wishlist.remember(response, holder)
    return response


@require_POST
@private_page
def share(request: HttpRequest) -> HttpResponse:
    """Turn the link of the list on or off."""
    _limit(request)
    holder = wishlist.holder_of(request)
    if holder is not None:
        is_shared = request.POST.get("share") == "on"
        wishlist.set_shared(holder=holder, is_shared=is_shared)
        if is_shared:
            flash.success(request, gettext("Whoever has the link can see your list now."))
        else:
            flash.success(request, gettext("The link does not work any more."))
    return see_other("catalog:wishlist")


@require_safe
@private_page
def recently_viewed(request: HttpRequest) -> HttpResponse:
    """What this browser looked at lately: a page, or to htmx the row of other pages.

    ``seen`` is looked at now: remembered, and not shown.
    """
    seen = _key_or_none(request.GET.get("seen"))
    cards, kept = recent.read(recent.ids_of(request), seen=seen)
    is_row = request.headers.get("HX-Request") == "true"
    template = "catalog/_recently_viewed.html" if is_row else "catalog/recently_viewed.html"
    response = render(request, template, {"cards": cards})
    recent.remember(response, kept)
    return response


@require_POST
@private_page
def forget_viewed(request: HttpRequest) -> HttpResponse:
    """Forget what was looked at."""
    response = HttpResponse() if wanted_fragment(request) else see_other("catalog:home")
    recent.remember(response, [])
    return response


def _render(
    request: HttpRequest, holder: Holder | None, *, removed: str = "", is_changed: bool = False
) -> HttpResponse:
    items = list(wishlist.items_of(holder).select_related("wishlist")) if holder else []
    if items:
        token = items[0].wishlist.share_token
    else:
        # A list that others may see says so while it is empty, too.
        token = wishlist.share_token_of(holder) if holder else ""
    undone = _unseal(removed) if removed else None
    context: dict[str, Any] = {
        "wishes": read_wishes(items),
        "share_url": request.build_absolute_uri(reverse("catalog:shared_wishlist", args=[token]))
        if token
        else "",
        "removed": removed if undone else "",
        "removed_title": undone["title"] if undone else "",
        "is_changed": is_changed,
        "marks": wishlist.marks_of(items),
    }
    is_part = wanted_fragment(request) == REGION
    template = "catalog/wishlist/_wishes.html" if is_part else "catalog/wishlist/page.html"
    response = render(request, template, context)
    vary_by_fragment(response)
    if holder is not None and items:
        wishlist.remember(response, holder)
    return response


def _unhearted(request: HttpRequest, product: Product) -> HttpResponse:
    holder = wishlist.holder_of(request)
    taken = wishlist.remove(holder=holder, product_id=product.pk) if holder else []
    text = gettext("%(title)s is off your wishlist.") % {"title": product.title}
    undo = _seal(taken[0]) if taken else ""
    return _changed(request, holder, text, undo=undo)


def _changed(
    request: HttpRequest, holder: Holder | None, text: str, *, action: str = "", undo: str = ""
) -> HttpResponse:
    """A toast and the new count for htmx; otherwise the wishlist with the words above it."""
    if not request.headers.get("HX-Request"):
        flash.success(request, text)
        return see_other("catalog:wishlist")
    items = list(wishlist.items_of(holder).only("product_id")) if holder else []
    context = {"text": text, "action": action, "undo": undo, "marks": wishlist.marks_of(items)}
    return render(request, "catalog/wishlist/_changed.html", context)


def _full(request: HttpRequest, error: WishlistFull) -> HttpResponse:
    """Back to the list, which says what stands in the way."""
    text = ngettext(
        "A wishlist holds at most %d piece. Take one off before you add another.",
        "A wishlist holds at most %d pieces. Take some off before you add another.",
        error.limit,
    )
    flash.error(request, text % error.limit)
    if not request.headers.get("HX-Request"):
        return see_other("catalog:wishlist")
    response = HttpResponse(status=409)
    response["HX-Redirect"] = reverse("catalog:wishlist")
    return response


def _chosen(request: HttpRequest, product: Product) -> dict[str, Any]:
    """What was chosen of ``product``: the variant if it is clear, or else the color, or nothing."""
    sent = {**request.GET.dict(), **request.POST.dict()}
    color, size = (sent.get(name, "")[:50] for name in ("color", "size"))
    if size:
        variant = find_variant(product, {"color": color, "size": size})
        if variant is not None:
            return {"option_values": variant.option_values, "variant": variant}
    known = product.variants.filter(option_values__contains={"color": color}) if color else None
    is_known = known is not None and "\0" not in color and known.exists()
    return {"option_values": {"color": color} if is_known else {}}


def _limit(request: HttpRequest) -> None:
    limited = gettext("changes of the wishlist")
    limit(request, "wishlist", most=CHANGES, seconds=MINUTE, limited=limited)


def _seal(item: WishlistItem) -> str:
    """A wish in a form that only the shop can write."""
    facts = {**wishlist.facts_of(item), "title": item.product.title}
    return signing.dumps(facts, salt=_SALT, compress=True)


def _unseal(text: str) -> dict[str, Any] | None:
    try:
        facts: dict[str, Any] = signing.loads(text, salt=_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        return None
    return facts


def _key(text: str | None) -> UUID:
    key = _key_or_none(text)
    if key is None:
        raise Http404
    return key


def _key_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
