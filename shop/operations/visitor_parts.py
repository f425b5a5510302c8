"""What belongs to one visitor in pages that all share (setting ``PAGE_CACHE_PARTS``).

The same few links come again and again, so each is rendered once per language and content.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from catalog.wishes import wishlist
from orders.carts import cart


@dataclass(frozen=True)
class CartLink:
    count: int
    url: str


def tools(request: HttpRequest) -> str:
    """In the header: the way to the account or to signing in, the wishlist with how much is on it
    and marks by which the page's hearts are filled, and the cart with what it holds.

    One part, because each is packed by itself.
    """
    return "\n".join(
        (
            _account_link(get_language() or "", bool(request.user.is_authenticated), "tool"),
            _wishlist_link(get_language() or "", tuple(wishlist.marks(request))),
            _cart_link(get_language() or "", cart.summary(request).count),
        )
    )


def account_row(request: HttpRequest) -> str:
    """The way to the account or to signing in, in the menu drawer."""
    return _account_link(get_language() or "", bool(request.user.is_authenticated), "row")


def messages(request: HttpRequest) -> str:
    """Words left by the request before; shown once."""
    words = list(get_messages(request))
    return render_to_string("components/messages.html", {"messages": words}) if words else ""


@lru_cache(maxsize=256)
def _cart_link(language: str, count: int) -> str:
    summary = CartLink(count, reverse("orders:cart"))
    return render_to_string("components/cart_link.html", {"cart_summary": summary}).strip()


@lru_cache(maxsize=256)
def _wishlist_link(language: str, marks: tuple[str, ...]) -> str:
    context = {"url": reverse("catalog:wishlist"), "marks": marks}
    return render_to_string("components/wishlist_link.html", context).strip()


@lru_cache(maxsize=64)
def _account_link(language: str, is_member: bool, variant: str) -> str:
    context = {"is_member": is_member, "variant": variant}
    return render_to_string("components/account_link.html", context).strip()
